package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bridges on a tailnet of real tailscaled, with Tailscale's own test control server and relay:
 * {@code fsn1} asks, {@code mn} owns its range, {@code other} is a device of the tailnet whose
 * bridge says that it is of region mn.
 */
@Timeout(300)
class TailscaleIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONTROL = "10.99.0.1";
  private static final String PODS = "10.52.0.0/16";
  private static final String SOCKET = "--socket=/run/tailscale/tailscaled.sock";

  @TempDir private Path directory;
  private final List<AutoCloseable> running = new ArrayList<>();
  private Installation installation;
  private NetworkNamespace lan;
  private Node mn;
  private Node other;
  private Node fsn1;

  /** A machine with a network and a {@code /run} of its own. */
  private static final class Node {
    private final String name;
    private final String address;
    private final List<String> prefix;

    @SuppressWarnings("NullAway.Init") // started before anything asks for it
    private NativeProcess agent;

    private Node(String name, String address, long holder) {
      this.name = name;
      this.address = address;
      this.prefix = List.of("nsenter", "-t", Long.toString(holder), "-n", "-m");
    }

    private NativeProcess start(String... command) {
      List<String> line = new ArrayList<>(prefix.subList(1, prefix.size()));
      line.addAll(List.of(command));
      return NativeProcess.start(Path.of(prefix.getFirst()), line.toArray(String[]::new));
    }

    private String attempt(String... command) {
      try (NativeProcess process = start(command)) {
        return process.awaitEnd(Served.TIMEOUT) == 0 ? process.output() : "";
      }
    }

    private JsonNode status() throws IOException {
      return JSON.readTree(
          attempt("busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8053/api/v1/status"));
    }

    private JsonNode condition(String type) throws IOException {
      for (JsonNode condition : status().path("conditions")) {
        if (condition.path("type").asText().equals(type)) {
          return condition;
        }
      }
      return JSON.createObjectNode();
    }

    /** The addresses of a name in the peer's region, or the code of the answer. */
    private String dig(String name) {
      String server = address.isEmpty() ? "127.0.0.1" : address;
      String answer =
          attempt(
              "dig", "@" + server, "-p", "1053", "+tries=1", "+time=3", name + ".mn.internal", "A");
      return answer
          .lines()
          .filter(line -> !line.startsWith(";") && line.contains("\tA\t"))
          .map(line -> line.replaceFirst(".*\\s", ""))
          .findFirst()
          .orElseGet(() -> answer.replaceFirst("(?s).*status: ([A-Z]+).*", "$1"));
    }
  }

  @BeforeEach
  void prepare() throws IOException {
    for (String tool : List.of("tailscaled", "tailnet", "busybox", "dig", "nsenter")) {
      NativeTool.find(tool);
    }
    installation = Installation.in(directory);
    lan = NetworkNamespace.create();
    running.addFirst(lan);
    lan.sh("ip link add br0 type bridge");
    lan.sh("ip address add " + CONTROL + "/24 dev br0");
    lan.sh("ip link set br0 up");
    NativeProcess control = lan.start(NativeTool.find("tailnet").toString(), "-address", CONTROL);
    running.addFirst(control);
    mn = node("mn", "10.99.0.11");
    other = node("other", "10.99.0.12");
    fsn1 = node("fsn1", "10.99.0.21");
    for (Node node : List.of(mn, other, fsn1)) {
      agent(node);
    }
    join(mn, "--advertise-routes=" + PODS + ",10.52.99.9/32");
    join(other, "--advertise-exit-node");
    join(fsn1, "--accept-routes");
    Served.await(
        "devices", () -> console("nodes").lines().filter(l -> l.contains("100.")).count() == 3);
    routes("mn", PODS);
    for (Node node : List.of(mn, other, fsn1)) {
      console("set?host=" + node.name + "&online=true");
    }
    serve(mn, "mn", PODS);
    serve(other, "mn", PODS);
    serve(fsn1, "fsn1", "10.42.0.0/16");
    Served.await("a name of the other region", () -> fsn1.dig("a.default.svc").equals("10.52.0.1"));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  @Test
  void aRegionIsItsRangesOwnersWhateverElseIsRoutedToThem() throws IOException {
    List<String> gateways = gateways();
    assertThat(gateways).hasSize(1);

    // An approved exit node owns nothing, though all of the world is among its ranges.
    routes("other", "0.0.0.0/0,::/0");
    Served.await(
        "the exit node is known", () -> tailscale(fsn1, "status").contains("offers exit node"));
    // A host among a router's ranges is not the router.
    routes("mn", PODS + ",10.52.99.9/32");
    Served.await(
        "the host's route",
        () -> fsn1.attempt("ip", "route", "show", "table", "52").contains("10.52.99.9"));
    for (String name : List.of("b", "c", "d", "e")) {
      assertThat(fsn1.dig(name + ".default.svc")).as(name).isEqualTo("10.52.0.1");
    }
    assertThat(gateways()).isEqualTo(gateways);
    assertThat(fsn1.condition("OverlayAgent").path("status").asText()).isNotEqualTo("False");
    assertThat(fsn1.condition("OverlayRoutes").path("status").asText()).isEqualTo("True");
  }

  @Test
  void anAgentThatRestartsOnTheAskingNodeCostsNoName() throws IOException {
    fsn1.agent.close();
    Served.await(
        "the bridge has seen it",
        () -> fsn1.condition("TunnelObserved").path("status").asText().equals("False"));
    assertThat(fsn1.dig("a.default.svc")).isEqualTo("10.52.0.1");
    agent(fsn1);
    Served.await("a new name", () -> fsn1.dig("b.default.svc").equals("10.52.0.1"));
    assertThat(fsn1.condition("TunnelObserved").path("status").asText()).isEqualTo("True");
  }

  @Test
  void whatKeepsPodsApartIsTold() throws IOException {
    tailscale(fsn1, "set", "--accept-routes=false");
    Served.await(
        "routes are not accepted",
        () -> fsn1.condition("OverlayRoutes").path("reason").asText().equals("RoutesNotAccepted"));
    tailscale(fsn1, "set", "--accept-routes=true");
    Served.await(
        "they are", () -> fsn1.condition("OverlayRoutes").path("status").asText().equals("True"));
    console("set?host=fsn1&expiry=86400");
    Served.await(
        "the key expires",
        () -> fsn1.condition("OverlayAgent").path("reason").asText().equals("KeyExpires"));
    tailscale(fsn1, "down");
    Served.await(
        "the agent is stopped",
        () -> fsn1.condition("OverlayAgent").path("reason").asText().equals("Stopped"));
  }

  private List<String> gateways() throws IOException {
    List<String> addresses = new ArrayList<>();
    for (JsonNode gateway : fsn1.status().at("/peers/0/gateways")) {
      addresses.add(gateway.path("address").asText());
    }
    return addresses;
  }

  private Node node(String name, String address) throws IOException {
    NetworkNamespace namespace = NetworkNamespace.create();
    running.addFirst(namespace);
    lan.sh("ip link add to-%s type veth peer name eth0 netns %s".formatted(name, namespace.name()));
    lan.sh("ip link set to-%s master br0 up".formatted(name));
    namespace.sh("ip address add %s/24 dev eth0".formatted(address));
    namespace.sh("ip link set eth0 up");
    namespace.sh("ip route add default via " + CONTROL);
    namespace.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    NativeProcess holder =
        namespace.start(
            "unshare",
            "-m",
            "--propagation",
            "private",
            "sh",
            "-c",
            "mkdir -p /run/tailscale && mount -t tmpfs run /run/tailscale"
                + " && echo held && exec sleep infinity");
    running.addFirst(holder);
    holder.awaitLine(Pattern.compile("held"), Served.TIMEOUT);
    return new Node(name, address, holder.pid());
  }

  private void agent(Node node) throws IOException {
    Path state = Files.createDirectories(directory.resolve("state-" + node.name));
    node.agent =
        node.start(
            "env",
            "TS_NO_LOGS_NO_SUPPORT=true",
            "TS_LOGS_DIR=" + state,
            NativeTool.find("tailscaled").toString(),
            "--tun=tailscale0",
            "--statedir=" + state,
            SOCKET,
            "--port=41641",
            "--no-logs-no-support");
    running.addFirst(node.agent);
    Served.await("the agent of " + node.name, () -> !tailscale(node, "status", "--json").isEmpty());
  }

  private static String tailscale(Node node, String... arguments) {
    List<String> line =
        new ArrayList<>(
            List.of("env", "TS_BE_CLI=1", NativeTool.find("tailscaled").toString(), SOCKET));
    line.addAll(List.of(arguments));
    return node.attempt(line.toArray(String[]::new));
  }

  private void join(Node node, String flag) {
    tailscale(
        node,
        "up",
        "--login-server=http://" + CONTROL + ":26000",
        "--hostname=" + node.name,
        "--accept-dns=false",
        flag);
  }

  private String console(String path) {
    return lan.attempt("busybox wget -q -O - http://" + CONTROL + ":26001/" + path).orElse("");
  }

  private void routes(String host, String routes) {
    console("routes?host=" + host + "&routes=" + routes);
  }

  /** A bridge whose region has five Services, each with the same pod. */
  private void serve(Node node, String region, String pods) throws IOException {
    StringBuilder services = new StringBuilder();
    for (String name : List.of("a", "b", "c", "d", "e")) {
      services.append(
          """
          ---
          apiVersion: v1
          kind: Service
          metadata: {name: %1$s, namespace: default}
          spec: {clusterIP: None, ports: [{name: main, port: 80}]}
          ---
          apiVersion: discovery.k8s.io/v1
          kind: EndpointSlice
          metadata: {name: %1$s-1, namespace: default, labels: {kubernetes.io/service-name: %1$s}}
          addressType: IPv4
          ports: [{name: main, port: 80}]
          endpoints: [{addresses: [%2$s], conditions: {ready: true}}]
          """
              .formatted(name, node.name.equals("other") ? "10.52.66.66" : "10.52.0.1"));
    }
    Files.writeString(directory.resolve(node.name + "-services.yaml"), services);
    Path file =
        Files.writeString(
            directory.resolve(node.name + ".yaml"),
            """
            region: {name: %s, podCIDRs: [%s]}
            dns: {threads: 1, drain: 0s}
            overlay: {interface: tailscale0}
            kubernetes: {enabled: false}
            directory: {files: [%s-services.yaml]}
            """
                .formatted(region, pods, node.name));
    NativeProcess bridge =
        installation.command(node.prefix, "serve", "--config", file.toString()).start();
    running.addFirst(bridge);
    bridge.awaitLine(Pattern.compile("^region-bridge ready"), Served.TIMEOUT);
  }
}
