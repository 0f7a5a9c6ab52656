package io.regionbridge.dns;

import io.regionbridge.dns.cache.CachePolicy;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.PipelineSettings;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.server.TcpLimits;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.ScriptedGateway;
import io.regionbridge.dns.testing.TcpClient;
import io.regionbridge.dns.testing.UdpClient;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.upstream.RelaySettings;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.dns.zone.ClientPolicy;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ReplicaZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.dns.zone.ZoneTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/**
 * A bridge on a free port of 127.0.0.1 for region {@code fsn1}, with peer region {@code mn} behind
 * scripted gateways. Its clock runs as the real one does, and jumps when a test says so.
 *
 * <p>Clients on 127.0.0.1 are plain clients, on 127.0.1.0/24 in the cluster, on 127.0.2.0/24 of a
 * peer region; all others are refused.
 */
final class TestBridge implements AutoCloseable {
  static final String PEER = "mn.internal";
  static final String LOCAL = "fsn1.internal";
  static final String CLUSTER_CLIENT = "127.0.1.1";
  static final String PEER_CLIENT = "127.0.2.1";
  static final String STRANGER = "127.0.9.1";

  private final DnsBridge bridge;
  private final AtomicLong ahead;

  private TestBridge(DnsBridge bridge, AtomicLong ahead) {
    this.bridge = bridge;
    this.ahead = ahead;
  }

  /** What a test may want different. */
  static final class Plan {
    private final List<InetSocketAddress> gateways = new ArrayList<>();
    private final List<InetSocketAddress> siblings = new ArrayList<>();
    private final Map<Name, @Nullable ZoneNode> local = new LinkedHashMap<>();
    private int loops = 1;
    private int maxEntries = 10_000;
    private boolean epoll = LoopSockets.nativeAvailable();
    private boolean contain = true;
    private List<Prefix> ranges = List.of(prefix("10.52.0.0", 16), prefix("fd52::", 32));
    private List<Prefix> never = List.of();
    private boolean complete = true;
    private @Nullable ReplicaZone replica;
    private final List<InetSocketAddress> resolvers = new ArrayList<>();
    private boolean prefetch;
    private int clockSpeed = 1;
    private long timeoutMillis = 2_000;
    private long healthMillis = 50;
    private int maxInflight = 50_000;
    private int maxInflightPerClient = 50_000;
    private int refusedPerSecond = 10_000;
    private TcpLimits tcp = new TcpLimits(100, 50, 10_000);

    Plan gateways(ScriptedGateway... peers) {
      Arrays.stream(peers).forEach(g -> gateways.add(g.address()));
      return this;
    }

    Plan gateway(InetSocketAddress address) {
      gateways.add(address);
      return this;
    }

    Plan sibling(InetSocketAddress address) {
      siblings.add(address);
      return this;
    }

    Plan local(String name, Record... records) {
      local.put(Records.name(name), ZoneNode.of(List.of(records)));
      return this;
    }

    Plan loops(int count) {
      loops = count;
      return this;
    }

    Plan maxEntries(int count) {
      maxEntries = count;
      return this;
    }

    Plan nio() {
      epoll = false;
      return this;
    }

    Plan prefetch() {
      prefetch = true;
      return this;
    }

    /** A clock that runs so many times as fast as it should. */
    Plan clockSpeed(int times) {
      clockSpeed = times;
      return this;
    }

    /** The peer's ranges. */
    Plan ranges(Prefix... own) {
      ranges = List.of(own);
      return this;
    }

    /** Addresses of this region's nodes. */
    Plan never(Prefix... nodes) {
      never = List.of(nodes);
      return this;
    }

    Plan uncontained() {
      contain = false;
      return this;
    }

    /** A copy of what the peer has; null for none. */
    Plan replica(@Nullable ReplicaZone copy) {
      replica = copy;
      return this;
    }

    /** Who is asked for names of no region that aliases lead to. */
    Plan resolver(ScriptedGateway resolver) {
      resolvers.add(resolver.address());
      return this;
    }

    /** Not all zones are known yet. */
    Plan incomplete() {
      complete = false;
      return this;
    }

    /** Within which a question is answered. */
    Plan timeout(long millis) {
      timeoutMillis = millis;
      return this;
    }

    Plan healthInterval(long millis) {
      healthMillis = millis;
      return this;
    }

    Plan inflight(int total, int perClient) {
      maxInflight = total;
      maxInflightPerClient = perClient;
      return this;
    }

    Plan refusedPerSecond(int count) {
      refusedPerSecond = count;
      return this;
    }

    Plan tcp(int connections, int perClient, long idleMillis) {
      tcp = new TcpLimits(connections, perClient, idleMillis);
      return this;
    }

    DnsSettings settings() {
      return new DnsSettings(
          new PipelineSettings(
              new CachePolicy(30_000, 5_000, 3_600_000, prefetch),
              maxInflight,
              maxInflightPerClient,
              refusedPerSecond),
          new RelaySettings(
              TimeUnit.MILLISECONDS.toNanos(timeoutMillis),
              TimeUnit.MILLISECONDS.toNanos(healthMillis)),
          tcp);
    }

    ZoneTable table(ZoneTable before) {
      LocalZone zone =
          LocalZone.empty(Records.name(LOCAL), "svc", Records.soa(LOCAL, 5, 1, 5))
              .with(local, Records.soa(LOCAL, 5, 1, 5))
              .loadedFully();
      ForwardZone peer =
          new ForwardZone(
              "mn",
              Records.name(PEER),
              gateways,
              new BelievedAddresses(AddressSet.of(ranges), contain, AddressSet.of(never)),
              siblings,
              replica);
      ClientPolicy clients =
          ClientPolicy.of(
              List.of(
                  prefix("127.0.0.0", 24),
                  prefix("127.0.1.0", 24),
                  prefix("127.0.2.0", 24),
                  prefix("::1", 128)),
              List.of(prefix("127.0.1.0", 24)),
              List.of(prefix("127.0.2.0", 24)));
      ForwardZone asked =
          resolvers.isEmpty() ? null : ForwardZone.resolvers(resolvers, AddressSet.of(never));
      return before
          .next(List.of(zone), List.of(peer), clients, complete)
          .following(asked, List.of(Records.name("cluster.local")));
    }

    TestBridge start() throws IOException {
      AtomicLong ahead = new AtomicLong();
      IOException last = new IOException("no port is free for both UDP and TCP");
      for (int i = 0; i < 20; i++) {
        try {
          return new TestBridge(
              DnsBridge.start(
                  loops,
                  maxEntries,
                  List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)),
                  settings(),
                  table(ZoneTable.empty()),
                  epoll,
                  () -> clockSpeed * System.nanoTime() + ahead.get()),
              ahead);
        } catch (IOException e) {
          last = e;
        }
      }
      throw last;
    }
  }

  static Plan plan() {
    return new Plan();
  }

  static Prefix prefix(String address, int length) {
    return new Prefix(InetAddress.ofLiteral(address), length);
  }

  DnsBridge dns() {
    return bridge;
  }

  InetSocketAddress address() {
    return bridge.addresses().getFirst();
  }

  UdpClient client() throws IOException {
    return new UdpClient(address());
  }

  UdpClient client(String local) throws IOException {
    return new UdpClient(address(), local);
  }

  TcpClient tcp() throws IOException {
    return new TcpClient(address());
  }

  /** Asks once from a socket of its own. */
  Message ask(String name, int type) throws IOException {
    try (UdpClient client = client()) {
      return client.ask(name, type);
    }
  }

  /** Makes the bridge's clock jump. */
  void pass(long millis) {
    ahead.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  long events(LoopCounters.Event event) {
    return bridge.counters().stream().mapToLong(c -> c.events(event)).sum();
  }

  /** Replies from a source, of all zones and rcodes. */
  long replies(Source source) {
    long sum = 0;
    for (LoopCounters counters : bridge.counters()) {
      for (int zone = 0; zone < 16; zone++) {
        for (int rcode = 0; rcode < LoopCounters.rcodes().length; rcode++) {
          sum += counters.replies(zone, false, rcode, source);
          sum += counters.replies(zone, true, rcode, source);
        }
      }
    }
    return sum;
  }

  GatewayHealth gateway(ScriptedGateway gateway) {
    return gateway(gateway.address());
  }

  GatewayHealth gateway(InetSocketAddress address) {
    return bridge.gateways().stream()
        .filter(g -> g.address().equals(address))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    stop();
  }

  /** Ends it before its time. */
  void stop() {
    bridge.close();
  }
}
