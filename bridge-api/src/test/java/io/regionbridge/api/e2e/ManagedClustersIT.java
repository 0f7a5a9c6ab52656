package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two regions that make their own overlay, each with an API server and two router nodes in network
 * namespaces: one configuration for each region, and of the other one what an operator knows of it,
 * one key and the addresses. The bridges have the rights of the chart's Roles.
 */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ManagedClustersIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEB = "web.default.svc.mn.internal";
  private static final String DEVICE = "rc" + ProcessHandle.current().pid() % 1_000_000 + ".";

  @TempDir private static Path directory;
  private static final List<AutoCloseable> RUNNING = new ArrayList<>();
  private static final Map<String, Node> NODES = new LinkedHashMap<>();

  private static Installation installation;
  private static NetworkNamespace wan;
  private static RegionCluster fsn1;
  private static RegionCluster mn;

  /** A router node, and the bridge that runs there. */
  private static final class Node {
    final String name;
    final int number;
    final RegionCluster cluster;
    final NetworkNamespace namespace;
    @Nullable NativeProcess bridge;

    Node(String name, int number, RegionCluster cluster, NetworkNamespace namespace) {
      this.name = name;
      this.number = number;
      this.cluster = cluster;
      this.namespace = namespace;
    }

    String region() {
      return name.startsWith("m") ? "mn" : "fsn1";
    }

    String address() {
      return "10.200." + number + ".2";
    }

    String overlay() {
      return "100.99." + (name.startsWith("m") ? 1 : 2) + "." + name.charAt(1);
    }

    String device() {
      return DEVICE + number;
    }

    JsonNode get(String path) throws IOException {
      return JSON.readTree(
          namespace.attempt("busybox wget -q -O - http://127.0.0.1:8053" + path).orElse("{}"));
    }

    boolean active() throws IOException {
      for (JsonNode gateway : get("/api/v1/status").path("gateways")) {
        if (gateway.path("node").asText().equals(name)) {
          return gateway.path("active").asBoolean();
        }
      }
      return false;
    }

    String key() throws IOException {
      return cluster.routerNode(name).at("/spec/publicKey").asText();
    }

    /** By public key, the ranges that the device sends there. */
    Map<String, String> allowed() {
      Map<String, String> allowed = new LinkedHashMap<>();
      namespace
          .attempt("wg show " + device() + " allowed-ips")
          .orElse("")
          .lines()
          .map(line -> line.split("\t", 2))
          .forEach(parts -> allowed.put(parts[0], parts.length > 1 ? parts[1] : ""));
      return allowed;
    }

    boolean reaches(String address, String from) {
      return namespace
          .attempt("busybox ping -c 1 -W 1 -I %s %s".formatted(from, address))
          .isPresent();
    }
  }

  @BeforeAll
  static void start() throws IOException {
    for (String tool : List.of("wireguard-go", "wg", "busybox", "dig")) {
      NativeTool.find(tool);
    }
    installation = Installation.in(directory);
    wan = namespace();
    wan.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    CompletableFuture<RegionCluster> meanwhile =
        CompletableFuture.supplyAsync(() -> cluster("10.53.0.0/16"));
    fsn1 = cluster("10.43.0.0/16");
    RUNNING.addFirst(fsn1);
    mn = meanwhile.join();
    RUNNING.addFirst(mn);
    node("f1", 1, fsn1, "10.42.0.0/24", "10.42.0.7");
    node("f2", 2, fsn1, "10.42.1.0/24", "10.42.0.7");
    node("m1", 3, mn, "10.52.0.0/24", "10.52.0.7");
    node("m2", 4, mn, "10.52.1.0/24", "10.52.0.7");
    mn.service("web", 80);
    mn.pods("web", 80, "10.52.0.7");
    configure("fsn1", "f1", "f2");
    configure("mn", "m1", "m2");
    for (Node node : NODES.values()) {
      serve(node);
    }
    Served.await("keys", () -> NODES.values().stream().allMatch(ManagedClustersIT::hasKey));
    declare();
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable each : RUNNING) {
      each.close();
    }
  }

  @Test
  @Order(1)
  void eachRegionFindsAllRouterNodesOfTheOtherByTheOneThatIsDeclared() throws IOException {
    Duration took =
        Served.await(
            "every node reaches every node of the other region",
            () ->
                NODES.values().stream()
                    .allMatch(here ->
                        NODES.values().stream()
                            .filter(there -> !there.region().equals(here.region()))
                            .allMatch(there -> here.reaches(there.overlay(), here.overlay()))));
    System.out.println("all eight tunnels " + took.toMillis() + " ms after the declaration");
    Served.await("a name", () -> dig(active("fsn1")).equals("10.52.0.7"));
    Node here = active("fsn1");
    Node there = active("mn");
    Served.await("pods reach each other", () -> here.reaches("10.52.0.7", "10.42.0.7"));
    assertThat(here.allowed().get(there.key())).contains("10.52.0.0/23");
    assertThat(here.allowed().get(other(there).key())).isEqualTo(other(there).overlay() + "/32");
    assertThat(condition(here, "TunnelManaged").path("status").asText()).isEqualTo("True");
    Served.await(
        "the Region says so", () -> region(fsn1).at("/status/wireguard/gateways").size() == 2);
  }

  @Test
  @Order(2)
  void aKeyIsRotatedByAnnotationWhileTrafficGoesOn() throws IOException {
    Node here = active("fsn1");
    Node there = active("mn");
    String before = there.key();
    NativeProcess pings =
        here.namespace.start("busybox", "ping", "-i", "0.02", "-I", "10.42.0.7", "10.52.0.7");
    RUNNING.addFirst(pings);
    try (NativeProcess ask =
        command(there, "rotate-key", "--config", directory.resolve("mn.yaml").toString()).start()) {
      assertThat(ask.awaitEnd(Served.TIMEOUT)).as(ask.output()).isZero();
    }
    Duration took =
        Served.await(
            "the other side uses the next key",
            () ->
                !there.key().equals(before)
                    && here.allowed().containsKey(there.key())
                    && !here.allowed().containsKey(before));
    pings.signal("INT");
    pings.awaitEnd(Served.TIMEOUT);
    System.out.println(
        "rotated in %d ms: %s"
            .formatted(
                took.toMillis(),
                pings
                    .output()
                    .lines()
                    .filter(l -> l.contains("transmitted"))
                    .findFirst()
                    .orElse("?")));
    assertThat(mn.routerNode(there.name).at("/status/keyRotation").asText()).isNotEmpty();
    assertThat(here.reaches("10.52.0.7", "10.42.0.7")).isTrue();
  }

  @Test
  @Order(3)
  void bridgesThatStartAfterARotationKnowTheKeyByTheRegionsStatus() throws IOException {
    Node there = active("mn");
    Served.await("it is written down", () -> region(fsn1).toString().contains(there.key()));
    for (Node node : List.of(named("f1"), named("f2"))) {
      kill(node);
    }
    for (Node node : List.of(named("f1"), named("f2"))) {
      serve(node);
    }
    Served.await("somebody is active", () -> find("fsn1").isPresent());
    Duration took =
        Served.await(
            "pods reach each other",
            () -> find("fsn1").map(n -> n.reaches("10.52.0.7", "10.42.0.7")).orElse(false));
    System.out.println("after the restart of both bridges " + took.toMillis() + " ms");
  }

  @Test
  @Order(4)
  void whenTheActiveGatewayDiesItsRangesMoveToTheOther() throws IOException {
    Node here = active("fsn1");
    Node lost = active("mn");
    Node left = other(lost);
    String key = left.key();
    kill(lost);
    Duration took =
        Served.await(
            "the ranges have moved",
            () -> here.allowed().getOrDefault(key, "").contains("10.52.0.0/23"));
    Duration more =
        Served.await("pods reach each other", () -> here.reaches("10.52.0.7", "10.42.0.7"));
    System.out.println(
        "allowed IPs moved %d ms after the kill, a ping came through %d ms later"
            .formatted(took.toMillis(), more.toMillis()));
  }

  private static void node(
      String name, int number, RegionCluster cluster, String pods, String pod) {
    NetworkNamespace namespace = namespace();
    Node node = new Node(name, number, cluster, namespace);
    wan.sh("ip link add w%d type veth peer name e0 netns %s".formatted(number, namespace.name()));
    wan.sh("ip address add 10.200.%d.1/24 dev w%d".formatted(number, number));
    wan.sh("ip link set w%d up".formatted(number));
    namespace.sh("ip address add %s/24 dev e0".formatted(node.address()));
    namespace.sh("ip link set e0 up");
    namespace.sh("ip route add default via 10.200.%d.1".formatted(number));
    // Whatever pod, from whichever node.
    namespace.sh("ip address add %s/32 dev lo".formatted(pod));
    cluster.routerNode(name, node.address(), pods);
    RUNNING.addFirst(NamespaceRelay.start(namespace, cluster.server().url().getPort()));
    NODES.put(name, node);
  }

  private static RegionCluster cluster(String serviceCidr) {
    try {
      return RegionCluster.start(serviceCidr);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NetworkNamespace namespace() {
    NetworkNamespace made = NetworkNamespace.create();
    RUNNING.addFirst(made);
    return made;
  }

  /** One file for both nodes, as one ConfigMap is. */
  private static void configure(String region, String one, String other) throws IOException {
    StringBuilder nodes = new StringBuilder();
    for (String name : List.of(one, other)) {
      Node node = named(name);
      nodes.append(
          "    - {name: %s, address: %s/16, endpoint: '%s:51820'}%n"
              .formatted(name, node.overlay(), node.address()));
    }
    Files.writeString(
        directory.resolve(region + ".yaml"),
        """
        region: {name: %s}
        dns: {threads: 1, drain: 0s}
        overlay:
          mode: manage
          nodes:
        %s\
        """
            .formatted(region, nodes));
  }

  /** What an operator knows of the other region: where it is, and one key. */
  private static void declare() throws IOException {
    fsn1.region(
        "mn",
        """
        {podCIDRs: [10.52.0.0/23], gateways: [100.99.1.1, 100.99.1.2],
         wireguard: {publicKey: '%s', endpoint: '10.200.3.2:51820', persistentKeepalive: 25}}\
        """
            .formatted(named("m1").key()));
    mn.region(
        "fsn1",
        """
        {podCIDRs: [10.42.0.0/23], gateways: [100.99.2.1, 100.99.2.2],
         wireguard: {publicKey: '%s', endpoint: '10.200.1.2:51820', persistentKeepalive: 25}}\
        """
            .formatted(named("f1").key()));
  }

  private static void serve(Node node) throws IOException {
    NativeProcess started =
        command(node, "serve", "--config", directory.resolve(node.region() + ".yaml").toString())
            .start();
    node.bridge = started;
    RUNNING.addFirst(started);
  }

  private static NativeProcess.Command command(Node node, String... arguments) throws IOException {
    Path kubeconfig =
        Files.writeString(directory.resolve("kubeconfig-" + node.name), node.cluster.kubeconfig());
    return installation
        .command(node.namespace.prefix(), arguments)
        .environment("NODE_NAME", node.name)
        .environment("NODE_IP", node.address())
        .environment("POD_NAMESPACE", "region-bridge")
        .environment("KUBECONFIG", kubeconfig.toString())
        // The sockets of wireguard-go are in one directory for all namespaces.
        .environment("REGION_BRIDGE_OVERLAY_INTERFACE", node.device());
  }

  /** As when its node goes: WireGuard is gone too. */
  private static void kill(Node node) {
    Objects.requireNonNull(node.bridge).kill();
    node.namespace.attempt("ip link delete " + node.device());
  }

  private static boolean hasKey(Node node) {
    try {
      return !node.key().isEmpty();
    } catch (IOException | IllegalStateException notYet) {
      return false;
    }
  }

  private static JsonNode region(RegionCluster cluster) throws IOException {
    return cluster.region("mn");
  }

  private static Node active(String region) {
    Served.await("somebody is active in " + region, () -> find(region).isPresent());
    return find(region).orElseThrow();
  }

  private static Optional<Node> find(String region) {
    return NODES.values().stream()
        .filter(node -> node.region().equals(region))
        .filter(node -> {
          try {
            return node.active();
          } catch (IOException e) {
            return false;
          }
        })
        .findFirst();
  }

  private static Node named(String name) {
    return Objects.requireNonNull(NODES.get(name), name);
  }

  private static Node other(Node node) {
    return NODES.values().stream()
        .filter(n -> n.region().equals(node.region()) && !n.name.equals(node.name))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode condition(Node node, String type) throws IOException {
    for (JsonNode condition : node.get("/api/v1/status").path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return JSON.createObjectNode();
  }

  private static String dig(Node node) {
    return node.namespace
        .attempt("dig @%s -p 1053 +short +tries=1 +time=2 %s A".formatted(node.address(), WEB))
        .orElse("")
        .strip();
  }
}
