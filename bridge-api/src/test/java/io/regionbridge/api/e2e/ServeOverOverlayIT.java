package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import io.regionbridge.testkit.WireGuardSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two bridges in network namespaces of their own, with real WireGuard between them: a device that
 * somebody else made, and one that each makes itself across a router that translates addresses and
 * takes its time.
 */
@Timeout(240)
class ServeOverOverlayIT {
  private static final Pattern KEY = Pattern.compile("public key ([A-Za-z0-9+/\\\\]{43,}=)");
  private static final String WEB = "web.default.svc.mn.internal";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Each way. */
  private static final int DELAY_MILLIS = 100;

  private static final Path LINE = Path.of("src/lab/java/io/regionbridge/lab/Wan.java");
  private static final Pattern SENT = Pattern.compile("([0-9]+) packets transmitted");
  private static final Pattern REPLY = Pattern.compile(" seq=([0-9]+) ");

  /** What WireGuard waits before it repeats a handshake that is not answered. */
  private static final int HANDSHAKE_MILLIS = 5000;

  private static final Pattern ROUND_TRIP = Pattern.compile("time=([0-9.]+) ms");

  @TempDir private Path directory;
  private final List<AutoCloseable> running = new ArrayList<>();
  private final String device = "rb" + ProcessHandle.current().pid() % 1_000_000 + ".";
  private Installation installation;
  private NetworkNamespace mn;
  private NetworkNamespace fsn1;

  @BeforeEach
  void prepare() throws IOException {
    for (String tool : List.of("wireguard-go", "wg", "nft", "busybox", "dig")) {
      NativeTool.find(tool);
    }
    installation = Installation.in(directory);
    mn = namespace();
    fsn1 = namespace();
    Files.writeString(
        directory.resolve("mn-services.yaml"),
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {clusterIP: None, ports: [{name: main, port: 80}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: web-1, namespace: default, labels: {kubernetes.io/service-name: web}}
        addressType: IPv4
        ports: [{name: main, port: 80}]
        endpoints: [{addresses: [10.52.0.1], conditions: {ready: true}}]
        """);
    mn.sh("ip address add 10.52.0.1/32 dev lo");
    fsn1.sh("ip address add 10.42.0.1/32 dev lo");
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  @Test
  void peersOnAnOverlayFindEachOtherWithNothingDeclaredEvenIfItComesLater() throws IOException {
    mn.sh("ip link add a0 type veth peer name b0 netns " + fsn1.name());
    address(mn, "a0", "192.0.2.1/24");
    address(fsn1, "b0", "192.0.2.2/24");
    NativeProcess there = serve(mn, "mn", "10.52.0.0/16", "interface: %s1".formatted(device), "");
    NativeProcess here =
        serve(fsn1, "fsn1", "10.42.0.0/16", "interface: %s2".formatted(device), "");
    ready(there);
    ready(here);
    assertThat(condition(status(fsn1), "OverlayUp").path("status").asText()).isEqualTo("False");

    String mnKey = wireguard(mn, 1, "100.98.0.1/24", 51_820);
    String fsn1Key = wireguard(fsn1, 2, "100.98.0.2/24", 51_821);
    peer(mn, 1, fsn1Key, "192.0.2.2:51821", "100.98.0.2/32,10.42.0.0/16");
    peer(fsn1, 2, mnKey, "192.0.2.1:51820", "100.98.0.1/32,10.52.0.0/16");

    Served.await("a name of the peer", () -> dig(fsn1, "100.98.0.2").equals("10.52.0.1"));
    // Answers may have come by the tunnel before anybody looked at it again.
    Served.await(
        "the tunnel is up", () -> status(fsn1).at("/tunnels/0/state").asText().equals("up"));
    JsonNode status = status(fsn1);
    assertThat(status.at("/peers/0/name").asText()).isEqualTo("mn");
    assertThat(status.at("/peers/0/sources/0").asText()).isEqualTo("overlay");
    assertThat(status.at("/peers/0/podCIDRs/0").asText()).isEqualTo("10.52.0.0/16");
    assertThat(status.at("/tunnels/0/region").asText()).isEqualTo("mn");
    assertThat(condition(status, "TunnelObserved").path("status").asText()).isEqualTo("True");
    assertThat(get(fsn1, "/metrics"))
        .contains("\nregion_bridge_wireguard_last_handshake_seconds{region=\"mn\"} ");
  }

  @Test
  void bridgesMakeATunnelThemselvesAcrossNatAndALongWay() throws IOException {
    NetworkNamespace nat = namespace();
    NetworkNamespace line = namespace();
    nat.sh("ip link add inside type veth peer name a0 netns " + mn.name());
    nat.sh("ip link add public type veth peer name a1 netns " + line.name());
    line.sh("ip link add b1 type veth peer name b0 netns " + fsn1.name());
    address(mn, "a0", "192.168.7.2/24");
    address(nat, "inside", "192.168.7.1/24");
    address(nat, "public", "203.0.113.1/24");
    address(line, "a1", "203.0.113.254/24");
    address(line, "b1", "198.51.100.254/24");
    address(fsn1, "b0", "198.51.100.1/24");
    mn.sh("ip route add default via 192.168.7.1");
    nat.sh("ip route add default via 203.0.113.254");
    fsn1.sh("ip route add default via 198.51.100.254");
    nat.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    nat.sh("nft add table ip nat");
    nat.run("nft", "add chain ip nat out { type nat hook postrouting priority 100 ; }");
    nat.sh("nft add rule ip nat out oifname public masquerade");
    lengthen(line, "a1", "b1");

    String mnOverlay = manage(1, "100.99.0.1/24", 0);
    String fsn1Overlay = manage(2, "100.99.0.2/24", 51_820);
    NativeProcess there = serve(mn, "mn", "10.52.0.0/16", mnOverlay, "");
    NativeProcess here = serve(fsn1, "fsn1", "10.42.0.0/16", fsn1Overlay, "");
    ready(there);
    ready(here);
    String toFsn1 =
        """
        - {name: fsn1, podCIDRs: [10.42.0.0/16], gateways: [100.99.0.2],
           wireguard: {publicKey: %s, endpoint: 198.51.100.1, persistentKeepalive: 1}}
        """
            .formatted(key(here));
    String toMn =
        """
        - {name: mn, podCIDRs: [10.52.0.0/16], gateways: [100.99.0.1],
           wireguard: {publicKey: %s}}
        """
            .formatted(key(there));
    configure("mn", "10.52.0.0/16", mnOverlay, toFsn1);
    configure("fsn1", "10.42.0.0/16", fsn1Overlay, toMn);

    Served.await(
        "pods reach each other",
        () -> fsn1.attempt("busybox ping -c 1 -W 2 -I 10.42.0.1 10.52.0.1").isPresent());
    var took = Served.await("a name", () -> dig(fsn1, "100.99.0.2").equals("10.52.0.1"));
    System.out.println(
        "a name over the tunnel, %d ms after the first ping".formatted(took.toMillis()));
    Optional<String> ping = mn.attempt("busybox ping -c 1 -W 2 -I 10.52.0.1 10.42.0.1");
    assertThat(ping).isPresent();
    Matcher trip = ROUND_TRIP.matcher(ping.get());
    assertThat(trip.find()).as(ping.get()).isTrue();
    assertThat(Double.parseDouble(trip.group(1))).isGreaterThanOrEqualTo(2 * DELAY_MILLIS);
    JsonNode status = status(fsn1);
    assertThat(condition(status, "TunnelManaged").path("status").asText()).isEqualTo("True");
    assertThat(status.at("/tunnels/0/region").asText()).isEqualTo("mn");
    Path kept = directory.resolve("keys1/private.key");
    assertThat(kept).isNotEmptyFile();
  }

  @Test
  void aKeyIsRotatedOnRequestWhileTrafficGoesOn() throws IOException {
    mn.sh("ip link add a0 type veth peer name b0 netns " + fsn1.name());
    address(mn, "a0", "192.0.2.1/24");
    address(fsn1, "b0", "192.0.2.2/24");
    String mnOverlay = manage(1, "100.99.0.1/24", 51_821);
    String fsn1Overlay = manage(2, "100.99.0.2/24", 51_822);
    NativeProcess there = serve(mn, "mn", "10.52.0.0/16", mnOverlay, "");
    NativeProcess here = serve(fsn1, "fsn1", "10.42.0.0/16", fsn1Overlay, "");
    ready(there);
    ready(here);
    String first = key(there);
    configure(
        "mn",
        "10.52.0.0/16",
        mnOverlay,
        peer("fsn1", "10.42.0.0/16", "100.99.0.2", key(here), "192.0.2.2:51822"));
    configure(
        "fsn1",
        "10.42.0.0/16",
        fsn1Overlay,
        peer("mn", "10.52.0.0/16", "100.99.0.1", first, "192.0.2.1:51821"));
    Served.await("pods reach each other", this::podsReachEachOther);

    NativeProcess pings =
        fsn1.start("busybox", "ping", "-i", "0.02", "-I", "10.42.0.1", "10.52.0.1");
    running.addFirst(pings);
    String second = rotated("mn", there, first);
    Served.await("the other side has moved over", () -> peers(fsn1, 2).equals(List.of(second)));
    String third = rotated("mn", there, second);
    Served.await("the other side has moved over", () -> peers(fsn1, 2).equals(List.of(third)));
    pings.signal("INT");
    pings.awaitEnd(Served.TIMEOUT);
    Matcher sent = SENT.matcher(pings.output());
    assertThat(sent.find()).as(pings.output()).isTrue();
    List<Integer> answered =
        REPLY.matcher(pings.output()).results().map(r -> Integer.valueOf(r.group(1))).toList();
    int longest = 0;
    for (int i = 1; i < answered.size(); i++) {
      longest = Math.max(longest, answered.get(i) - answered.get(i - 1) - 1);
    }
    System.out.printf(
        "two rotations lost %d of %s pings at 20 ms, %d in a row%n",
        Integer.parseInt(sent.group(1)) - answered.size(), sent.group(1), longest);
    assertThat(longest * 20).isLessThan(HANDSHAKE_MILLIS);
  }

  /** Of a key, by the command that an operator has; the key that is used then. */
  private String rotated(String region, NativeProcess bridge, String before) {
    try (NativeProcess ask =
        installation
            .command(
                List.of(), "rotate-key", "--config", directory.resolve(region + ".yaml").toString())
            .start()) {
      assertThat(ask.awaitEnd(Served.TIMEOUT)).as(ask.output()).isZero();
      Matcher line = Pattern.compile("the next key is (\\S+);").matcher(ask.output());
      assertThat(line.find()).as(ask.output()).isTrue();
      assertThat(line.group(1)).isNotEqualTo(before);
      Served.await(
          "it uses the next key",
          () -> bridge.output().replace("\\/", "/").contains("the key is " + line.group(1)));
      return line.group(1);
    }
  }

  private boolean podsReachEachOther() {
    return fsn1.attempt("busybox ping -c 1 -W 2 -I 10.42.0.1 10.52.0.1").isPresent();
  }

  private List<String> peers(NetworkNamespace in, int number) {
    return in.attempt("wg show %s peers".formatted(device + number)).orElse("").lines().toList();
  }

  private static String peer(
      String region, String pods, String address, String key, String endpoint) {
    return """
    - {name: %s, podCIDRs: [%s], gateways: [%s],
       wireguard: {publicKey: %s, endpoint: %s, persistentKeepalive: 0}}
    """
        .formatted(region, pods, address, key, endpoint);
  }

  /** What crosses takes its time: by netem, or a program where the kernel has none. */
  private void lengthen(NetworkNamespace line, String one, String other) throws IOException {
    line.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    String netem = "tc qdisc add dev %s root netem delay " + DELAY_MILLIS + "ms";
    if (line.attempt(netem.formatted(one)).isPresent()) {
      line.sh(netem.formatted(other));
      return;
    }
    Path settings =
        Files.writeString(
            directory.resolve("line"),
            "203.0.113 %1$d 0%n198.51.100 %1$d 0%n".formatted(DELAY_MILLIS));
    line.sh("ip tuntap add dev delay mode tun");
    line.sh("ip link set delay mtu 1500 up");
    line.sh("ip route add default dev delay table 100");
    line.sh("ip rule add iif %s lookup 100".formatted(one));
    line.sh("ip rule add iif %s lookup 100".formatted(other));
    running.add(
        line.start(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            LINE.toString(),
            "delay",
            settings.toString()));
  }

  private NetworkNamespace namespace() {
    NetworkNamespace made = NetworkNamespace.create();
    running.add(made);
    return made;
  }

  private static void address(NetworkNamespace of, String link, String address) {
    of.sh("ip address add %s dev %s".formatted(address, link));
    of.sh("ip link set %s up".formatted(link));
  }

  // WireGuard that somebody else made.

  private String wireguard(NetworkNamespace in, int number, String address, int port)
      throws IOException {
    running.addFirst(in.start("wireguard-go", "-f", device + number));
    Served.await("a device", () -> WireGuardSocket.listens(device + number));
    Path file = Files.writeString(directory.resolve("wg" + number), in.run("wg", "genkey"));
    in.sh("wg set %s listen-port %d private-key %s".formatted(device + number, port, file));
    address(in, device + number, address);
    return in.sh("wg show %s public-key".formatted(device + number)).strip();
  }

  private void peer(NetworkNamespace in, int number, String key, String endpoint, String ranges) {
    in.sh(
        "wg set %s peer %s endpoint %s allowed-ips %s"
            .formatted(device + number, key, endpoint, ranges));
  }

  // Bridges.

  private String manage(int number, String address, int port) {
    return "mode: manage, interface: %s%d, address: %s, listenPort: %d, keys: keys%d"
        .formatted(device, number, address, port, number);
  }

  private Path configure(String region, String pods, String overlay, String regions)
      throws IOException {
    return Files.writeString(
        directory.resolve(region + ".yaml"),
        """
        region: {name: %1$s, podCIDRs: [%2$s]}
        dns: {threads: 1, drain: 0s}
        overlay: {%3$s}
        kubernetes: {enabled: false}
        directory: {files: [%4$s]}
        regions:
        %5$s
        """
            .formatted(
                region,
                pods,
                overlay,
                region.equals("mn") ? "mn-services.yaml" : "",
                regions.isEmpty() ? "  []" : regions.indent(2)));
  }

  private NativeProcess serve(
      NetworkNamespace in, String region, String pods, String overlay, String regions)
      throws IOException {
    Path file = configure(region, pods, overlay, regions);
    NativeProcess process =
        installation.command(in.prefix(), "serve", "--config", file.toString()).start();
    running.addFirst(process);
    return process;
  }

  private static void ready(NativeProcess bridge) {
    bridge.awaitLine(Pattern.compile("^region-bridge ready"), Served.TIMEOUT);
  }

  private static String key(NativeProcess bridge) {
    Matcher line = KEY.matcher(bridge.awaitLine(KEY, Served.TIMEOUT).replace("\\/", "/"));
    assertThat(line.find()).isTrue();
    return line.group(1);
  }

  private static String get(NetworkNamespace in, String path) {
    return in.attempt("busybox wget -q -O - http://127.0.0.1:8053" + path).orElse("");
  }

  private static JsonNode status(NetworkNamespace in) throws IOException {
    return JSON.readTree(get(in, "/api/v1/status"));
  }

  private static JsonNode condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return JSON.createObjectNode();
  }

  private static String dig(NetworkNamespace in, String server) {
    return in.attempt("dig @%s -p 1053 +short +tries=1 +time=2 %s A".formatted(server, WEB))
        .orElse("")
        .strip();
  }
}
