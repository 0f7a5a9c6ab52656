package io.regionbridge.dns;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.regionbridge.dns.cache.ResponseCache;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.relay.InflightClaims;
import io.regionbridge.dns.relay.QueryPipeline;
import io.regionbridge.dns.relay.RecentFailures;
import io.regionbridge.dns.relay.ReplyPath;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.upstream.GatewayRegistry;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.zone.HostGroup;
import io.regionbridge.dns.zone.HostSet;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.PortSet;
import io.regionbridge.dns.zone.ReplicaZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.dns.zone.ZoneTable;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** What is answered within a turn costs no object, once as many were answered before. */
class AllocationTest {
  private static final String HERE = ".shop.svc.fsn1.internal";
  private static final String THERE = ".shop.svc.mn.internal";
  private static final int WARM = 20_000;
  private static final int MEASURED = 10_000;

  private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, LoopSockets.ioHandlers(false));
  private final PeerAddress client = new PeerAddress();
  private final Sink sink = new Sink();

  /** Takes replies as a socket would. */
  private static final class Sink implements ReplyPath {
    private int rcode;
    private int answers;

    @Override
    public void reply(byte[] message, int length, PeerAddress to) {
      rcode = message[3] & 0xF;
      answers = Octets.get16(message, 6);
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

  @ParameterizedTest
  @CsvSource({
    "hosts" + THERE + ", A, 2",
    "hosts" + THERE + ", AAAA, 1",
    "10-52-9-1.hosts" + THERE + ", A, 1",
    "fd52--9.hosts" + THERE + ", AAAA, 1",
    "db-0.hosts" + THERE + ", A, 1",
    "db-1.hosts" + THERE + ", A, 0",
    "_http._tcp.hosts" + THERE + ", SRV, 3",
  })
  void anAnswerThatIsMadeWhenAskedForCostsNoObject(String name, String type, int answers) {
    costsNoObject(name, Type.value(type), answers);
  }

  @ParameterizedTest
  @CsvSource({
    "web" + HERE + ", 2",
    "none" + HERE + ", 0",
    "web" + THERE + ", 60",
    "inner" + HERE + ", 3",
    "there" + HERE + ", 61",
    "back" + THERE + ", 3",
    "circle" + HERE + ", 0",
    "out" + HERE + ", 1",
  })
  void anAnswerOfADirectoryCostsNoObject(String name, int answers) {
    costsNoObject(name, Type.A, answers);
  }

  private void costsNoObject(String name, int type, int answers) {
    QueryPipeline pipeline = pipeline();
    byte[] query = Packet.query(name, type, 1).opt(1232, 0, 0, new byte[0]).done();
    ask(pipeline, query, WARM);
    assertThat(threads.isThreadAllocatedMemoryEnabled()).isTrue();
    long before = threads.getCurrentThreadAllocatedBytes();
    ask(pipeline, query, MEASURED);
    long octets = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(sink.answers).isEqualTo(answers);
    assertThat(sink.rcode == Rcode.SERVFAIL).isEqualTo(name.startsWith("circle"));
    assertThat(octets / MEASURED).as("%d octets in all", octets).isZero();
  }

  private void ask(QueryPipeline pipeline, byte[] query, int times) {
    for (int i = 0; i < times; i++) {
      pipeline.handle(query, query.length, client, sink);
      pipeline.onTurnEnd();
    }
  }

  private QueryPipeline pipeline() {
    TestBridge.Plan plan =
        TestBridge.plan()
            .gateway(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.11"), 1053))
            .replica(copy())
            .local(
                "web" + HERE,
                Records.a("web" + HERE, 5, "10.42.0.1"),
                Records.a("web" + HERE, 5, "10.42.0.2"))
            .local("inner" + HERE, Records.cname("inner" + HERE, 5, "web" + HERE))
            .local("there" + HERE, Records.cname("there" + HERE, 5, "web" + THERE))
            .local("circle" + HERE, Records.cname("circle" + HERE, 5, "circle" + THERE))
            .local("out" + HERE, Records.cname("out" + HERE, 5, "www.example.com"));
    ZoneTable table = plan.table(ZoneTable.empty());
    var settings = plan.settings();
    client.setIpv4(0x7F000001, 5353);
    return new QueryPipeline(
        0,
        new QueryPipeline.Shared(
            () -> table,
            settings::pipeline,
            new ResponseCache(1000),
            new RecentFailures(),
            new GatewayRegistry(settings.relay(), System::nanoTime),
            new InflightClaims(1),
            System::nanoTime,
            () -> null,
            new ArrayList<>()),
        LoopSockets.on((EventLoop) group.next(), false),
        () -> {});
  }

  private static ReplicaZone copy() {
    List<Record> addresses = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      addresses.add(Records.a("web" + THERE, 5, "10.52.0." + i));
    }
    Map<Name, @Nullable ZoneNode> nodes = new HashMap<>();
    nodes.put(Records.name("web" + THERE), ZoneNode.of(addresses));
    nodes.put(
        Records.name("back" + THERE),
        ZoneNode.of(List.of(Records.cname("back" + THERE, 5, "web" + HERE))));
    nodes.put(
        Records.name("circle" + THERE),
        ZoneNode.of(List.of(Records.cname("circle" + THERE, 5, "circle" + HERE))));
    HostSet hosts =
        HostSet.of(
            new int[] {0x0A340901, 0x0A340902},
            new long[] {0xFD52L << 48, 9},
            new PortSet[] {PortSet.of(List.of(new PortSet.Port("http", "tcp", 80)))},
            new byte[][] {null, {'d', 'b', '-', '0'}, null});
    HostGroup.Side side = new HostGroup.Side(hosts);
    byte[] name = {5, 'h', 'o', 's', 't', 's', 4, 's', 'h', 'o', 'p'};
    var soa = Records.soa(TestBridge.PEER, 5, 1, 5);
    LocalZone zone =
        LocalZone.empty(Records.name(TestBridge.PEER), "svc", soa)
            .with(nodes, soa)
            .with(
                List.of(new LocalZone.Change(name, HostGroup.of(name, side, side, PortSet.NONE))),
                1)
            .loadedFully();
    return new ReplicaZone(zone, true);
  }

  @AfterEach
  void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
