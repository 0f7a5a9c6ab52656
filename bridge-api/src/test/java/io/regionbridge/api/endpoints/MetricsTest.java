package io.regionbridge.api.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.ReferencePage;
import io.regionbridge.api.endpoints.Exposition.Family;
import io.regionbridge.api.endpoints.Exposition.Series;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.metrics.BridgeMetrics;
import io.regionbridge.api.metrics.Measured;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** What a scrape says, to the letter: dashboards and alerts of others hang on it. */
final class MetricsTest {
  private static final String QUERIES = "region_bridge_dns_queries_total";

  /** Name, type, labels, help. */
  private static final String CONTRACT =
      """
      region_bridge_dns_queries_total|counter|rcode,source,transport,zone|Replies to DNS queries.
      region_bridge_dns_query_duration_seconds|histogram|source|Time from reading a query to sending its reply.
      region_bridge_relay_exchanges_total|counter|gateway,outcome,region|Queries to gateways of peer regions by outcome.
      region_bridge_gateway_up|gauge|gateway,region|1 if the gateway answers, else 0.
      region_bridge_gateway_rtt_seconds|gauge|gateway,region|Smoothed round trip of the gateway's probes.
      region_bridge_cache_entries|gauge||Answers in the cache.
      region_bridge_directory_endpoints|gauge||Endpoints in the directory.
      region_bridge_wireguard_last_handshake_seconds|gauge|region|Unix time of the last WireGuard handshake with any gateway of the region.
      region_bridge_wireguard_received_bytes_total|counter|gateway,region|Bytes received from a gateway through its tunnel.
      region_bridge_wireguard_sent_bytes_total|counter|gateway,region|Bytes sent to a gateway through its tunnel.
      region_bridge_overlay_key_expiry_seconds|gauge||Unix time at which Tailscale's key of this node expires.
      region_bridge_active_gateway|gauge||1 if this node is the active gateway of its region, else 0.
      region_bridge_egress_policies|gauge|state|Number of peer regions by the state of their egress.
      region_bridge_contained_answers_total|counter|region|Answers of a peer with addresses that are not accepted from it.
      region_bridge_replica_age_seconds|gauge|region|Time since the replica of a peer's directory was last confirmed by the peer.
      region_bridge_replica_endpoints|gauge|region|Endpoints in the replica of a peer's directory.
      region_bridge_config_reload_failures_total|counter||Changes of the configuration file that were refused as invalid.
      """;

  /** What exists on an overlay alone. */
  private static final Set<String> OVERLAY =
      Set.of(
          "region_bridge_wireguard_last_handshake_seconds",
          "region_bridge_wireguard_received_bytes_total",
          "region_bridge_wireguard_sent_bytes_total",
          "region_bridge_replica_age_seconds",
          "region_bridge_replica_endpoints",
          "region_bridge_overlay_key_expiry_seconds");

  @TempDir Path directory;

  @Test
  void namesTypesLabelsAndHelpAreThoseOfTheContract() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      RegionPair.await(() -> {
        ask(regions, "nats.messaging.svc.mn.internal.");
        return scrape(regions).families().get("region_bridge_gateway_rtt_seconds") != null
            && scrape(regions).families().get(QUERIES) != null;
      });
      Exposition live = scrape(regions);
      Exposition clustered = Exposition.parse(inACluster(regions));
      for (String line : CONTRACT.lines().toList()) {
        String[] said = line.split("\\|", -1);
        Exposition where = OVERLAY.contains(said[0]) ? clustered : live;
        assertThat(where.families()).containsKey(said[0]);
        Family family = Objects.requireNonNull(where.families().get(said[0]));
        assertThat(family.type()).as(said[0]).isEqualTo(said[1]);
        assertThat(family.labels())
            .as("labels of " + said[0])
            .containsExactly(said[2].isEmpty() ? Set.of() : Set.of(said[2].split(",")));
        assertThat(family.help()).as(said[0]).isEqualTo(said[3]);
      }
      assertThat(live.families())
          .as("the JVM and the process")
          .containsKeys("jvm_memory_used_bytes", "process_cpu_seconds_total");
      assertThat(sources(live))
          .isSubsetOf("local", "replica", "cache", "stale", "relay", "refused");
    }
  }

  @Test
  void theReferenceHasAllMetrics() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      RegionPair.await(() -> {
        ask(regions, "nats.messaging.svc.mn.internal.");
        return scrape(regions).families().get("region_bridge_gateway_rtt_seconds") != null
            && scrape(regions).families().get(QUERIES) != null;
      });
      Map<String, Family> all = new TreeMap<>(Exposition.parse(inACluster(regions)).families());
      all.putAll(scrape(regions).families());
      StringBuilder table = new StringBuilder("| metric | type | labels | help |\n");
      table.append("|---|---|---|---|\n");
      all.forEach((name, family) -> {
        if (name.startsWith("region_bridge_")) {
          String labels =
              family.labels().stream()
                  .flatMap(Set::stream)
                  .distinct()
                  .sorted()
                  .map(label -> "`" + label + "`")
                  .collect(Collectors.joining(", "));
          table.append(
              "| `%s` | %s | %s | %s |\n".formatted(name, family.type(), labels, family.help()));
        }
      });
      new ReferencePage("metrics.md", "metrics", getClass()).shouldHave(table.toString());
    }
  }

  @Test
  void promtoolFindsNothingWrong() throws Exception {
    Path promtool = NativeTool.find("promtool");
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      ask(regions, "nats.messaging.svc.mn.internal.");
      Path file = directory.resolve("scrape");
      Files.writeString(file, inACluster(regions));
      Process check =
          new ProcessBuilder(promtool.toString(), "check", "metrics")
              .redirectInput(file.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(check.waitFor(RegionPair.TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      // Only ours: what Micrometer calls its own is not for us to name.
      assertThat(said.lines().filter(line -> line.contains("region_bridge"))).isEmpty();
      assertThat(said).doesNotContain("error while linting");
    }
  }

  @Test
  void whateverIsAskedAddsNoSeries() throws Exception {
    Random random = new Random(7);
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      for (String name : List.of("known", "other")) {
        ask(regions, name + ".svc.fsn1.internal.");
        ask(regions, name + ".mn.internal.");
        ask(regions, name + ".example.");
      }
      RegionPair.await(() -> {
        Exposition now = scrape(regions); // probed at least once
        return counted(now) >= 3 && now.families().containsKey("region_bridge_gateway_rtt_seconds");
      });
      Exposition before = scrape(regions);
      int asked = 0;
      for (int client = 1; client <= 30; client++) {
        String from = "127.53.%d.%d".formatted(random.nextInt(256), client);
        asked += flood(regions, from, random);
      }
      for (int i = 0; i < 100; i++) {
        regions.get("/strange/" + i);
        regions.get("/api/v1/trace?name=strange" + i + ".example");
      }
      assertThat(asked).isEqualTo(3000);
      RegionPair.await(() -> counted(scrape(regions)) > counted(before) + 1000);

      String text = regions.get("/metrics").body();
      assertThat(text).doesNotContain("strange").doesNotContain("127.53.");
      Set<Series> more = new HashSet<>(Exposition.parse(text).series());
      more.removeAll(before.series());
      // Kinds of collections, and conditions that come to be known; neither holds what was asked.
      more.removeIf(series ->
          series.name().startsWith("jvm_") || series.name().equals("region_bridge_condition_ok"));
      // A busy machine may have one of them fail or be cached that was not before: that is a
      // kind of answer, and there are few.
      Set<String> zones =
          Set.of(
              "none", "fsn1.internal", "mn.internal", "42.10.in-addr.arpa", "52.10.in-addr.arpa");
      assertThat(more)
          .allSatisfy(series -> {
            assertThat(series.name()).isEqualTo(QUERIES);
            assertThat(zones).contains(series.labels().get("zone"));
          });
      assertThat(more).hasSizeLessThan(12);
    }
  }

  /** A hundred questions of one client, for what is ours, the peer's and nobody's. */
  private static int flood(RegionPair regions, String from, Random random) throws IOException {
    InetSocketAddress to = regions.fsn1().dnsAddresses().getFirst();
    int asked = 0;
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral(from))) {
      for (; asked < 100; asked++) {
        String word = "strange" + random.nextInt(1 << 30);
        String name =
            switch (asked % 3) {
              case 0 -> word + ".svc.fsn1.internal.";
              case 1 -> word + ".mn.internal.";
              default -> word + "." + word + "zone.";
            };
        byte[] query = query(name);
        socket.send(new DatagramPacket(query, query.length, to));
      }
      awaitAnswer(socket, to);
    }
    return asked;
  }

  /** What was sent before has been read then; asks again where a packet got lost. */
  private static void awaitAnswer(DatagramSocket socket, InetSocketAddress to) throws IOException {
    byte[] query = query("known.svc.fsn1.internal.");
    byte[] reply = new byte[512];
    socket.setSoTimeout(1000);
    long deadline = System.nanoTime() + RegionPair.TIMEOUT.toNanos();
    do {
      try {
        socket.send(new DatagramPacket(query, query.length, to));
        do {
          socket.receive(new DatagramPacket(reply, reply.length));
        } while (reply[0] != query[0] || reply[1] != query[1]);
        return;
      } catch (SocketTimeoutException e) {
        assertThat(System.nanoTime()).as("no answer").isLessThan(deadline);
      }
    } while (true);
  }

  private static byte[] query(String name) throws IOException {
    return Message.newQuery(Record.newRecord(Name.fromString(name), Type.A, DClass.IN)).toWire();
  }

  /** Asks once, and does not mind if there is no answer. */
  private static void ask(RegionPair regions, String name) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      byte[] query = query(name);
      socket.send(
          new DatagramPacket(query, query.length, regions.fsn1().dnsAddresses().getFirst()));
    }
  }

  private static double counted(Exposition exposition) {
    Family queries = exposition.families().get(QUERIES);
    return queries == null
        ? 0
        : queries.samples().values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private static Set<String> sources(Exposition exposition) {
    Set<String> sources = new HashSet<>();
    exposition.families().values().stream()
        .flatMap(family -> family.samples().keySet().stream())
        .filter(series -> series.name().startsWith("region_bridge_dns_quer"))
        .forEach(series -> sources.add(String.valueOf(series.labels().get("source"))));
    return sources;
  }

  private static Exposition scrape(RegionPair regions) throws IOException, InterruptedException {
    return Exposition.parse(regions.get("/metrics").body());
  }

  /** The same bridge as if it were the active gateway of a cluster. */
  private static String inACluster(RegionPair regions) {
    Measured measured =
        new Measured(
            regions.fsn1().dns(),
            () -> 1,
            () -> 2,
            () -> 0,
            () -> 3,
            () -> 0,
            () -> true,
            () -> true,
            () -> Map.of("applied", 1L),
            () -> Map.of("mn", Instant.ofEpochSecond(1_800_000_000)),
            () ->
                Map.of(
                    new Measured.End("mn", "100.64.0.1:1053"), new Measured.Traffic(1 << 20, 512)),
            () -> Optional.of(Instant.ofEpochSecond(1_900_000_000)),
            () -> Map.of(new Measured.Subject("mn", "TunnelUp"), true),
            () ->
                Map.of(
                    "mn", new Measured.Replica(true, Optional.of(new Measured.Size(1, 2, 3, 4)))),
            List::of,
            List::of,
            () -> Optional.of(new Measured.Imports(3, 5, 1)),
            "1.0.0");
    try (BridgeMetrics metrics = new BridgeMetrics(measured)) {
      return new String(
          metrics.scrape(BridgeMetrics.MEDIA_TYPES.getFirst()), StandardCharsets.UTF_8);
    }
  }
}
