package io.regionbridge.router.egress.routes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.discovery.GatewayWatcher;
import io.regionbridge.router.egress.AliasTranslation;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import io.regionbridge.testkit.WireGuardSocket;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two regions without Cilium, each with two router nodes, a worker and a pod on it, in namespaces:
 * WireGuard between the routers over wires of 50 ms each way, a masquerading pod network as
 * flannel's, and an agent on every node. {@code mn} elects its active gateway for real, by
 * processes of their own and an API server; that of {@code fsn1} stays. What an overlay's agent
 * does, namely to send a region's range to the router that is active there, the world does when the
 * Lease says so. Both regions may have the same range, and pods with the same address: then they
 * know each other by aliases.
 */
final class TwoClusters implements AutoCloseable {
  private static final Duration ONE_WAY = Duration.ofMillis(50);
  private static final int PORT = 51820;

  final Namespace net = Namespace.create();
  final Region mn;
  final Region fsn1;
  private final TestCluster cluster;
  private final KubernetesClient client;
  private final Path kubeconfig;
  private final RegionSettings.Encapsulation encapsulation;
  private final List<Closeable> parts = new ArrayList<>();
  private final Map<String, NativeProcess> elections = new LinkedHashMap<>();
  private final GatewayWatcher watcher;
  private int plugs;

  /** One region's nodes. The other region knows its pods by {@code known}. */
  static final class Region {
    final String name;
    final int number;
    final String pods;
    final String known;
    final String podAddress;
    final String knownPod;
    final String podGateway;
    final Node first;
    final Node second;
    final Namespace worker = Namespace.create();
    final Namespace pod = Namespace.create();

    /** Of ranges that differ in the second octet. */
    Region(String name, int number, int own, int known) {
      this.name = name;
      this.number = number;
      pods = "10.%d.0.0/16".formatted(own);
      this.known = "10.%d.0.0/16".formatted(known);
      podAddress = "10.%d.1.5".formatted(own);
      knownPod = "10.%d.1.5".formatted(known);
      podGateway = "10.%d.1.1".formatted(own);
      first = new Node(this, 1);
      second = new Node(this, 2);
    }

    String lan(int host) {
      return "192.168." + number + "." + host;
    }

    List<Node> routers() {
      return List.of(first, second);
    }
  }

  /** A router node. */
  static final class Node {
    final Namespace namespace = Namespace.create();
    final String name;
    final String address;
    final String wan;
    final String overlay;
    final String device;
    private String key = "";

    Node(Region region, int number) {
      name = region.name + "-" + number;
      address = region.lan(10 + number);
      wan = "203.0.113." + (region.number * 10 + number);
      overlay = "100.99." + region.number + "." + number;
      device = "rb" + ProcessHandle.current().pid() % 100_000 + "w" + region.number + number;
    }
  }

  TwoClusters(Path directory, RegionSettings.Encapsulation encapsulation, boolean overlapping)
      throws IOException {
    this.encapsulation = encapsulation;
    mn = new Region("mn", 1, 42, overlapping ? 142 : 42);
    fsn1 = overlapping ? new Region("fsn1", 2, 42, 143) : new Region("fsn1", 2, 52, 52);
    cluster = TestCluster.start();
    client = cluster.admin();
    kubeconfig =
        Files.writeString(directory.resolve("kubeconfig"), cluster.server().adminKubeconfig());
    net.sh("ip link add wan type bridge");
    net.sh("ip link set wan up");
    net.sh("ip address add 203.0.113.254/24 dev wan");
    for (Region region : List.of(mn, fsn1)) {
      cluster(region);
    }
    tunnels(directory);
    for (Region region : List.of(mn, fsn1)) {
      objects(region);
    }
    fixed(fsn1);
    watcher =
        GatewayWatcher.start(
            client,
            TestCluster.NAMESPACE,
            "region-bridge",
            this::follow,
            Clock.systemUTC(),
            new Loops());
    elect(mn);
    for (Region region : List.of(mn, fsn1)) {
      agents(region);
    }
  }

  /** The router of a region that is active now. */
  Node active() {
    String holder = watcher.view().holder().orElse("");
    return mn.routers().stream().filter(n -> n.name.equals(holder)).findFirst().orElse(mn.first);
  }

  Node standby() {
    return active() == mn.first ? mn.second : mn.first;
  }

  /** A node loses its power: its process stands still and all of its links are down. */
  void kill(Node node) {
    Objects.requireNonNull(elections.get(node.name)).freeze();
    for (String link : List.of("lan", "wan", node.device)) {
      node.namespace.sh("ip link set " + link + " down");
    }
  }

  /** It is back. */
  void revive(Node node) {
    for (String link : List.of("lan", "wan", node.device)) {
      node.namespace.sh("ip link set " + link + " up");
    }
    Region region = region(node);
    Region other = region == mn ? fsn1 : mn;
    ways(region, other, node);
    Objects.requireNonNull(elections.get(node.name)).thaw();
  }

  private Region region(Node node) {
    return mn.routers().contains(node) ? mn : fsn1;
  }

  /** As the bridge of a router node does. */
  private static void translate(Region region, Node node) {
    if (!region.known.equals(region.pods)) {
      AliasRange alias = new AliasRange(Cidr.of(region.pods), Cidr.of(region.known));
      node.namespace.call(() ->
          new AliasTranslation()
              .reconcile(
                  Optional.of(node.device),
                  new AliasRanges(List.of(alias)),
                  List.of(alias.range())));
    }
  }

  /** Connects from one pod to the other, within that time. */
  static Optional<Socket> connect(Namespace pod, InetSocketAddress to, Duration timeout) {
    try {
      return pod.call(() -> {
        Socket socket = new Socket();
        try {
          socket.connect(to, (int) timeout.toMillis());
          return Optional.of(socket);
        } catch (IOException e) {
          socket.close();
          return Optional.empty();
        }
      });
    } catch (AssertionError e) {
      return Optional.empty();
    }
  }

  static ServerSocket listen(Namespace pod, String address) {
    return pod.call(() -> new ServerSocket(0, 50, InetAddress.ofLiteral(address)));
  }

  void awaitReady() {
    Await.that(
        "the agents have routes to the active gateway",
        () ->
            !active().key.isEmpty()
                && way(mn).contains(active().address)
                && way(fsn1).contains(fsn1.first.address));
  }

  private String way(Region region) {
    return region.worker.sh("ip route show " + (region == mn ? fsn1 : mn).known);
  }

  private void cluster(Region region) {
    String lan = "lan" + region.number;
    net.sh("ip link add " + lan + " type bridge");
    net.sh("ip link set " + lan + " up");
    for (Node node : region.routers()) {
      plug(node.namespace, "lan", lan, node.address + "/24");
      plug(node.namespace, "wan", "wan", node.wan + "/24");
      forward(node.namespace);
      masquerade(node.namespace, region, node == region.second);
    }
    plug(region.worker, "lan", lan, region.lan(21) + "/24");
    forward(region.worker);
    masquerade(region.worker, region, true);
    region.worker.sh("ip link add cni type veth peer name eth0");
    region.worker.sh("ip link set eth0 netns " + region.pod.name());
    region.worker.sh("ip address add " + region.podGateway + "/24 dev cni");
    region.worker.sh("ip link set cni up");
    region.pod.sh("ip address add " + region.podAddress + "/24 dev eth0");
    region.pod.sh("ip link set eth0 up");
    region.pod.sh("ip route add default via " + region.podGateway);
  }

  private void plug(Namespace node, String name, String bridge, String address) {
    String end = "p" + plugs++ + name;
    net.sh("ip link add " + end + " type veth peer name " + name + " netns " + node.name());
    net.sh("ip link set " + end + " master " + bridge);
    net.sh("ip link set " + end + " up");
    node.sh("ip address add " + address + " dev " + name);
    node.sh("ip link set " + name + " up");
  }

  private static void forward(Namespace node) {
    node.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    node.run("sh", "-c", "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 2 > $f; done");
  }

  /**
   * As flannel's: whatever leaves the pods' range takes the node's address, and with iptables also
   * what comes into it.
   */
  private static void masquerade(Namespace node, Region region, boolean iptables) {
    node.sh("nft add table ip cni");
    node.run("nft", "add chain ip cni post { type nat hook postrouting priority 100 ; }");
    node.sh(
        "nft add rule ip cni post ip saddr %s ip daddr != %s masquerade"
            .formatted(region.pods, region.pods));
    if (iptables) {
      node.sh(
          "nft add rule ip cni post ip saddr != %s ip daddr %s masquerade"
              .formatted(region.pods, region.pods));
    }
  }

  private void tunnels(Path directory) throws IOException {
    for (Node node : Stream.concat(mn.routers().stream(), fsn1.routers().stream()).toList()) {
      Path key = Files.writeString(directory.resolve(node.name), node.namespace.sh("wg genkey"));
      node.key = node.namespace.run("sh", "-c", "wg pubkey < " + key).strip();
      NativeProcess device =
          NativeProcess.command(
                  NativeTool.find("ip"),
                  "netns",
                  "exec",
                  node.namespace.name(),
                  "wireguard-go",
                  "-f",
                  node.device)
              .start();
      parts.addFirst(device::close);
      Await.that("the device of " + node.name, () -> WireGuardSocket.listens(node.device));
      node.namespace.sh(
          "wg set %s private-key %s listen-port %d".formatted(node.device, key, PORT));
      node.namespace.sh("ip address add " + node.overlay + "/32 dev " + node.device);
      node.namespace.sh("ip link set " + node.device + " up mtu 1380");
      translate(region(node), node);
    }
    int port = 20_000;
    for (Node one : mn.routers()) {
      for (Node other : fsn1.routers()) {
        InetSocketAddress wire = address("203.0.113.254", port++);
        parts.addFirst(
            DelayedWire.start(
                net, wire, address(one.wan, PORT), address(other.wan, PORT), ONE_WAY));
        peer(one, other, wire);
        peer(other, one, wire);
      }
    }
    mn.routers().forEach(node -> ways(mn, fsn1, node));
    fsn1.routers().forEach(node -> ways(fsn1, mn, node));
    owner(mn, fsn1.first, fsn1.known);
  }

  private static void peer(Node node, Node peer, InetSocketAddress wire) {
    node.namespace.sh(
        "wg set %s peer %s endpoint %s:%d allowed-ips %s/32 persistent-keepalive 1"
            .formatted(node.device, peer.key, wire.getHostString(), wire.getPort(), peer.overlay));
  }

  /** What the overlay's agent and the pod network have in the kernel of a router. */
  private static void ways(Region own, Region other, Node node) {
    node.namespace.sh("ip route replace %s dev %s metric 4096".formatted(other.known, node.device));
    node.namespace.sh(
        "ip route replace 100.99.%d.0/24 dev %s".formatted(other.number, node.device));
    node.namespace.sh("ip route replace %s via %s".formatted(own.pods, own.lan(21)));
  }

  /** All routers of a region send a range to one router of the other, and take it from there. */
  private static void owner(Region region, Node owner, String range) {
    for (Node node : region.routers()) {
      if (node.namespace.succeeds("ip link show " + node.device)) {
        node.namespace.sh(
            "wg set %s peer %s allowed-ips %s/32,%s"
                .formatted(node.device, owner.key, owner.overlay, range));
      }
    }
  }

  private void follow() {
    String holder = watcher == null ? "" : watcher.view().holder().orElse("");
    mn.routers().stream()
        .filter(node -> node.name.equals(holder))
        .forEach(node -> owner(fsn1, node, mn.known));
  }

  private void objects(Region region) {
    Region other = region == mn ? fsn1 : mn;
    for (Node node : region.routers()) {
      String path = "/apis/region-bridge.io/v1alpha1/routernodes/" + node.name;
      cluster
          .server()
          .apply(
              path,
              "{apiVersion: region-bridge.io/v1alpha1, kind: RouterNode, metadata: {name: %s}, spec: {nodeAddress: %s, overlayAddress: %s, podCIDRs: [%s]}}"
                  .formatted(node.name, node.address, node.overlay, region.pods));
      cluster
          .server()
          .request(
              "PATCH",
              path + "/status",
              "application/merge-patch+json",
              "{\"status\":{\"egress\":[{\"region\":\"%s\",\"CIDRs\":[\"%s\"]}]}}"
                  .formatted(other.name, other.known));
    }
  }

  private void fixed(Region region) {
    cluster
        .server()
        .apply(
            "/apis/coordination.k8s.io/v1/namespaces/%s/leases/%s"
                .formatted(TestCluster.NAMESPACE, region.name),
            "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: %s}, spec: {holderIdentity: %s}}"
                .formatted(region.name, region.first.name));
  }

  private void elect(Region region) throws IOException {
    List<String> nodes = new ArrayList<>();
    region.routers().forEach(node -> nodes.add(node.name + "=" + FreePorts.next()));
    for (Node node : region.routers()) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Xmx128m",
                  "-cp",
                  Namespace.classPath(),
                  "io.regionbridge.router.election.ElectionChild",
                  node.name,
                  kubeconfig.toString()));
      arguments.addAll(nodes);
      NativeProcess process =
          NativeProcess.command(
                  Path.of(System.getProperty("java.home"), "bin", "java"),
                  arguments.toArray(String[]::new))
              .start();
      elections.put(node.name, process);
    }
    Await.that("somebody is elected", () -> watcher.view().holder().isPresent());
  }

  private void agents(Region region) throws IOException {
    String lease = region == mn ? "region-bridge" : region.name;
    Map<String, Namespace> nodes = new LinkedHashMap<>();
    region.routers().forEach(node -> nodes.put(node.name, node.namespace));
    nodes.put(region.name + "-worker", region.worker);
    nodes.forEach((name, namespace) ->
        parts.addFirst(
            namespace.call(() -> {
              LinuxRouteHost host = LinuxRouteHost.open();
              return RouteAgent.start(
                  name,
                  () -> encapsulation,
                  cluster.admin(),
                  TestCluster.NAMESPACE,
                  lease,
                  host,
                  new Loops());
            })
                ::close));
  }

  private static InetSocketAddress address(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  @Override
  public void close() {
    watcher.close();
    elections
        .values()
        .forEach(process -> {
          process.thaw();
          process.kill();
          process.close();
        });
    for (Closeable part : parts) {
      try {
        part.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    for (Region region : List.of(mn, fsn1)) {
      region.routers().forEach(node -> node.namespace.close());
      region.worker.close();
      region.pod.close();
    }
    net.close();
    client.close();
    cluster.close();
  }
}
