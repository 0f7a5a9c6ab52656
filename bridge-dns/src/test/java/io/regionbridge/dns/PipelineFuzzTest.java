package io.regionbridge.dns;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.regionbridge.dns.cache.ResponseCache;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.relay.InflightClaims;
import io.regionbridge.dns.relay.QueryPipeline;
import io.regionbridge.dns.relay.QuerySample;
import io.regionbridge.dns.relay.QuerySampler;
import io.regionbridge.dns.relay.RecentFailures;
import io.regionbridge.dns.relay.ReplyPath;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.socket.PacketHandler;
import io.regionbridge.dns.socket.PacketSocket;
import io.regionbridge.dns.socket.PacketSockets;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.Structure;
import io.regionbridge.dns.upstream.GatewayRegistry;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.zone.ZoneTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Type;

/**
 * The whole way of a query, with any packet from a client and any reply from a gateway: never an
 * exception, one reply at most, and none to what is no query.
 *
 * <p>To search for more: {@code .ci/fuzz}.
 */
class PipelineFuzzTest {
  private static final InetSocketAddress GATEWAY =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53);

  /** Its event loop is this thread, and its timers run when they are told to. */
  private final EmbeddedChannel embedded = new EmbeddedChannel();

  private final List<byte[]> replies = new ArrayList<>();
  private final List<byte[]> asked = new ArrayList<>();
  private final List<QuerySample> samples = new ArrayList<>();
  private final PeerAddress client = new PeerAddress();
  private final Sockets sockets = new Sockets();
  private final QueryPipeline pipeline;
  private long now = 1_000_000_000L;

  PipelineFuzzTest() {
    TestBridge.Plan plan =
        TestBridge.plan()
            .gateway(GATEWAY)
            .local(
                "web.shop.svc.fsn1.internal",
                Records.a("web.shop.svc.fsn1.internal", 5, "10.42.0.1"))
            .local(
                "there.shop.svc.fsn1.internal",
                Records.cname("there.shop.svc.fsn1.internal", 5, "a.mn.internal"))
            .local(
                "out.shop.svc.fsn1.internal",
                Records.cname("out.shop.svc.fsn1.internal", 5, "x.org"));
    ZoneTable table = plan.table(ZoneTable.empty());
    GatewayRegistry gateways = new GatewayRegistry(plan.settings().relay(), () -> now);
    gateways.follow(table);
    List<QueryPipeline> loops = new ArrayList<>();
    QuerySampler tap = new QuerySampler(AddressSet.NONE, null, false, 1, () -> now, samples::add);
    pipeline =
        new QueryPipeline(
            0,
            new QueryPipeline.Shared(
                () -> table,
                () -> plan.settings().pipeline(),
                new ResponseCache(1_000),
                new RecentFailures(),
                gateways,
                new InflightClaims(1),
                () -> now,
                () -> tap,
                loops),
            new LoopSockets(
                embedded.eventLoop(),
                sockets,
                NioSocketChannel.class,
                NioServerSocketChannel.class),
            () -> {});
    loops.add(pipeline);
    embedded.freezeTime();
    client.set(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4711));
  }

  /** Sockets that keep what is sent and receive what they are given. */
  private final class Sockets implements PacketSockets {
    @Override
    public PacketSocket bind(InetSocketAddress local, PacketHandler handler) throws IOException {
      throw new IOException("nobody listens here");
    }

    @Override
    public PacketSocket connect(InetSocketAddress remote, PacketHandler handler) {
      return new Kept(handler);
    }
  }

  private final class Kept implements PacketSocket {
    private final PacketHandler handler;

    Kept(PacketHandler handler) {
      this.handler = handler;
    }

    @Override
    public void send(byte[] packet, int length, PeerAddress to) {
      asked.add(Arrays.copyOf(packet, length));
      last = this;
    }

    @Override
    public void flush() {}

    @Override
    public InetSocketAddress localAddress() {
      return GATEWAY;
    }

    @Override
    public long dropped() {
      return 0;
    }

    @Override
    public void close() {}
  }

  private Kept last = new Kept(new Deaf());

  private static final class Deaf implements PacketHandler {
    @Override
    public void onPacket(PacketSocket socket, byte[] packet, int length, PeerAddress from) {}

    @Override
    public void onDrained(PacketSocket socket) {}

    @Override
    public void onRefused(PacketSocket socket, String why) {}
  }

  private final ReplyPath path =
      new ReplyPath() {
        @Override
        public void reply(byte[] message, int length, PeerAddress to) {
          replies.add(Arrays.copyOf(message, length));
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

  static Stream<byte[]> seeds() {
    Random random = new Random(17);
    List<byte[]> seeds = new ArrayList<>();
    String[] names = {
      "a.mn.internal",
      "web.shop.svc.fsn1.internal",
      "there.shop.svc.fsn1.internal",
      "out.shop.svc.fsn1.internal",
      "shop.fsn1.internal",
      "x.org"
    };
    for (String name : names) {
      for (int type : new int[] {Type.A, Type.ANY, Type.AXFR, 0}) {
        for (byte[] query :
            List.of(
                Packet.query(name, type, 0).done(),
                Packet.query(name, type, 1).opt(1232, 0, 0x8000, cookie()).done(),
                Packet.query(name, type, 1).opt(1232, 1, 0, new byte[0]).done())) {
          byte[] answer =
              Packet.part().u16(1).u16(0).u16(0).pointer(12).record(1, 5, address(52)).done();
          byte[] foreign =
              Packet.part().u16(1).u16(0).u16(0).name("b.org").record(1, 5, address(52)).done();
          byte[] astray =
              Packet.part().u16(1).u16(0).u16(0).pointer(12).record(1, 5, address(99)).done();
          List<byte[]> replies =
              List.of(
                  answer,
                  foreign,
                  astray,
                  alias("b.mn.internal"),
                  alias("a.mn.internal"),
                  alias("web.shop.svc.fsn1.internal"),
                  alias("there.shop.svc.fsn1.internal"),
                  alias("x.org"),
                  new byte[0],
                  new byte[5]);
          for (byte[] reply : replies) {
            seeds.add(
                Packet.part().u16(query.length).octets(query).u16(0x8180).octets(reply).done());
          }
          byte[] broken = query.clone();
          broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
          seeds.add(Packet.part().u16(broken.length).octets(broken).done());
        }
      }
    }
    return seeds.stream();
  }

  private static byte[] alias(String target) {
    byte[] data = Packet.part().name(target).done();
    return Packet.part().u16(1).u16(0).u16(0).pointer(12).record(5, 5, data).done();
  }

  private static byte[] cookie() {
    return Packet.option(10, new byte[8]);
  }

  private static byte[] address(int second) {
    return new byte[] {10, (byte) second, 0, 1};
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void seeded(byte[] input) throws IOException {
    anyPacketAndAnyReply(input);
  }

  /** The length of the client's packet, the packet, and what the gateway's reply has of its own. */
  @EnabledIfEnvironmentVariable(
      named = "JAZZER_FUZZ",
      matches = "1",
      disabledReason = "the seeds are tested without the fuzzer; JAZZER_FUZZ=1 searches for more")
  @MethodSource("seeds")
  @FuzzTest(maxDuration = "2m")
  void anyPacketAndAnyReply(byte[] input) throws IOException {
    if (input.length < 2 || input.length > 60_000) {
      return;
    }
    int length = Math.min(Octets.get16(input, 0), input.length - 2);
    byte[] packet = Arrays.copyOfRange(input, 2, 2 + length);
    byte[] rest = Arrays.copyOfRange(input, 2 + length, input.length);
    replies.clear();
    asked.clear();
    samples.clear();
    now += 60_000_000_000L;
    pipeline.handle(packet, packet.length, client, path);
    pipeline.onTurnEnd();
    boolean query = packet.length >= Query.HEADER && (packet[2] & 0x80) == 0;
    if (pipeline.waiting() > 0) {
      assertThat(replies).isEmpty();
      replyFromGateway(asked.getLast(), rest);
      // Whatever the reply was, there is an end.
      endOfTime();
    }
    assertThat(pipeline.waiting()).isZero();
    assertThat(pipeline.exchanges()).isZero();
    assertThat(replies).hasSize(query ? 1 : 0);
    assertThat(samples).hasSameSizeAs(replies);
    if (query) {
      byte[] reply = replies.getFirst();
      assertThat(Structure.isWhole(reply)).isTrue();
      assertThat(Octets.get16(reply, 0)).isEqualTo(Octets.get16(packet, 0));
      assertThat(reply[2] & 0x80).isNotZero();
      assertThat(reply.length).isLessThanOrEqualTo(Query.MAX_UDP);
    }
  }

  /** The query with flags, counts and all that follows the question from the input. */
  private void replyFromGateway(byte[] sent, byte[] rest) {
    int questionEnd = 12;
    while (sent[questionEnd] != 0) {
      questionEnd += 1 + sent[questionEnd];
    }
    questionEnd += 5;
    byte[] head = Arrays.copyOf(rest, 8);
    byte[] body = rest.length > 8 ? Arrays.copyOfRange(rest, 8, rest.length) : new byte[0];
    byte[] reply = Arrays.copyOf(sent, questionEnd + body.length);
    System.arraycopy(head, 0, reply, 2, 2);
    System.arraycopy(head, 2, reply, 6, 6);
    // Not truncated: that would open a connection.
    reply[2] = (byte) (reply[2] & ~2);
    System.arraycopy(body, 0, reply, questionEnd, body.length);
    PeerAddress from = new PeerAddress();
    from.set(GATEWAY);
    last.handler.onPacket(last, reply, reply.length, from);
    last.handler.onDrained(last);
  }

  /** Turns the timers until nobody waits any more. */
  private void endOfTime() {
    for (int i = 0; i < 10 && pipeline.waiting() > 0; i++) {
      now += 10_000_000_000L;
      embedded.advanceTimeBy(10, TimeUnit.MILLISECONDS);
      embedded.runScheduledPendingTasks();
    }
  }
}
