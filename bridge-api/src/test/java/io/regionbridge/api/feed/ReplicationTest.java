package io.regionbridge.api.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.lifecycle.Bridge;
import io.regionbridge.api.lifecycle.Configs;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.reports.BridgeState;
import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.relay.Trace;
import io.regionbridge.dns.zone.View;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.feed.FollowerState.Standing;
import io.regionbridge.testkit.FreePorts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Regions whose bridges follow each other, over real sockets on loopback. */
@Timeout(60)
final class ReplicationTest {
  private static final String FIRST = "127.0.7.1";
  private static final String SECOND = "127.0.7.2";
  private static final String FOLLOWER = "127.0.7.9";
  private static final String WEB = "web.shop.svc.mn.internal.";

  @TempDir Path directory;

  private final int dnsPort;
  private final int httpPort;

  /** More of what the follower's configuration says of DNS. */
  private String dns = "";

  ReplicationTest() throws IOException {
    dnsPort = FreePorts.next();
    httpPort = FreePorts.next();
  }

  @Test
  void aPeersNamesAreAnsweredFromACopyThatFollowsThePeer() throws Exception {
    write("10.52.1.1");
    try (Bridge mn = mn(FIRST);
        Bridge fsn1 = fsn1("", FIRST)) {
      await(fsn1.state(), Standing.CURRENT);
      RegionPair.await(() -> replies(fsn1, Source.REPLICA) > 0 || ask(fsn1));
      Trace trace = trace(fsn1, WEB);
      assertThat(trace.answer().getHeader().getFlag(Flags.AA)).isFalse();
      assertThat(trace.answer().getHeader().getFlag(Flags.RA)).isTrue();
      assertThat(trace.answer().getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(7);
      assertThat(trace(fsn1, "none.shop.svc.mn.internal.").answer().getRcode())
          .isEqualTo(Rcode.NXDOMAIN);
      long relayed = replies(fsn1, Source.RELAY);
      write("10.52.1.1", "10.52.1.2", "192.0.2.1");
      RegionPair.await(() -> addresses(fsn1, WEB).equals(List.of("10.52.1.1", "10.52.1.2")));
      assertThat(replies(fsn1, Source.RELAY)).as("asked of the region").isEqualTo(relayed);
      assertThat(mn.state().replicas()).as("a region without peers follows nobody").isEmpty();
    }
  }

  @Test
  void theNextGatewayIsFollowedWhenOneEndsAndTheCopyAnswersWhenAllHave() throws Exception {
    write("10.52.1.1");
    Bridge one = mn(FIRST);
    Bridge other = mn(SECOND);
    try (Bridge fsn1 = fsn1("", FIRST, SECOND)) {
      await(fsn1.state(), Standing.CURRENT);
      String followed = followed(fsn1.state());
      Bridge ended = followed.equals(FIRST) ? one : other;
      ended.close();
      RegionPair.await(() ->
          standing(fsn1.state()) == Standing.CURRENT && !followed(fsn1.state()).equals(followed));
      assertThat(addresses(fsn1, WEB)).containsExactly("10.52.1.1");
      one.close();
      other.close();
      await(fsn1.state(), Standing.INTERRUPTED);
      RegionPair.await(() -> replies(fsn1, Source.STALE) > 0 || ask(fsn1));
      assertThat(addresses(fsn1, WEB)).containsExactly("10.52.1.1");
      write("10.52.1.3");
      try (Bridge back = mn(followed)) {
        await(fsn1.state(), Standing.CURRENT);
        RegionPair.await(() -> addresses(fsn1, WEB).equals(List.of("10.52.1.3")));
        assertThat(back.notReady()).isEmpty();
      }
    } finally {
      one.close();
      other.close();
    }
  }

  /** A replica is given as stale answers are, and no longer. */
  @Test
  void aReplicaEndsWithServeStale() throws Exception {
    write("10.52.1.1");
    dns = ", cache: { serveStale: 1s }";
    Bridge mn = mn(FIRST);
    try (Bridge fsn1 = fsn1("", FIRST)) {
      await(fsn1.state(), Standing.CURRENT);
      mn.close();
      RegionPair.await(() -> replica(fsn1.state(), "mn").why().contains("dns.cache.serveStale"));
      assertThat(standing(fsn1.state())).isEqualTo(Standing.NONE);
      RegionPair.await(() -> trace(fsn1, WEB).answer().getRcode() == Rcode.SERVFAIL);
      try (Bridge back = mn(FIRST)) {
        await(fsn1.state(), Standing.CURRENT);
        RegionPair.await(() -> addresses(fsn1, WEB).equals(List.of("10.52.1.1")));
        assertThat(back.notReady()).isEmpty();
      }
    } finally {
      mn.close();
    }
  }

  private static boolean ask(Bridge bridge) throws Exception {
    assertThat(addresses(bridge, WEB)).containsExactly("10.52.1.1");
    return false;
  }

  @Test
  void oneNameOverAllRegionsLeadsToTheRegionThatHasPods() throws Exception {
    write("10.52.1.1", "10.62.1.1");
    Bridge hel1 = served("hel1", "10.62.0.0/16", SECOND);
    try (Bridge mn = mn(FIRST);
        Bridge fsn1 = fsn1("", List.of(FIRST), List.of(SECOND))) {
      String name = "web.shop.svc.any.internal.";
      RegionPair.await(
          () -> addresses(fsn1, name).equals(List.of("10.52.1.1", "10.62.1.1"))); // it is headless
      assertThat(fsn1.state().explain(Name.fromString(name)))
          .hasSize(2)
          .allMatch(line -> line.endsWith("1 of 1 endpoints ready, answers"));
      assertThat(fsn1.state().answering(Name.fromString(name)))
          .containsExactlyInAnyOrder("mn", "hel1");
      assertThat(fsn1.state().answering(Name.fromString(WEB))).isEmpty();
      hel1.close();
      RegionPair.await(() -> addresses(fsn1, name).equals(List.of("10.52.1.1")));
      assertThat(addresses(mn, name)).containsExactly("10.52.1.1");
    } finally {
      hel1.close();
    }
  }

  @Test
  void whereCopiesAreNotWantedTheRegionIsAsked() throws Exception {
    write("10.52.1.1");
    try (Bridge mn = mn(FIRST);
        Bridge fsn1 = fsn1("replication: { enabled: false }", FIRST)) {
      RegionPair.await(() -> addresses(fsn1, WEB).equals(List.of("10.52.1.1")));
      assertThat(fsn1.state().replicas()).isEmpty();
      assertThat(replies(fsn1, Source.REPLICA)).isZero();
      assertThat(mn.notReady()).isEmpty();
    }
  }

  @Test
  void aDirectoryThatDoesNotFitIsRelayed() throws Exception {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      many.append(
          """
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: s%d, namespace: shop }
          spec: { clusterIP: None }
          """
              .formatted(i));
    }
    write(many.toString(), List.of("10.52.1.1"));
    try (Bridge mn = mn(FIRST);
        Bridge fsn1 = fsn1("replication: { maxMemory: 1MiB }", FIRST)) {
      RegionPair.await(() -> replica(fsn1.state(), "mn").why().contains("replication.maxMemory"));
      assertThat(standing(fsn1.state())).isEqualTo(Standing.NONE);
      assertThat(addresses(fsn1, WEB)).containsExactly("10.52.1.1");
      assertThat(mn.notReady()).isEmpty();
    }
  }

  /** What a compromised gateway may send in place of its directory. */
  enum Lie {
    ENDLESS_LINE,
    ENDLESS_SERVICES,
    SILENT,
    NONSENSE,
    OTHER_REGION,
    STRANGE_ADDRESSES,
    GOES_BACK;

    void write(OutputStream out) throws IOException {
      switch (this) {
        case ENDLESS_LINE -> {
          byte[] octets = "x".repeat(65_536).getBytes(StandardCharsets.UTF_8);
          out.write("{\"later\":\"".getBytes(StandardCharsets.UTF_8));
          while (true) {
            out.write(octets);
          }
        }
        case ENDLESS_SERVICES -> {
          line(out, start("mn"));
          for (long i = 0; true; i++) {
            line(out, "{'service':{'namespace':'shop','name':'s%d'}}".formatted(i));
          }
        }
        case SILENT -> out.flush();
        case NONSENSE -> line(out, "what?");
        case OTHER_REGION -> line(out, start("fsn1"));
        case STRANGE_ADDRESSES -> {
          line(out, start("mn"));
          line(
              out,
              "{'service':{'namespace':'shop','name':'web','headless':true,'slices':[{'ports':[],"
                  + "'endpoints':[{'address':'192.0.2.1'},{'address':'127.0.0.1'},"
                  + "{'address':'10.42.0.1'},{'address':'10.52.1.66'}]}]}}");
          line(out, "{'current':'0000000000000001-1'}");
        }
        case GOES_BACK -> {
          line(out, start("mn"));
          line(out, "{'current':'0000000000000001-9'}");
          line(out, "{'current':'0000000000000001-3'}");
        }
      }
    }

    private static String start(String region) {
      return ("{'start':{'version':1,'region':'%s','domain':'%s.internal','ttlSeconds':5,"
              + "'whole':true}}")
          .formatted(region, region);
    }

    private static void line(OutputStream out, String text) throws IOException {
      out.write((text.replace('\'', '"') + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHostileFeedCostsItsOwnRegionOnly(Lie lie) throws Exception {
    write("10.62.1.1");
    AtomicInteger responses = new AtomicInteger();
    try (ServerSocket hostile = new ServerSocket(httpPort, 50, InetAddress.ofLiteral(SECOND));
        Bridge hel1 = served("hel1", "10.62.0.0/16", FIRST);
        Bridge fsn1 = fsn1("", List.of(SECOND), List.of(FIRST))) {
      Thread.ofVirtual().start(() -> serve(hostile, lie::write, responses));
      RegionPair.await(() -> responses.get() > 0);
      RegionPair.await(() -> replica(fsn1.state(), "hel1").standing() == Standing.CURRENT);
      if (lie == Lie.STRANGE_ADDRESSES) {
        await(fsn1.state(), Standing.CURRENT);
        RegionPair.await(() -> addresses(fsn1, WEB).equals(List.of("10.52.1.66")));
        assertThat(replica(fsn1.state(), "mn").replica().orElseThrow().refused()).isEqualTo(1);
      } else {
        RegionPair.await(() -> !replica(fsn1.state(), "mn").why().isEmpty());
        RegionPair.await(() -> replica(fsn1.state(), "mn").standing() != Standing.CURRENT);
      }
      assertThat(addresses(fsn1, "web.shop.svc.hel1.internal.")).containsExactly("10.62.1.1");
      assertThat(fsn1.notReady()).isEmpty();
      assertThat(hel1.notReady()).isEmpty();
    }
  }

  /** Lines and fields of a later version are ignored, unless it says that they must not be. */
  @ParameterizedTest
  @CsvSource({"1, true", "2, false"})
  void aFeedOfALaterBridgeIsReadAsFarAsItIsUnderstood(int version, boolean understood)
      throws Exception {
    AtomicInteger responses = new AtomicInteger();
    try (ServerSocket later = new ServerSocket(httpPort, 50, InetAddress.ofLiteral(SECOND));
        Bridge fsn1 = fsn1("", List.of(SECOND), List.of())) {
      Thread.ofVirtual().start(() -> serve(later, out -> writeLater(version, out), responses));
      if (understood) {
        await(fsn1.state(), Standing.CURRENT);
        RegionPair.await(() -> addresses(fsn1, WEB).equals(List.of("10.52.1.66")));
      } else {
        RegionPair.await(() -> replica(fsn1.state(), "mn").why().contains("upgrade this bridge"));
        assertThat(standing(fsn1.state())).isEqualTo(Standing.NONE);
      }
      assertThat(fsn1.notReady()).isEmpty();
    }
  }

  /** A build from before the feed answers with 404, and its names are asked for as before. */
  @Test
  void aBridgeWithoutAFeedIsRelayed() throws Exception {
    write("10.52.1.1");
    AtomicInteger responses = new AtomicInteger();
    try (ServerSocket older =
            new ServerSocket(FreePorts.next(), 50, InetAddress.ofLiteral(SECOND));
        Bridge mn = mn(FIRST);
        Bridge fsn1 =
            ready(follower("", List.of(FIRST), List.of(), SECOND + ":" + older.getLocalPort()))) {
      Thread.ofVirtual().start(() -> serve(older, "404 Not Found", _ -> {}, responses));
      RegionPair.await(
          () -> replica(fsn1.state(), "mn").why().contains("serves no directory feed"));
      assertThat(standing(fsn1.state())).isEqualTo(Standing.NONE);
      assertThat(addresses(fsn1, WEB)).containsExactly("10.52.1.1");
      assertThat(replies(fsn1, Source.REPLICA)).isZero();
      assertThat(mn.notReady()).isEmpty();
    }
  }

  private static void writeLater(int version, OutputStream out) throws IOException {
    Lie.line(out, "{'later':[1,{'deep':true}]}");
    Lie.line(
        out,
        ("{'start':{'version':%d,'region':'mn','domain':'mn.internal','ttlSeconds':5,"
                + "'whole':true,'later':{'more':[null]}}}")
            .formatted(version));
    Lie.line(
        out,
        "{'later':0,'service':{'later':'x','namespace':'shop','name':'web','headless':true,"
            + "'slices':[{'later':[],'ports':[{'port':80,'later':1}],"
            + "'endpoints':[{'address':'10.52.1.66','later':{'nodes':[1,2]}}]}]}}");
    Lie.line(out, "{'current':'0000000000000001-1'}");
    while (true) {
      Lie.line(out, "{'current':'0000000000000001-1','later':2}");
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    }
  }

  private interface Script {
    void write(OutputStream out) throws IOException;
  }

  private static void serve(ServerSocket hostile, Script script, AtomicInteger responses) {
    serve(hostile, "200 OK", script, responses);
  }

  private static void serve(
      ServerSocket hostile, String status, Script script, AtomicInteger responses) {
    try {
      while (true) {
        Socket client = hostile.accept();
        Thread.ofVirtual()
            .start(() -> {
              try {
                OutputStream out = client.getOutputStream();
                out.write(
                    """
                    HTTP/1.1 %s\r
                    content-type: application/x-ndjson\r
                    connection: close\r
                    \r
                    """
                        .formatted(status)
                        .getBytes(StandardCharsets.UTF_8));
                responses.incrementAndGet();
                script.write(out);
              } catch (IOException e) {
                responses.incrementAndGet(); // hung up on
              }
            });
      }
    } catch (IOException e) {
      responses.incrementAndGet(); // the test is over
    }
  }

  // The regions.

  private Bridge mn(String address) throws IOException, InterruptedException {
    return served("mn", "10.52.0.0/16", address);
  }

  private Bridge served(String region, String range, String address)
      throws IOException, InterruptedException {
    return ready(
        """
        region: { name: %s, podCIDRs: [%s] }
        dns: { listen: ["%s:%d"], threads: 1, drain: 0s, ttl: 7s }
        overlay: { mode: none }
        kubernetes: { enabled: false }
        directory: { files: [services.yaml] }
        admin: { listen: "%s:%d" }
        """
            .formatted(region, range, address, dnsPort, address, httpPort));
  }

  private Bridge fsn1(String more, String... gateways) throws IOException, InterruptedException {
    return fsn1(more, List.of(gateways), List.of());
  }

  private Bridge fsn1(String more, List<String> mn, List<String> hel1)
      throws IOException, InterruptedException {
    return ready(follower(more, mn, hel1, ""));
  }

  /**
   * A configuration.
   *
   * @param admin where mn serves its feed; empty: where it is asked
   */
  private String follower(String more, List<String> mn, List<String> hel1, String admin) {
    String regions = "[" + peer("mn", "10.52.0.0/16", mn, admin);
    if (!hel1.isEmpty()) {
      regions += ", " + peer("hel1", "10.62.0.0/16", hel1, "");
    }
    return """
    region: { name: fsn1, podCIDRs: [10.42.0.0/16] }
    dns: { listen: ["%s:%d"], threads: 1, drain: 0s%s }
    overlay: { mode: none }
    kubernetes: { enabled: false }
    admin: { listen: "%s:%d" }
    regions: %s]
    %s
    """
        .formatted(FOLLOWER, dnsPort, dns, FOLLOWER, httpPort, regions, more);
  }

  private String peer(String name, String range, List<String> gateways, String admin) {
    List<String> texts = gateways.stream().map(g -> "\"" + g + ":" + dnsPort + "\"").toList();
    String where = admin.isEmpty() ? "" : ", admin: [\"" + admin + "\"]";
    return "{ name: %s, podCIDRs: [%s], gateways: %s%s }".formatted(name, range, texts, where);
  }

  private Bridge ready(String config) throws IOException, InterruptedException {
    Bridge bridge = Bridge.start(Configs.read(config, directory));
    assertThat(bridge.awaitReady(RegionPair.TIMEOUT)).as("ready").isTrue();
    return bridge;
  }

  private void write(String... addresses) throws IOException {
    write("", List.of(addresses));
  }

  private void write(String more, List<String> addresses) throws IOException {
    List<String> endpoints = new ArrayList<>();
    addresses.forEach(address -> endpoints.add("{ addresses: [" + address + "] }"));
    Path next = directory.resolve("next");
    Files.writeString(
        next,
        """
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { clusterIP: None, ports: [{ name: http, port: 80 }] }
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
        addressType: IPv4
        ports: [{ name: http, port: 80 }]
        endpoints: %s
        %s
        """
            .formatted(endpoints, more));
    Files.move(next, directory.resolve("services.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  // What they know and say.

  private static Standing standing(BridgeState bridge) {
    FollowerState state = bridge.replicas().get("mn");
    return state == null ? Standing.NONE : state.standing();
  }

  private static FollowerState replica(BridgeState bridge, String region) {
    return Objects.requireNonNull(bridge.replicas().get(region), region);
  }

  private static String followed(BridgeState bridge) {
    return replica(bridge, "mn")
        .gateway()
        .map(InetSocketAddress::getAddress)
        .map(InetAddress::getHostAddress)
        .orElse("");
  }

  private static void await(BridgeState bridge, Standing standing) throws Exception {
    RegionPair.await(() -> standing(bridge) == standing);
  }

  private static Trace trace(Bridge bridge, String name) throws Exception {
    return bridge.dns().trace(Name.fromString(name), Type.A, View.PODS).get();
  }

  /** Sorted. */
  private static List<String> addresses(Bridge bridge, String name) throws Exception {
    return trace(bridge, name).answer().getSection(Section.ANSWER).stream()
        .filter(ARecord.class::isInstance)
        .map(r -> ((ARecord) r).getAddress().getHostAddress())
        .sorted()
        .toList();
  }

  private static long replies(Bridge bridge, Source source) {
    long sum = 0;
    for (LoopCounters counters : bridge.dns().counters()) {
      for (int zone = 0; zone < 16; zone++) {
        for (int rcode = 0; rcode < LoopCounters.rcodes().length; rcode++) {
          sum += counters.replies(zone, true, rcode, source);
        }
      }
    }
    return sum;
  }
}
