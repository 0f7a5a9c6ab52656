package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.testkit.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Whole bridges on loopback, asked by dnsjava's resolver and the JDK's HTTP client. */
final class BridgeTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final String MN_SERVICES =
      """
      apiVersion: v1
      kind: Service
      metadata: { name: nats, namespace: messaging }
      spec: { clusterIP: 10.53.0.10, ports: [{ name: client, port: 7522, targetPort: 4222 }] }
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: nats-1
        namespace: messaging
        labels: { kubernetes.io/service-name: nats }
      addressType: IPv4
      ports: [{ name: client, port: 4222 }]
      endpoints:
        - { addresses: [10.52.1.7], conditions: { ready: true }, hostname: nats-0 }
        - { addresses: [10.52.1.8], conditions: { ready: true }, hostname: nats-1 }
      """;

  @TempDir Path directory;

  private final List<Bridge> running = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final int mnPort = FreePorts.next();

  @AfterEach
  void stop() {
    running.forEach(Bridge::close);
    http.close();
  }

  @Test
  void relaysNamesOfThePeerAndAnswersItsOwn() throws Exception {
    write("mn-services.yaml", MN_SERVICES);
    Bridge mn = start(mn());
    Bridge fsn1 = start(fsn1("podCIDRs: [10.52.0.0/16]"));
    assertReady(mn, fsn1);

    Message own = ask(mn, "nats.messaging.svc.mn.internal.", Type.A);
    assertThat(own.getHeader().getFlag(Flags.AA)).isTrue();
    assertThat(answers(own)).containsExactlyInAnyOrder("10.52.1.7", "10.52.1.8");

    Message relayed = ask(fsn1, "nats.messaging.svc.mn.internal.", Type.A);
    assertThat(relayed.getHeader().getFlag(Flags.RA)).isTrue();
    assertThat(answers(relayed)).containsExactlyInAnyOrder("10.52.1.7", "10.52.1.8");
    assertThat(answers(ask(fsn1, "nats.messaging.mn.internal.", Type.A))).hasSize(2);
    assertThat(answers(ask(fsn1, "nats-0.nats.messaging.svc.mn.internal.", Type.A)))
        .containsExactly("10.52.1.7");
    assertThat(answers(ask(fsn1, "_client._tcp.nats.messaging.svc.mn.internal.", Type.SRV)))
        .containsExactlyInAnyOrder(
            "0 50 4222 nats-0.nats.messaging.svc.mn.internal.",
            "0 50 4222 nats-1.nats.messaging.svc.mn.internal.");
    assertThat(answers(ask(fsn1, "7.1.52.10.in-addr.arpa.", Type.PTR)))
        .containsExactly("nats-0.nats.messaging.svc.mn.internal.");
    assertThat(answers(askByTcp(fsn1, "nats.messaging.svc.mn.internal.", Type.A))).hasSize(2);

    Message noData = ask(fsn1, "nats.messaging.svc.mn.internal.", Type.AAAA);
    assertThat(noData.getRcode()).isEqualTo(Rcode.NOERROR);
    assertThat(answers(noData)).isEmpty();
    assertThat(noData.getSection(Section.AUTHORITY)).hasSize(1);
    assertThat(ask(fsn1, "none.messaging.svc.mn.internal.", Type.A).getRcode())
        .isEqualTo(Rcode.NXDOMAIN);
    assertThat(ask(fsn1, "www.example.com.", Type.A).getRcode()).isEqualTo(Rcode.REFUSED);

    BridgeStatus status = status(fsn1);
    assertThat(status.dns().answers())
        .containsEntry("relay", 7L)
        .containsEntry("cache", 1L)
        .containsEntry("refused", 1L);
    await(() -> status(fsn1).peers().getFirst().gateways().getFirst().state().equals("up"));
    assertThat(status(mn).directory().remapped())
        .containsExactly(
            new BridgeStatus.RemappedService(
                "messaging", "nats", List.of("client 7522/TCP -> 4222")));
  }

  /** Both regions have 10.42.0.0/16; fsn1 does not know it of mn, or is told both. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "podCIDRs: [10.152.0.0/16]",
        "podCIDRs: [10.42.0.0/16], aliasRanges: [{range: 10.42.0.0/16, alias: 10.152.0.0/16}]"
      })
  void aRegionIsKnownToItsPeersByItsAlias(String declared) throws Exception {
    write("mn-services.yaml", MN_SERVICES.replace("10.52.", "10.42."));
    String aliased =
        "podCIDRs: [10.42.0.0/16], aliasRanges: [{range: 10.42.0.0/16, alias: 10.152.0.0/16}]";
    Bridge mn = start(mn().replace("podCIDRs: [10.52.0.0/16]", aliased));
    Bridge fsn1 = start(fsn1(declared));
    assertReady(mn, fsn1);

    assertThat(get(mn, "/api/v1/region").body())
        .contains("\"podCIDRs\":[\"10.152.0.0/16\"]")
        .doesNotContain("10.42");
    assertThat(status(mn).region().podCIDRs()).containsExactly("10.42.0.0/16");
    assertThat(status(mn).region().aliasRanges())
        .containsExactly(new BridgeStatus.AliasRange("10.42.0.0/16", "10.152.0.0/16"));
    for (Bridge asked : List.of(mn, fsn1)) {
      assertThat(answers(ask(asked, "nats.messaging.svc.mn.internal.", Type.A)))
          .containsExactlyInAnyOrder("10.152.1.7", "10.152.1.8");
      assertThat(answers(ask(asked, "nats-0.nats.messaging.svc.mn.internal.", Type.A)))
          .containsExactly("10.152.1.7");
      assertThat(answers(ask(asked, "7.1.152.10.in-addr.arpa.", Type.PTR)))
          .containsExactly("nats-0.nats.messaging.svc.mn.internal.");
    }
    assertThat(answers(ask(mn, "nats.messaging.svc.any.internal.", Type.A)))
        .as("pods of the region itself, which it reaches without a gateway")
        .containsExactlyInAnyOrder("10.42.1.7", "10.42.1.8");
    assertThat(status(fsn1).faults()).noneMatch(fault -> fault.message().contains("overlaps"));
  }

  @Test
  void isNotReadyAndAdmitsToKnowNothingUntilTheDirectoryIsIn() throws Exception {
    Bridge mn = start(mn());
    HttpResponse<String> notYet = get(mn, "/readyz");
    assertThat(notYet.statusCode()).isEqualTo(503);
    assertThat(notYet.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(notYet.body()).contains("\"reasons\":[\"the first full list of the local Services");
    assertThat(get(mn, "/healthz").statusCode()).isEqualTo(200);
    assertThat(ask(mn, "nats.messaging.svc.mn.internal.", Type.A).getRcode())
        .isEqualTo(Rcode.SERVFAIL);

    write("mn-services.yaml", MN_SERVICES);
    assertReady(mn);
    assertThat(get(mn, "/readyz").statusCode()).isEqualTo(200);
    assertThat(answers(ask(mn, "nats.messaging.svc.mn.internal.", Type.A))).hasSize(2);
  }

  @Test
  void isReadyWithoutManifestsAndHasNoNamesThen() throws Exception {
    Bridge bridge =
        start(
            """
            region: { name: fsn1 }
            dns: { listen: ["127.0.0.1:0"], threads: 1 }
            kubernetes: { enabled: false }
            admin: { listen: "127.0.0.1:0" }
            """);
    assertReady(bridge);
    assertThat(ask(bridge, "a.b.svc.fsn1.internal.", Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void takesOverAManifestThatChangesAndKeepsTheLastGoodOneWhenItIsBroken() throws Exception {
    write("mn-services.yaml", MN_SERVICES);
    Bridge mn = start(mn());
    assertReady(mn);
    write("mn-services.yaml", MN_SERVICES.replace("10.52.1.7", "10.52.1.9"));
    String name = "nats-0.nats.messaging.svc.mn.internal.";
    await(() -> answers(ask(mn, name, Type.A)).equals(List.of("10.52.1.9")));

    write("mn-services.yaml", "kind: [Service\n\u0000");
    await(() -> !status(mn).directory().problems().isEmpty());
    assertThat(status(mn).directory().problems().getFirst()).contains("mn-services.yaml");
    assertThat(status(mn).conditions())
        .filteredOn(c -> c.type().equals("DirectoryLoaded"))
        .allMatch(c -> c.status().equals("False") && c.reason().equals("LastGoodInForce"));
    assertThat(answers(ask(mn, name, Type.A))).containsExactly("10.52.1.9");
    assertThat(status(mn).ready()).isTrue();
  }

  @Test
  void takesOverChangesOfItsConfigurationAndRefusesBadOnes() throws Exception {
    write("mn-services.yaml", MN_SERVICES);
    Bridge mn = start(mn());
    String without =
        """
        region: { name: fsn1 }
        dns: { listen: ["127.0.0.1:0"], threads: 1 }
        kubernetes: { enabled: false }
        admin: { listen: "127.0.0.1:0" }
        """;
    Path file = write("fsn1.yaml", without);
    Bridge fsn1 = start(new ConfigFile(file, Map.of()));
    assertReady(mn, fsn1);
    String name = "nats.messaging.svc.mn.internal.";
    assertThat(ask(fsn1, name, Type.A).getRcode()).isEqualTo(Rcode.REFUSED);

    write("fsn1.yaml", "region: { name: fsn1 }\nregions: [{ name: mn, gateways: [nowhere] }]");
    await(() -> metrics(fsn1).contains("\nregion_bridge_config_reload_failures_total 1.0\n"));
    assertThat(status(fsn1).conditions())
        .filteredOn(c -> c.type().equals("ConfigAccepted"))
        .allMatch(c -> c.status().equals("False") && c.message().contains("regions[0].gateways"));
    assertThat(ask(fsn1, name, Type.A).getRcode()).isEqualTo(Rcode.REFUSED);

    write(
        "fsn1.yaml",
        without + "regions: [{ name: mn, gateways: [\"127.0.0.1:%d\"] }]\n".formatted(mnPort));
    await(() -> answers(ask(fsn1, name, Type.A)).size() == 2);
    assertThat(status(fsn1).conditions()).allMatch(c -> c.status().equals("True"));
    assertThat(status(fsn1).region().name()).isEqualTo("fsn1");
  }

  @Test
  void saysWhatOfTheFileWaitsForARestart() throws Exception {
    String yaml =
        """
        region: { name: fsn1 }
        dns: { listen: ["127.0.0.1:0"], threads: 1 }
        kubernetes: { enabled: false }
        admin: { listen: "127.0.0.1:0" }
        """;
    Path file = write("fsn1.yaml", yaml);
    Bridge fsn1 = start(new ConfigFile(file, Map.of()));
    assertReady(fsn1);
    write("fsn1.yaml", yaml.replace("threads: 1", "threads: 2"));
    await(() -> !status(fsn1).faults().isEmpty());
    assertThat(status(fsn1).faults())
        .singleElement()
        .satisfies(fault -> {
          assertThat(fault.failure()).isFalse();
          assertThat(fault.about()).isEqualTo("ConfigAccepted");
          assertThat(fault.message()).endsWith("waits for a restart: dns.threads");
        });
    write("fsn1.yaml", yaml);
    await(() -> status(fsn1).faults().isEmpty());
  }

  @Test
  void goesOnWithoutTheRangeThatTwoRegionsClaim() throws Exception {
    write("mn-services.yaml", MN_SERVICES);
    Bridge mn = start(mn());
    Bridge fsn1 =
        start(
            fsn1("podCIDRs: [10.52.0.0/16]")
                .replace("}]", "}, { name: other, podCIDRs: [10.52.128.0/17] }]"));
    assertReady(mn, fsn1);
    String both = "10.52.128.0/17 of region other overlaps 10.52.0.0/16 of region mn";
    assertThat(status(fsn1).peers())
        .hasSize(2)
        .allSatisfy(peer ->
            assertThat(peer.conditions())
                .filteredOn(c -> c.type().equals("CIDRConflict"))
                .singleElement()
                .satisfies(c -> {
                  assertThat(c.status()).isEqualTo("True");
                  assertThat(c.message())
                      .isEqualTo(
                          both
                              + "; to mend it, set region.aliasRanges: [{range: 10.52.0.0/16,"
                              + " alias: 10.152.0.0/16}] in the configuration of region other");
                }));
    assertThat(answers(ask(fsn1, "nats.messaging.svc.mn.internal.", Type.A))).hasSize(2);
  }

  @Test
  void refusesAnswersThatPointOutsideTheirRegionAndCountsThem() throws Exception {
    write("mn-services.yaml", MN_SERVICES);
    Bridge mn = start(mn());
    Bridge fsn1 = start(fsn1("podCIDRs: [10.99.0.0/16]"));
    assertReady(mn, fsn1);
    assertThat(ask(fsn1, "nats.messaging.svc.mn.internal.", Type.A).getRcode())
        .isEqualTo(Rcode.SERVFAIL);
    assertThat(metrics(fsn1))
        .contains("\nregion_bridge_contained_answers_total{region=\"mn\"} 1.0\n");
    assertThat(status(fsn1).peers().getFirst().containedAnswers()).isEqualTo(1);
  }

  @Test
  void measuresUnderTheNamesThatDashboardsKnow() throws Exception {
    write("mn-services.yaml", MN_SERVICES);
    Bridge mn = start(mn());
    Bridge fsn1 = start(fsn1("podCIDRs: [10.52.0.0/16]"));
    assertReady(mn, fsn1);
    ask(fsn1, "nats.messaging.svc.mn.internal.", Type.A);
    ask(fsn1, "nats.messaging.svc.mn.internal.", Type.A);
    askByTcp(fsn1, "secret.example.com.", Type.A);
    await(() -> metrics(fsn1).contains("region_bridge_gateway_rtt_seconds{"));
    String metrics = metrics(fsn1);
    String gateway = "gateway=\"127.0.0.1:" + mnPort + "\"";
    assertThat(metrics.lines())
        .contains(
            "region_bridge_dns_queries_total{rcode=\"NOERROR\",source=\"relay\",transport=\"udp\","
                + "zone=\"mn.internal\"} 1.0",
            "region_bridge_dns_queries_total{rcode=\"NOERROR\",source=\"cache\",transport=\"udp\","
                + "zone=\"mn.internal\"} 1.0",
            "region_bridge_dns_queries_total{rcode=\"REFUSED\",source=\"refused\","
                + "transport=\"tcp\",zone=\"none\"} 1.0",
            "region_bridge_dns_query_duration_seconds_count{source=\"relay\"} 1",
            "region_bridge_relay_exchanges_total{"
                + gateway
                + ",outcome=\"answered\",region=\"mn\"} 1.0",
            "region_bridge_gateway_up{" + gateway + ",region=\"mn\"} 1.0",
            "region_bridge_cache_entries 1.0",
            "region_bridge_directory_endpoints 0.0",
            "region_bridge_contained_answers_total{region=\"mn\"} 0.0",
            "region_bridge_config_reload_failures_total 0.0",
            "region_bridge_remapped_services 0.0");
    assertThat(metrics)
        .contains(
            "region_bridge_dns_query_duration_seconds_bucket{source=\"relay\",le=\"+Inf\"} 1",
            "region_bridge_gateway_rtt_seconds{" + gateway,
            "\njvm_memory_used_bytes{",
            "\nprocess_cpu_seconds_total ",
            "\nprocess_resident_memory_bytes ",
            "\nprocess_uptime_seconds ")
        .doesNotContain("secret", "nats");
    assertThat(metrics(mn)).contains("\nregion_bridge_directory_endpoints 2.0\n");
  }

  @Test
  void tellsPeersAboutTheRegionAndNothingElse() throws Exception {
    String config =
        """
        region: { name: fsn1, podCIDRs: [10.42.0.0/16] }
        dns: { listen: ["127.0.0.1:0"], threads: 1 }
        overlay: { interface: lo }
        kubernetes: { enabled: false }
        admin: { listen: "127.0.0.1:0" }
        """;
    Bridge bridge = start(config);
    assertThat(bridge.httpAddresses()).hasSize(2);
    InetSocketAddress admin = bridge.httpAddresses().getFirst();
    InetSocketAddress overlay = bridge.httpAddresses().getLast();
    for (String path : List.of("/", "/metrics", "/readyz", "/api/v1/status", "/api/v1/events")) {
      assertThat(get(overlay, path).statusCode()).as("overlay " + path).isEqualTo(404);
    }
    for (String path : List.of("/", "/metrics", "/api/v1/status", "/healthz", "/api/v1/region")) {
      assertThat(get(admin, path).statusCode()).as("admin " + path).isEqualTo(200);
    }
    assertThat(get(overlay, "/healthz").statusCode()).isEqualTo(200);
    assertThat(get(overlay, "/api/v1/region").body())
        .isEqualTo(
            "{\"name\":\"fsn1\",\"domain\":\"fsn1.internal\",\"podCIDRs\":[\"10.42.0.0/16\"],"
                + "\"serviceCIDRs\":[]}");
  }

  @Test
  void servesAPageThatLoadsNothingFromElsewhere() throws Exception {
    Bridge bridge = start(mn());
    HttpResponse<String> page = get(bridge, "/");
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .startsWith("default-src 'none';");
    assertThat(page.body()).startsWith("<!doctype html>").doesNotContain("https://", "src=\"http");
  }

  @Test
  void answersWhileItDrainsAndIsNotReadyThen() throws Exception {
    write("mn-services.yaml", MN_SERVICES);
    Bridge mn = start(mn());
    assertReady(mn);
    CompletableFuture<Void> drained =
        CompletableFuture.runAsync(() -> {
          try {
            mn.drain();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    await(() -> get(mn, "/readyz").statusCode() == 503);
    assertThat(answers(ask(mn, "nats.messaging.svc.mn.internal.", Type.A))).hasSize(2);
    drained.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    mn.close();
    assertThatThrownBy(() -> get(mn, "/healthz")).isInstanceOf(IOException.class);
  }

  @Test
  void namesTheAddressThatIsTakenAndLeavesNothingRunning() throws Exception {
    Bridge first = start(mn());
    String address = "127.0.0.1:" + first.dnsAddresses().getFirst().getPort();
    assertThatThrownBy(() -> start(mn()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on " + address);
  }

  // Regions.

  private String mn() {
    return """
    region: { name: mn, podCIDRs: [10.52.0.0/16] }
    dns: { listen: ["127.0.0.1:%d"], threads: 1, drain: 1s }
    overlay: { mode: none }
    kubernetes: { enabled: false }
    directory: { files: [mn-services.yaml] }
    admin: { listen: "127.0.0.1:0" }
    """
        .formatted(mnPort);
  }

  private String fsn1(String peerRanges) {
    return """
    region: { name: fsn1, podCIDRs: [10.42.0.0/16] }
    dns: { listen: ["127.0.0.1:0"], threads: 1 }
    overlay: { mode: none }
    kubernetes: { enabled: false }
    admin: { listen: "127.0.0.1:0" }
    regions: [{ name: mn, gateways: ["127.0.0.1:%d"], %s }]
    """
        .formatted(mnPort, peerRanges);
  }

  private Bridge start(String yaml) throws IOException {
    Bridge bridge = Bridge.start(Configs.read(yaml, directory));
    running.add(bridge);
    return bridge;
  }

  private Bridge start(ConfigFile file) throws IOException {
    if (!(file.load() instanceof ConfigResult.Valid(BridgeConfig config, _))) {
      throw new AssertionError(file.load().toString());
    }
    Bridge bridge = Bridge.start(config, file, Map.of());
    running.add(bridge);
    return bridge;
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private static void assertReady(Bridge... bridges) throws InterruptedException {
    for (Bridge bridge : bridges) {
      assertThat(bridge.awaitReady(TIMEOUT)).as(String.join("; ", bridge.notReady())).isTrue();
    }
  }

  // Asking.

  private static Message ask(Bridge bridge, String name, int type) throws IOException {
    return resolver(bridge).send(question(name, type));
  }

  private static Message askByTcp(Bridge bridge, String name, int type) throws IOException {
    SimpleResolver resolver = resolver(bridge);
    resolver.setTCP(true);
    return resolver.send(question(name, type));
  }

  private static SimpleResolver resolver(Bridge bridge) {
    SimpleResolver resolver = new SimpleResolver(bridge.dnsAddresses().getFirst());
    resolver.setTimeout(TIMEOUT);
    return resolver;
  }

  private static Message question(String name, int type) {
    return Message.newQuery(Record.newRecord(Name.fromConstantString(name), type, DClass.IN));
  }

  private static List<String> answers(Message message) {
    return message.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
  }

  private HttpResponse<String> get(Bridge bridge, String path)
      throws IOException, InterruptedException {
    return get(bridge.httpAddresses().getFirst(), path);
  }

  private HttpResponse<String> get(InetSocketAddress address, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + address.getPort() + path);
    return http.send(
        HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
  }

  private BridgeStatus status(Bridge bridge) throws IOException, InterruptedException {
    return StatusJson.decode(get(bridge, "/api/v1/status").body().getBytes(StandardCharsets.UTF_8));
  }

  private String metrics(Bridge bridge) throws IOException, InterruptedException {
    String text = get(bridge, "/metrics").body();
    assertThat(Arrays.asList(text.split("\n", -1))).hasSizeGreaterThan(50);
    return "\n" + text;
  }

  /** Waits until something is so. */
  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
