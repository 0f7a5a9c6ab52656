package io.regionbridge.dns;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.regionbridge.dns.cache.ResponseCache;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.relay.InflightClaims;
import io.regionbridge.dns.relay.QueryPipeline;
import io.regionbridge.dns.relay.RecentFailures;
import io.regionbridge.dns.relay.ReplyPath;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.socket.PacketHandler;
import io.regionbridge.dns.socket.PacketSocket;
import io.regionbridge.dns.socket.PacketSockets;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.upstream.GatewayRegistry;
import io.regionbridge.dns.upstream.HealthProber;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.zone.ZoneTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.Type;

/**
 * One event loop with its pipeline and its prober, gateways of limited capacity, lines that lose
 * packets, and clients, all on a clock that runs as fast as the machine computes. The same seed
 * gives the same run.
 */
final class RegionSimulation {
  static final double SECOND = 1e9;
  private static final long STEP = 2_000_000;
  private static final int SLOT_MILLIS = 250;
  private static final long START = 1_000_000_000_000L;

  /** A gateway: answers so many questions a second in turn, each after a delay. */
  static final class Gateway {
    final InetSocketAddress address;
    double perSecond = 1e9;
    double delaySeconds = 0.001;
    double jitterSeconds;
    double loss;
    double stillUntil;
    boolean dead;
    int room = 20_000;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private double credit;

    private Gateway(int number) {
      address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0." + (10 + number)), 53);
    }
  }

  private record Due(long at, long order, Runnable what) {}

  final List<Gateway> gateways = new ArrayList<>();

  /** By quarters of a second. */
  final List<int[]> slots = new ArrayList<>();

  private static final int ASKED = 0;
  private static final int PACKETS = 1;
  private static final int GOOD = 2;
  private static final int FAILED = 3;

  private final EmbeddedChannel embedded = new EmbeddedChannel();
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
  private final Map<String, Integer> packetsByQuestion = new HashMap<>();
  private final Map<Integer, Long> open = new HashMap<>();
  private final PeerAddress client = new PeerAddress();
  private final Random random;
  private final QueryPipeline pipeline;
  private final GatewayRegistry registry;
  private long now = START;
  private long order;
  private int asked;
  private int lost;
  private int changes;

  RegionSimulation(int count, long seed) {
    random = new Random(seed);
    TestBridge.Plan plan = TestBridge.plan().timeout(1_500).healthInterval(500);
    for (int i = 0; i < count; i++) {
      Gateway gateway = new Gateway(i);
      gateways.add(gateway);
      plan.gateway(gateway.address);
    }
    ZoneTable table = plan.table(ZoneTable.empty());
    registry = new GatewayRegistry(plan.settings().relay(), () -> now);
    registry.follow(table);
    registry.onChange(() -> changes++);
    LoopSockets sockets =
        new LoopSockets(
            embedded.eventLoop(),
            new Sockets(),
            NioSocketChannel.class,
            NioServerSocketChannel.class);
    List<QueryPipeline> loops = new ArrayList<>();
    pipeline =
        new QueryPipeline(
            0,
            new QueryPipeline.Shared(
                () -> table,
                () -> plan.settings().pipeline(),
                new ResponseCache(100_000),
                new RecentFailures(),
                registry,
                new InflightClaims(1),
                () -> now,
                () -> null,
                loops),
            sockets,
            () -> {});
    loops.add(pipeline);
    embedded.freezeTime();
    client.set(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4711));
    new HealthProber(registry, sockets, () -> now).start();
  }

  /** Seconds since the beginning. */
  double time() {
    return (now - START) / SECOND;
  }

  GatewayHealth health(int gateway) {
    return registry.all().stream()
        .filter(g -> g.address().equals(gateways.get(gateway).address))
        .findFirst()
        .orElseThrow();
  }

  /** How often a gateway had another state, fell silent or was heard again. */
  int changes() {
    return changes;
  }

  /** Questions out or waiting. */
  int exchanges() {
    return pipeline.exchanges();
  }

  /** Lets time pass while new names are asked for at a steady rate. */
  void run(double seconds, double perSecond) {
    run(seconds, perSecond, () -> "n" + asked, Type.A);
  }

  /** A name to ask for. */
  interface Names {
    String next();
  }

  void run(double seconds, double perSecond, Names names, int type) {
    long began = now;
    long end = began + (long) (seconds * SECOND);
    long sent = 0;
    while (now < end) {
      now += STEP;
      for (; sent < (now - began) / SECOND * perSecond; sent++) {
        ask(names.next() + ".q.svc.mn.internal", type);
      }
      gateways.forEach(this::serve);
      while (!due.isEmpty() && due.peek().at <= now) {
        due.poll().what.run();
      }
      pipeline.onTurnEnd();
      embedded.advanceTimeBy(STEP, TimeUnit.NANOSECONDS);
      embedded.runScheduledPendingTasks();
    }
  }

  private void ask(String name, int type) {
    asked++;
    count(ASKED, now);
    int id = asked & 0xFFFF;
    byte[] query = Packet.query(name, type, 0).done();
    Octets.put16(query, 0, id);
    open.put(id, now);
    pipeline.handle(query, query.length, client, path);
  }

  private void count(int what, long at) {
    int slot = (int) ((at - START) / (SLOT_MILLIS * 1_000_000L));
    while (slots.size() <= slot) {
      slots.add(new int[4]);
    }
    slots.get(slot)[what]++;
  }

  private void serve(Gateway gateway) {
    if (time() < gateway.stillUntil) {
      return;
    }
    double most = Math.max(1, gateway.perSecond * 0.05);
    gateway.credit = Math.min(most, gateway.credit + gateway.perSecond * STEP / SECOND);
    while (gateway.credit >= 1 && !gateway.queue.isEmpty()) {
      gateway.credit--;
      gateway.queue.poll().run();
    }
  }

  private void arrive(Gateway gateway, Socket socket, byte[] packet) {
    int end = 12;
    while (packet[end] != 0) {
      end += 1 + packet[end];
    }
    int type = Octets.get16(packet, end + 1);
    if (type != Type.SOA) {
      count(PACKETS, now);
      packetsByQuestion.merge(
          gateway.address + Arrays.toString(Arrays.copyOfRange(packet, 12, end + 3)),
          1,
          Integer::sum);
    }
    if (gateway.dead
        || random.nextDouble() < gateway.loss
        || gateway.queue.size() >= gateway.room) {
      return;
    }
    byte[] reply = reply(packet, end + 5, type);
    gateway.queue.add(() -> {
      if (random.nextDouble() >= gateway.loss) {
        long at =
            now
                + (long)
                    ((gateway.delaySeconds + random.nextDouble() * gateway.jitterSeconds) * SECOND);
        due.add(new Due(at, order++, () -> socket.receive(reply)));
      }
    });
  }

  private static byte[] reply(byte[] query, int questionEnd, int type) {
    byte[] question = Arrays.copyOfRange(query, 12, questionEnd);
    Packet reply = Packet.part().octets(Arrays.copyOf(query, 2)).u16(0x8580).u16(1);
    if (type == Type.A) {
      byte[] address = {10, 52, 0, 7};
      return reply.u16(1).u16(0).u16(0).octets(question).pointer(12).record(1, 5, address).done();
    }
    return reply.u16(0).u16(1).u16(0).octets(question).name("mn.internal").record(6, 5, SOA).done();
  }

  private static final byte[] SOA =
      Packet.part().name("ns.mn.internal").name("h.mn.internal").octets(new byte[20]).done();

  private final ReplyPath path =
      new ReplyPath() {
        @Override
        public void reply(byte[] message, int length, PeerAddress to) {
          Long since = open.remove(Octets.get16(message, 0));
          if (since != null) {
            boolean good = (message[3] & 0xF) == 0;
            count(good ? GOOD : FAILED, since);
            lost += good ? 0 : 1;
          }
        }

        @Override
        public boolean tcp() {
          return false;
        }

        @Override
        public ReplyPath onLoop(int index) {
          return this;
        }
      };

  private final class Sockets implements PacketSockets {
    @Override
    public PacketSocket bind(InetSocketAddress local, PacketHandler handler) throws IOException {
      throw new IOException("nobody listens here");
    }

    @Override
    public PacketSocket connect(InetSocketAddress remote, PacketHandler handler) {
      Gateway gateway =
          gateways.stream().filter(g -> g.address.equals(remote)).findFirst().orElseThrow();
      return new Socket(gateway, handler);
    }
  }

  private final class Socket implements PacketSocket {
    private final Gateway gateway;
    private final PacketHandler handler;
    private final PeerAddress from = new PeerAddress();
    private boolean closed;

    Socket(Gateway gateway, PacketHandler handler) {
      this.gateway = gateway;
      this.handler = handler;
      from.set(gateway.address);
    }

    void receive(byte[] reply) {
      if (!closed) {
        handler.onPacket(this, reply, reply.length, from);
        handler.onDrained(this);
      }
    }

    @Override
    public void send(byte[] packet, int length, PeerAddress to) {
      arrive(gateway, this, Arrays.copyOf(packet, length));
    }

    @Override
    public void flush() {}

    @Override
    public InetSocketAddress localAddress() {
      return gateway.address;
    }

    @Override
    public long dropped() {
      return 0;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  // What it came to.

  int asked() {
    return asked;
  }

  int failed() {
    return lost;
  }

  /** Packets to gateways between two times, in seconds. */
  int packets(double from, double to) {
    return sum(PACKETS, from, to);
  }

  private int sum(int what, double from, double to) {
    int sum = 0;
    for (int i = slot(from); i < Math.min(slot(to), slots.size()); i++) {
      sum += slots.get(i)[what];
    }
    return sum;
  }

  private static int slot(double seconds) {
    return (int) Math.round(seconds * 1000 / SLOT_MILLIS);
  }

  /** The most packets for each question asked over any three seconds of a time. */
  double mostPacketsPerQuestion(double from, double to) {
    double most = 0;
    for (double at = from; at + 3 <= to + 1e-6; at += SLOT_MILLIS / 1e3) {
      most =
          Math.max(most, (double) sum(PACKETS, at, at + 3) / Math.max(1, sum(ASKED, at, at + 3)));
    }
    return most;
  }

  /**
   * The most packets beyond one for each question over any three seconds in which there were more
   * than so many for each.
   */
  int mostFurtherPackets(double packetsPerQuestion) {
    int most = 0;
    for (double at = 0; at + 3 <= time() + 1e-6; at += SLOT_MILLIS / 1e3) {
      int packets = sum(PACKETS, at, at + 3);
      int questions = sum(ASKED, at, at + 3);
      if (packets > packetsPerQuestion * questions) {
        most = Math.max(most, packets - questions);
      }
    }
    return most;
  }

  /** The most packets that one gateway got for one question. */
  int mostPacketsForOne() {
    return packetsByQuestion.values().stream().mapToInt(n -> n).max().orElse(0);
  }

  /** Of the questions asked between two times, the part that was answered. */
  double answered(double from, double to) {
    return (double) sum(GOOD, from, to) / Math.max(1, sum(ASKED, from, to));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("second: asked packets good failed\n");
    for (int i = 0; i * SLOT_MILLIS < time() * 1000; i += 1000 / SLOT_MILLIS) {
      double at = i * SLOT_MILLIS / 1000.0;
      text.append(
          "%6.0f: %5d %5d %5d %5d%n"
              .formatted(
                  at,
                  sum(ASKED, at, at + 1),
                  sum(PACKETS, at, at + 1),
                  sum(GOOD, at, at + 1),
                  sum(FAILED, at, at + 1)));
    }
    return text.toString();
  }
}
