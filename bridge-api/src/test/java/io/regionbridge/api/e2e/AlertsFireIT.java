package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/**
 * Each alert of the chart, fired by bridges that have the fault it is about and judged by a real
 * Prometheus. Only its {@code for} is left out: how long a fault must last is Prometheus' part, and
 * {@code AlertsIT} tests it. Beside them run bridges that are well, for which nothing may fire.
 */
@Timeout(600)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AlertsFireIT {
  private static final Path CHART = Path.of("../charts/region-bridge");
  private static final String NET = network();
  private static final String TUNNEL = "tunnel";

  /** Some expressions need several scrapes, on a machine that does other things as well. */
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  @TempDir private static Path directory;
  private static final List<AutoCloseable> RUNNING = new ArrayList<>();
  private static final Set<String> FIRED = new HashSet<>();
  private static final AtomicInteger ASKED = new AtomicInteger();

  private static Installation installation;
  private static Prometheus prometheus;

  /** Where the bridge with a tunnel is. */
  private static NetworkNamespace inside;

  private static String network() {
    long pid = ProcessHandle.current().pid();
    return "127.%d.%d.".formatted(64 + pid / 250 % 128, 1 + pid % 250);
  }

  @BeforeAll
  static void start() throws IOException {
    for (String tool : List.of("prometheus", "etcd", "kube-apiserver", "wireguard-go", "wg")) {
      NativeTool.find(tool);
    }
    installation = Installation.in(directory);
    inside = namespace();
    NamespaceRelay way = NamespaceRelay.into(inside, 8053);
    RUNNING.addFirst(way);
    prometheus =
        Prometheus.start(
            directory.resolve("prometheus"),
            rules(),
            List.of(
                target("mn", 1, "mn"),
                target("fsn1", 2, "fsn1"),
                target("patient", 3, "patient"),
                target("cluster-1", 4, "cluster"),
                target("cluster-2", 5, "cluster"),
                target("unready", 6, "unready"),
                target("restarting", 7, "restarting"),
                new Prometheus.Target(TUNNEL, "127.0.0.1:" + way.port(), TUNNEL)));
    RUNNING.addFirst(prometheus);
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable each : RUNNING) {
      each.close();
    }
  }

  @Test
  @Order(1)
  void nobodyIsThere() {
    fires("RegionBridgeAbsent", () -> {});
  }

  @Test
  @Order(2)
  void names() throws Exception {
    Files.writeString(
        directory.resolve("services.yaml"),
        """
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { clusterIP: 10.53.0.10, ports: [{ port: 80, targetPort: 8080 }] }
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
        addressType: IPv4
        ports: [{ port: 8080 }]
        endpoints: [{ addresses: [10.52.0.7] }]
        """);
    Served mn = serve("mn", 1, "podCIDRs: [10.52.0.0/16]", "directory: { files: [services.yaml] }");
    fires("RegionBridgeRemappedServices mn", () -> {});

    RUNNING.addFirst(FakeGateway.start(dns(21), "203.0.113.9", Duration.ZERO));
    RUNNING.addFirst(FakeGateway.start(dns(22), "10.62.0.7", Duration.ofSeconds(2)));
    String peers =
        """
        regions:
          - { name: mn, podCIDRs: [10.52.0.0/16], gateways: ["%1$s1:1053"] }
          - { name: liar, podCIDRs: [10.61.0.0/16], gateways: ["%1$s21:1053"] }
        """
            .formatted(NET);
    serve("fsn1", 2, "podCIDRs: [10.42.0.0/16]", peers);
    Served.await("an answer", () -> !ask(2, "web.shop.svc.mn.internal").isEmpty());
    isCalm("fsn1");
    fires("RegionBridgeContainedAnswers fsn1", () -> ask(2, name("liar")));

    serve(
        "patient",
        3,
        "podCIDRs: [10.43.0.0/16]",
        """
        regions: [{ name: slow, podCIDRs: [10.62.0.0/16], gateways: ["%s22:1053"] }]
        """
            .formatted(NET),
        "maxInflight: 1, maxInflightPerClient: 1, relay: { timeout: 8s },");
    isCalm("patient");
    fires("RegionBridgeSlowRelay patient", () -> ask(3, name("slow")));
    fires(
        "RegionBridgeQueriesShed patient", () -> ask(3, name("slow"), name("slow"), name("slow")));

    mn.process().kill();
    fires("RegionBridgeGatewayDown fsn1", () -> {});
    fires("RegionBridgeRegionUnreachable fsn1", () -> {});
    fires("RegionBridgeConditionFailed fsn1", () -> {});
    fires("RegionBridgeStaleAnswers fsn1", () -> ask(2, "web.shop.svc.mn.internal"));
    fires("RegionBridgeLostNames fsn1", () -> ask(2, name("mn")));
  }

  @Test
  @Order(3)
  void configuration() throws Exception {
    Path file = directory.resolve("fsn1.yaml");
    Files.writeString(file, Files.readString(file).replace("threads: 1", "threads: none"));
    fires("RegionBridgeConfigRefused fsn1", () -> {});

    AtomicReference<String> started = new AtomicReference<>("");
    fires(
        "RegionBridgeRestarting restarting",
        () -> {
          Served served = serve("restarting", 7, "podCIDRs: [10.44.0.0/16]", "");
          String before = started.get();
          Served.await(
              "a scrape of this one",
              TIMEOUT,
              () -> {
                started.set(
                    prometheus
                        .query("process_start_time_seconds{instance='restarting'}")
                        .at("/data/result/0/value/1")
                        .asText());
                return !started.get().isEmpty() && !started.get().equals(before);
              });
          served.process().kill();
        });
  }

  @Test
  @Order(4)
  void gatewaysOfACluster() throws Exception {
    RegionCluster cluster = RegionCluster.start("10.43.0.0/16");
    RUNNING.addFirst(cluster);
    cluster.namespace("second-release");
    cluster.routerNode("n4", NET + "4", "10.45.0.0/24");
    cluster.routerNode("n5", NET + "5", "10.45.1.0/24");
    cluster.region("mn", "{podCIDRs: [10.52.0.0/16], gateways: ['%s1']}".formatted(NET));
    Path granted = Files.writeString(directory.resolve("kubeconfig-granted"), cluster.kubeconfig());
    Path admin =
        Files.writeString(
            directory.resolve("kubeconfig-admin"), cluster.server().adminKubeconfig());
    cluster.withhold("namespace", "leases", "create");
    serveInCluster("cluster-1", 4, "region-bridge", granted).awaitReady();
    fires("RegionBridgeNoActiveGateway cluster", () -> {});
    cluster.grant();
    Served.await(
        "an active gateway",
        TIMEOUT,
        () ->
            prometheus
                    .query("region_bridge_active_gateway{instance='cluster-1'} == 1")
                    .at("/data/result")
                    .size()
                == 1);
    assertThat(prometheus.firing())
        .doesNotContain("RegionBridgeTwoActiveGateways cluster", "RegionBridgeNotReady cluster-1");
    // There is no Cilium in this cluster.
    fires("RegionBridgeEgressBroken cluster-1", () -> {});
    serveInCluster("cluster-2", 5, "second-release", admin).awaitReady();
    fires("RegionBridgeTwoActiveGateways cluster", () -> {});

    cluster.server().kill();
    serveInCluster("unready", 6, "region-bridge", admin);
    fires("RegionBridgeNotReady unready", () -> {});
  }

  @Test
  @Order(5)
  void tunnels() throws Exception {
    AgedTunnel tunnel = joined(inside);
    Served.await(
        "a handshake",
        () ->
            prometheus
                    .query("region_bridge_wireguard_last_handshake_seconds > 0")
                    .at("/data/result")
                    .size()
                == 1);
    assertThat(prometheus.firing())
        .noneMatch(alert -> alert.startsWith("RegionBridgeTunnelSilent"));
    tunnel.age(Duration.ofSeconds(301));
    fires("RegionBridgeTunnelSilent " + TUNNEL, () -> {});
  }

  @Test
  @Order(6)
  void everyPanelOfTheDashboardShowsSomething() throws Exception {
    JsonNode dashboard =
        new ObjectMapper().readTree(CHART.resolve("dashboards/region-bridge.json").toFile());
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        String expression =
            target
                .path("expr")
                .asText()
                .replace("$local_region", ".*")
                .replace("$instance", ".*")
                .replace("$__rate_interval", "10m");
        JsonNode answer = prometheus.query(expression);
        assertThat(answer.path("status").asText()).as(expression).isEqualTo("success");
        assertThat(answer.at("/data/result")).as(expression).isNotEmpty();
        assertThat(answer.toString()).as(expression).doesNotContain("NaN");
      }
    }
  }

  @Test
  @Order(7)
  void thatWereAllOfThem() throws IOException {
    assertThat(FIRED)
        .isEqualTo(
            alerts().stream().map(a -> a.path("alert").asText()).collect(Collectors.toSet()));
  }

  /** An action that a test goes on with until an alert fires. */
  private interface Fault {
    void happen() throws Exception;
  }

  /** Waits for an alert, which must not fire yet, while something happens again and again. */
  private static void fires(String alert, Fault fault) {
    Callable<Boolean> firing =
        () -> {
          fault.happen();
          return prometheus.firing().contains(alert);
        };
    Served.await(alert, TIMEOUT, firing);
    FIRED.add(alert.replaceFirst(" .*", ""));
  }

  private static void isCalm(String instance) throws IOException {
    Served.await(
        "a scrape of " + instance,
        () ->
            prometheus
                    .query("region_bridge_ready{instance='%s'} == 1".formatted(instance))
                    .at("/data/result")
                    .size()
                == 1);
    assertThat(prometheus.firing()).filteredOn(alert -> alert.endsWith(" " + instance)).isEmpty();
  }

  /** A name that nobody asked for yet. */
  private static String name(String region) {
    return "n%d.shop.svc.%s.internal".formatted(ASKED.incrementAndGet(), region);
  }

  /** Asks a bridge for names at the same time; the answers of the last. */
  private static List<Record> ask(int number, String... names) throws Exception {
    SimpleResolver resolver = new SimpleResolver(dns(number));
    resolver.setTimeout(Served.TIMEOUT);
    List<Message> replies = new ArrayList<>();
    for (var pending :
        Arrays.stream(names)
            .map(name -> resolver.sendAsync(query(name)).toCompletableFuture())
            .toList()) {
      replies.add(pending.get());
    }
    return replies.getLast().getSection(Section.ANSWER);
  }

  private static Message query(String name) {
    return Message.newQuery(
        Record.newRecord(Name.fromConstantString(name + "."), Type.A, DClass.IN));
  }

  private static InetSocketAddress dns(int number) {
    return new InetSocketAddress(InetAddress.ofLiteral(NET + number), 1053);
  }

  private static Prometheus.Target target(String instance, int number, String region) {
    return new Prometheus.Target(instance, NET + number + ":8053", region);
  }

  private static Served serve(String region, int number, String own, String more)
      throws IOException {
    return serve(region, number, own, more, "");
  }

  private static Served serve(String region, int number, String own, String more, String dns)
      throws IOException {
    Path config =
        Files.writeString(
            directory.resolve(region + ".yaml"),
            """
            region: { name: %1$s, %2$s }
            dns: { listen: ["%3$s:1053"], threads: 1, drain: 0s, ttl: 1s, %4$s }
            overlay: { mode: none }
            kubernetes: { enabled: false }
            replication: { enabled: false }
            admin: { listen: "%3$s:8053" }
            %5$s
            """
                .formatted(region, own, NET + number, dns, more));
    return run(
            installation.command(List.of(), "serve", "--config", config.toString()), NET + number)
        .awaitReady();
  }

  private static Served serveInCluster(String name, int number, String namespace, Path kubeconfig)
      throws IOException {
    Path config =
        Files.writeString(
            directory.resolve(name + ".yaml"),
            """
            region: { name: cluster, podCIDRs: [10.45.0.0/16] }
            dns: { listen: ["%1$s:1053"], threads: 1, drain: 0s }
            overlay: { mode: none }
            egress: { engine: cilium }
            admin: { listen: "%1$s:8053" }
            """
                .formatted(NET + number));
    return run(
        installation
            .command(List.of(), "serve", "--config", config.toString())
            .environment("NODE_NAME", "n" + number)
            .environment("POD_NAMESPACE", namespace)
            .environment("KUBECONFIG", kubeconfig.toString()),
        NET + number);
  }

  private static Served run(NativeProcess.Command command, String address) {
    NativeProcess process = command.start();
    RUNNING.addFirst(process);
    return new Served(process, address);
  }

  /** A bridge whose tunnel has another end, and no bridge there. */
  private static AgedTunnel joined(NetworkNamespace fsn1) throws IOException {
    NetworkNamespace mn = namespace();
    mn.sh("ip link add a0 type veth peer name b0 netns " + fsn1.name());
    for (String each : List.of("ip address add 192.0.2.1/24 dev a0", "ip link set a0 up")) {
      mn.sh(each);
    }
    for (String each : List.of("ip address add 192.0.2.2/24 dev b0", "ip link set b0 up")) {
      fsn1.sh(each);
    }
    String device = "rba" + ProcessHandle.current().pid() % 100_000 + "x";
    AgedTunnel there = made(mn, device + 1);
    AgedTunnel here = made(fsn1, device + 2);
    String mnKey = there.configure(51_820, "100.98.0.1/24");
    String fsn1Key = here.configure(51_821, "100.98.0.2/24");
    there.peer(fsn1Key, "192.0.2.2:51821", "100.98.0.2/32,10.42.0.0/16");
    here.peer(mnKey, "192.0.2.1:51820", "100.98.0.1/32,10.52.0.0/16");
    Path config =
        Files.writeString(
            directory.resolve(TUNNEL + ".yaml"),
            """
            region: { name: tunnel, podCIDRs: [10.42.0.0/16] }
            dns: { threads: 1, drain: 0s }
            overlay: { interface: %s2 }
            kubernetes: { enabled: false }
            regions: [{ name: mn, podCIDRs: [10.52.0.0/16], gateways: ["100.98.0.1"] }]
            """
                .formatted(device));
    run(installation.command(here.prefix(), "serve", "--config", config.toString()), "127.0.0.1")
        .awaitReady();
    return here;
  }

  private static AgedTunnel made(NetworkNamespace in, String device) throws IOException {
    AgedTunnel made = AgedTunnel.make(in, device, directory);
    RUNNING.addFirst(made);
    return made;
  }

  private static NetworkNamespace namespace() {
    NetworkNamespace made = NetworkNamespace.create();
    RUNNING.add(made);
    return made;
  }

  private static String rules() throws IOException {
    JsonNode rules = new YAMLMapper().readTree(CHART.resolve("alerts.yaml").toFile());
    rules
        .path("groups")
        .forEach(group -> group.path("rules").forEach(rule -> ((ObjectNode) rule).remove("for")));
    return new YAMLMapper().writeValueAsString(rules);
  }

  private static List<JsonNode> alerts() throws IOException {
    List<JsonNode> alerts = new ArrayList<>();
    new YAMLMapper()
        .readTree(CHART.resolve("alerts.yaml").toFile())
        .path("groups")
        .forEach(group -> group.path("rules").forEach(alerts::add));
    return alerts;
  }
}
