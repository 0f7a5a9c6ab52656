package io.regionbridge.dns.relay;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.regionbridge.dns.cache.CachePolicy;
import io.regionbridge.dns.cache.CachedReply;
import io.regionbridge.dns.cache.ResponseCache;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.upstream.GatewayRegistry;
import io.regionbridge.dns.upstream.RelaySettings;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.dns.zone.ClientPolicy;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.dns.zone.ZoneRoute;
import io.regionbridge.dns.zone.ZoneTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A query through the whole pipeline, sockets left out: what a hit in the cache and an answer of
 * the directory cost. Run with {@code -prof gc}, {@code gc.alloc.rate.norm} must be 0 B/op (JMH
 * shows a rounding error of some 10⁻⁵).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx192m", "--enable-native-access=ALL-UNNAMED"})
@NullUnmarked
public class HotPathBenchmark {
  private static final int NAMES = 1000;

  /** Addresses in each answer. */
  @Param({"1", "3"})
  public int addresses;

  /** Whether queries carry an OPT record. */
  @Param({"false", "true"})
  public boolean edns;

  /** Whether replies to another client are sampled just now; {@code -p sampling=true}. */
  @Param("false")
  public boolean sampling;

  private MultiThreadIoEventLoopGroup group;
  private QueryPipeline pipeline;
  private byte[][] cached;
  private byte[][] local;
  private int next;
  private final PeerAddress client = new PeerAddress();
  private final Sink sink = new Sink();

  /** Takes replies as a socket would, which copies them. */
  private static final class Sink implements ReplyPath {
    private final byte[] copy = new byte[4096];
    private long replies;

    @Override
    public void reply(byte[] message, int length, PeerAddress to) {
      System.arraycopy(message, 0, copy, 0, length);
      replies++;
    }

    @Override
    public boolean tcp() {
      return false;
    }

    @Override
    public ReplyPath onLoop(int loop) {
      return this;
    }
  }

  /** Fills a zone and a cache. */
  @Setup
  public void setUp() throws Exception {
    group = new MultiThreadIoEventLoopGroup(1, LoopSockets.ioHandlers(false));
    LoopSockets sockets = LoopSockets.on((EventLoop) group.next(), false);
    CachePolicy policy = new CachePolicy(3_600_000, 5000, 0, false);
    PipelineSettings settings = new PipelineSettings(policy, 1000, 1000, 50);
    RelaySettings relay = new RelaySettings(1_500_000_000L, 500_000_000L);
    ResponseCache cache = new ResponseCache(100_000);
    ZoneTable table = table();
    QuerySampler tap = sampling ? sampler() : null;
    pipeline =
        new QueryPipeline(
            0,
            new QueryPipeline.Shared(
                () -> table,
                () -> settings,
                cache,
                new RecentFailures(),
                new GatewayRegistry(relay, System::nanoTime),
                new InflightClaims(1),
                System::nanoTime,
                () -> tap,
                new ArrayList<>(List.of())),
            sockets,
            () -> {});
    cached = new byte[NAMES][];
    local = new byte[NAMES][];
    client.setIpv4(0x7F000001, 5353);
    for (int i = 0; i < NAMES; i++) {
      local[i] = query("svc-" + i + ".ns.svc.fsn1.internal.");
      cached[i] = query("svc-" + i + ".ns.svc.mn.internal.");
      remember(cache, table, cached[i]);
    }
  }

  private static QuerySampler sampler() throws Exception {
    Prefix another = new Prefix(InetAddress.getByName("10.42.0.7"), 32);
    return new QuerySampler(
        AddressSet.of(List.of(another)), null, false, 10, System::nanoTime, _ -> {});
  }

  private ZoneTable table() throws Exception {
    Name apex = Name.fromString("fsn1.internal.");
    SOARecord soa = new SOARecord(apex, DClass.IN, 5, apex, apex, 1, 7200, 1800, 86_400, 5);
    Map<Name, ZoneNode> nodes = new HashMap<>();
    for (int i = 0; i < NAMES; i++) {
      Name name = Name.fromString("svc-" + i + ".ns.svc", apex);
      nodes.put(name, ZoneNode.of(records(name)));
    }
    LocalZone zone = LocalZone.empty(apex, "svc", soa).with(nodes, soa).loadedFully();
    ForwardZone mn =
        new ForwardZone(
            "mn",
            Name.fromString("mn.internal."),
            List.of(new InetSocketAddress("127.0.0.11", 1053)),
            new BelievedAddresses(AddressSet.NONE, false, AddressSet.NONE));
    Prefix loopback = new Prefix(InetAddress.getByName("127.0.0.0"), 8);
    return ZoneTable.empty()
        .next(List.of(zone), List.of(mn), ClientPolicy.of(List.of(loopback), List.of(), List.of()));
  }

  private List<Record> records(Name name) throws Exception {
    List<Record> records = new ArrayList<>();
    for (int k = 0; k < addresses; k++) {
      records.add(
          new ARecord(
              name, DClass.IN, 300, InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) k})));
    }
    return records;
  }

  private byte[] query(String name) throws Exception {
    Message m = Message.newQuery(Record.newRecord(Name.fromString(name), Type.A, DClass.IN));
    if (edns) {
      m.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    }
    return m.toWire();
  }

  private void remember(ResponseCache cache, ZoneTable table, byte[] question) throws Exception {
    Query q = new Query();
    q.parse(question, question.length);
    Message m = new Message(question);
    Message answer = new Message(m.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.addRecord(m.getQuestion(), Section.QUESTION);
    for (Record r : records(m.getQuestion().getName())) {
      answer.addRecord(r, Section.ANSWER);
    }
    byte[] wire = answer.toWire();
    Reply reply = new Reply();
    reply.inspect(wire, wire.length, Query.HEADER + q.nameLength() + 4, EVERYTHING);
    int epoch = ((ZoneRoute.Forward) table.route(q)).epoch();
    long now = System.nanoTime() / 1_000_000;
    cache.store(
        q.name(),
        q.nameLength(),
        q.nameHash(),
        Type.A,
        epoch,
        reply,
        new CachedReply(),
        now,
        3_600_000,
        0);
  }

  private static final Reply.Bounds EVERYTHING =
      new Reply.Bounds() {
        @Override
        public boolean ownerAllowed(byte[] name, int length) {
          return true;
        }

        @Override
        public boolean addressAllowed(int ipv4) {
          return true;
        }

        @Override
        public boolean addressAllowed(long high, long low) {
          return true;
        }
      };

  /** Ends the loop. */
  @TearDown
  public void tearDown() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** A hit in the cache. */
  @Benchmark
  public long hit() {
    return ask(cached);
  }

  /** An answer of the directory. */
  @Benchmark
  public long directory() {
    return ask(local);
  }

  private long ask(byte[][] queries) {
    byte[] query = queries[next++ % NAMES];
    pipeline.handle(query, query.length, client, sink);
    return sink.replies;
  }
}
