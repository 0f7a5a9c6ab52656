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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three regions over WireGuard that their bridges make, of which two have the pod range
 * 10.42.0.0/16, even the same pod address, and the third does not know of it.
 */
@Timeout(240)
class OverlappingRegionsIT {
  private static final Pattern KEY = Pattern.compile("public key ([A-Za-z0-9+/\\\\]{43,}=)");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PORT = 8080;
  private static final int WIREGUARD = 51_820;

  @TempDir private Path directory;
  private final List<AutoCloseable> running = new ArrayList<>();
  private final List<Region> regions = new ArrayList<>();
  private Installation installation;
  private NetworkNamespace wan;

  /** A region: a gateway, a pod behind it, and the range that its peers know it by. */
  private final class Region {
    final String name;
    final int number;
    final String pod;
    final String known;
    final NetworkNamespace gateway = namespace();
    final NetworkNamespace place = namespace();
    final String device;
    String key = "";

    Region(String name, String pod, String known) {
      this.name = name;
      this.pod = pod;
      this.known = known;
      number = regions.size() + 1;
      device = "rb" + ProcessHandle.current().pid() % 1_000_000 + "." + number;
      regions.add(this);
    }

    /** The pod as other regions know it. */
    String knownPod() {
      return known.replace("0.0/16", pod.substring(pod.indexOf('.', 3) + 1));
    }

    String own() {
      return pod.substring(0, pod.indexOf('.', 3)) + ".0.0/16";
    }

    String overlay() {
      return "100.99.0." + number;
    }

    String service() {
      return "web.default.svc." + name + ".internal";
    }
  }

  @BeforeEach
  void prepare() throws IOException {
    for (String tool : List.of("wireguard-go", "wg", "nft", "busybox", "dig")) {
      NativeTool.find(tool);
    }
    installation = Installation.in(directory);
    wan = namespace();
    wan.sh("ip link add wan type bridge");
    wan.sh("ip link set wan up");
    for (Region region :
        List.of(
            new Region("mn", "10.42.7.5", "10.142.0.0/16"),
            new Region("fsn1", "10.42.7.5", "10.143.0.0/16"),
            new Region("hel1", "10.52.7.5", "10.52.0.0/16"))) {
      wire(region);
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  @Test
  void podsReachEachOtherByTheAliasesInAllDirections() throws IOException {
    for (Region region : regions) {
      configure(region, List.of());
      NativeProcess bridge =
          installation
              .command(region.gateway.prefix(), "serve", "--config", file(region).toString())
              .start();
      running.addFirst(bridge);
      bridge.awaitLine(Pattern.compile("^region-bridge ready"), Served.TIMEOUT);
      Matcher line = KEY.matcher(bridge.awaitLine(KEY, Served.TIMEOUT).replace("\\/", "/"));
      assertThat(line.find()).isTrue();
      region.key = line.group(1);
      Path who =
          Files.createDirectories(directory.resolve(region.name + "/cgi-bin")).resolve("who");
      Files.writeString(who, "#!/bin/sh\necho\necho %s $REMOTE_ADDR\n".formatted(region.name));
      assertThat(who.toFile().setExecutable(true)).isTrue();
      running.addFirst(
          region.place.start(
              "busybox",
              "httpd",
              "-f",
              "-p",
              region.pod + ":" + PORT,
              "-h",
              directory.resolve(region.name).toString()));
    }
    for (Region region : regions) {
      configure(region, regions.stream().filter(other -> other != region).toList());
    }
    for (Region from : regions) {
      for (Region to : regions) {
        if (from != to) {
          Served.await(
              "a name of " + to.name + " at " + from.name,
              () -> dig(from, to.service(), "A").equals(to.knownPod()));
          assertThat(dig(from, "-x " + to.knownPod(), "PTR"))
              .isEqualTo(to.knownPod().replace('.', '-') + "." + to.service() + ".");
          Served.await(
              "TCP from " + from.name + " to " + to.name, () -> !answer(from, to).isEmpty());
          assertThat(answer(from, to))
              .as("who is reached from %s, and the address that is seen there", from.name)
              .isEqualTo(to.name + " " + from.knownPod());
        }
      }
    }
    for (Region from : regions) {
      namesAreThoseOfTheAsker(from);
      for (Region to : regions) {
        if (from != to) {
          feedCarriesTheAlias(from, to);
          verify(from, to);
        }
      }
    }
    Region mn = regions.getFirst();
    assertThat(condition(mn, "AliasTranslation").path("status").asText()).isEqualTo("True");
    assertThat(condition(mn, "RegionsDistinct").path("status").asText()).isEqualTo("True");
    assertThat(condition(regions.getLast(), "AliasTranslation").isMissingNode()).isTrue();
    assertThat(mn.gateway.sh("wg show %s allowed-ips".formatted(mn.device)))
        .contains("10.143.0.0/16")
        .doesNotContain("10.42.");
    assertThat(status(mn).at("/region/aliasRanges/0/alias").asText()).isEqualTo(mn.known);

    // Somebody takes the table away, or puts a rule into it, and it is as it was.
    String table = mn.gateway.sh("nft list table ip region-bridge-alias");
    mn.gateway.sh("nft delete table ip region-bridge-alias");
    Served.await(
        "the translation is repaired",
        () -> mn.gateway.attempt("nft list table ip region-bridge-alias").isPresent());
    mn.gateway.sh("nft insert rule ip region-bridge-alias arrivals counter drop");
    Served.await(
        "the other rule is gone",
        () -> mn.gateway.sh("nft list table ip region-bridge-alias").equals(table));
    pathMtuIsDiscovered(regions.get(1), mn);

    // Without aliases, the table goes, and nobody else's.
    configure(mn, List.of(regions.getLast()), false);
    Served.await(
        "the translation is removed",
        () -> mn.gateway.attempt("nft list table ip region-bridge-alias").isEmpty());
    assertThat(mn.gateway.sh("nft list table ip cni")).contains("masquerade");
  }

  /**
   * A name over all regions leads to the own pods by their own addresses, to others' by aliases.
   */
  private void namesAreThoseOfTheAsker(Region from) throws IOException {
    for (Region to : regions) {
      String name = "only-%s.default.svc.any.internal".formatted(to.name);
      String address = other(from == to ? to.pod : to.knownPod());
      Served.await(
          "%s at %s is %s".formatted(name, from.name, address),
          () -> dig(from, name, "A").equals(address));
    }
    assertThat(dig(from, "web.default.svc.any.internal", "A").lines())
        .as("the pods of a headless Service of all regions at %s", from.name)
        .containsExactlyInAnyOrderElementsOf(
            regions.stream().map(to -> from == to ? to.pod : to.knownPod()).toList());
  }

  /** Of another pod in the same range. */
  private static String other(String pod) {
    return pod.replaceAll("5$", "6");
  }

  private static void feedCarriesTheAlias(Region from, Region to) {
    assertThat(
            from.gateway.run(
                "sh",
                "-c",
                "timeout 2 busybox wget -q -O - http://%s:8053/api/v1/directory; true"
                    .formatted(to.overlay())))
        .contains('"' + to.knownPod() + '"')
        .satisfies(feed -> {
          if (!to.known.equals(to.own())) {
            assertThat(feed).doesNotContain(to.pod);
          }
        });
  }

  private void verify(Region from, Region to) {
    try (NativeProcess verify =
        installation
            .command(from.gateway.prefix(), "verify", to.name, to.service() + ":" + PORT)
            .start()) {
      assertThat(verify.awaitEnd(Served.TIMEOUT)).as(verify.output()).isZero();
      assertThat(verify.output()).contains(to.knownPod() + ":" + PORT + " accepts connections");
      if (!from.known.equals(from.own())) {
        assertThat(verify.output())
            .contains("%s, known as %s: translated".formatted(from.own(), from.known));
      }
    }
  }

  /**
   * The last link is narrower than the overlay, so the far gateway says so by ICMP, and the pod
   * only believes an error about a packet of its own.
   */
  private void pathMtuIsDiscovered(Region from, Region to) throws IOException {
    to.gateway.sh("ip link set pods mtu 1300");
    Path much = Files.write(directory.resolve("much"), new byte[100_000]);
    String send = "timeout 2 busybox nc %s %d < %s".formatted(to.knownPod(), PORT, much);
    Served.await(
        "the pod knows the path's MTU",
        () -> {
          try (NativeProcess sending = from.place.start("sh", "-c", send)) {
            sending.awaitEnd(Served.TIMEOUT);
          }
          return from.place.sh("ip route get " + to.knownPod()).contains("mtu 1300");
        });
  }

  /** What a pod gets that connects to another region's pod. */
  private static String answer(Region from, Region to) {
    return from.place
        .attempt(
            "timeout 3 busybox wget -q -O - http://%s:%d/cgi-bin/who"
                .formatted(to.knownPod(), PORT))
        .orElse("")
        .strip();
  }

  private static String dig(Region at, String name, String type) {
    String server = "dig @%s -p 1053 +short +tries=1 +time=2 ".formatted(at.overlay());
    String question = name.startsWith("-x") ? name : name + " " + type;
    return at.gateway.attempt(server + question).orElse("").strip();
  }

  private void wire(Region region) {
    String end = "w" + region.number;
    wan.sh("ip link add %s type veth peer name wan netns %s".formatted(end, region.gateway.name()));
    wan.sh("ip link set %s master wan up".formatted(end));
    region.gateway.sh("ip address add 192.0.2.%d/24 dev wan".formatted(region.number));
    region.gateway.sh("ip link set wan up");
    String podSide = region.place.name();
    region.gateway.sh("ip link add pods type veth peer name eth0 netns " + podSide);
    String gateway = region.pod.replaceAll("5$", "1");
    region.gateway.sh("ip address add %s/24 dev pods".formatted(gateway));
    region.gateway.sh("ip link set pods up");
    region.gateway.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    // Connection tracking is there, as on every node of a cluster.
    region.gateway.sh("nft add table ip cni");
    region.gateway.run("nft", "add chain ip cni post { type nat hook postrouting priority 100 ; }");
    region.gateway.sh("nft add rule ip cni post oifname wan masquerade");
    region.place.sh("ip address add %s/24 dev eth0".formatted(region.pod));
    region.place.sh("ip link set eth0 up");
    region.place.sh("ip route add default via " + gateway);
  }

  private Path file(Region region) {
    return directory.resolve(region.name + ".yaml");
  }

  private void configure(Region region, List<Region> peers) throws IOException {
    configure(region, peers, !region.known.equals(region.own()));
  }

  private void configure(Region region, List<Region> peers, boolean aliased) throws IOException {
    StringBuilder declared = new StringBuilder();
    for (Region peer : peers) {
      declared.append(
          """
            - {name: %s, %s, gateways: [%s],
               wireguard: {publicKey: %s, endpoint: "192.0.2.%d:%d", persistentKeepalive: 1}}
          """
              .formatted(
                  peer.name,
                  ranges(region, peer),
                  peer.overlay(),
                  peer.key,
                  peer.number,
                  WIREGUARD));
    }
    Files.writeString(
        directory.resolve(region.name + "-services.yaml"),
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {clusterIP: None, ports: [{name: main, port: %1$d}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: web-1, namespace: default, labels: {kubernetes.io/service-name: web}}
        addressType: IPv4
        ports: [{name: main, port: %1$d}]
        endpoints: [{addresses: [%2$s], conditions: {ready: true}}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: only-%3$s, namespace: default}
        spec: {ports: [{name: main, port: %1$d}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          {name: only-1, namespace: default, labels: {kubernetes.io/service-name: only-%3$s}}
        addressType: IPv4
        ports: [{name: main, port: %1$d}]
        endpoints: [{addresses: [%4$s], conditions: {ready: true}}]
        """
            .formatted(PORT, region.pod, region.name, other(region.pod)));
    String aliases =
        aliased
            ? ", aliasRanges: [{range: %s, alias: %s}]".formatted(region.own(), region.known)
            : "";
    Files.writeString(
        file(region),
        """
        region: {name: %1$s, podCIDRs: [%2$s]%3$s}
        dns: {threads: 1, drain: 0s}
        overlay: {mode: manage, interface: "%4$s", address: %5$s/24, listenPort: %6$d, keys: k%1$s}
        kubernetes: {enabled: false}
        directory: {files: [%1$s-services.yaml]}
        regions:
        %7$s
        """
            .formatted(
                region.name,
                region.own(),
                aliases,
                region.device,
                region.overlay(),
                WIREGUARD,
                declared.isEmpty() ? "  []" : declared));
  }

  /**
   * The first region is told of the second's own range and its alias, the third of aliases only.
   */
  private String ranges(Region region, Region peer) {
    return region == regions.getFirst() && !peer.known.equals(peer.own())
        ? "podCIDRs: [%1$s], aliasRanges: [{range: %1$s, alias: %2$s}]"
            .formatted(peer.own(), peer.known)
        : "podCIDRs: [%s]".formatted(peer.known);
  }

  private NetworkNamespace namespace() {
    NetworkNamespace made = NetworkNamespace.create();
    running.add(made);
    return made;
  }

  private static JsonNode status(Region region) throws IOException {
    return JSON.readTree(
        region
            .gateway
            .attempt("busybox wget -q -O - http://127.0.0.1:8053/api/v1/status")
            .orElse("{}"));
  }

  private static JsonNode condition(Region region, String type) throws IOException {
    for (JsonNode condition : status(region).path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return JSON.missingNode();
  }
}
