package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new user installs both regions from the README, by its commands as they stand there, and goes
 * on with other pages. The clusters have a real kubelet, containerd, control plane, registry and
 * CoreDNS each. In NetBird's place is a device {@code wt0} of wireguard-go with the peers and
 * routes that its agents make; in Cilium's its settings and definitions without agents: the router
 * node, the only one, carries the pods' packets by its own routes.
 */
@Timeout(1200)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PagesOnClustersIT {
  /** Those whose commands, but for what {@code .ci/docs-not-run} names, run here. */
  static final List<String> PAGES =
      List.of(
          "README.md",
          "docs/install/cluster.md",
          "docs/operate/alerts.md",
          "docs/operate/troubleshooting.md",
          "docs/operate/upgrade.md",
          "docs/reference/http.md",
          "charts/region-bridge/README.md");

  private static final Page README = Page.of("README.md");
  private static final String UNINSTALL = "helm uninstall region-bridge --namespace region-bridge";

  @TempDir private static Path directory;
  private static final List<Region> REGIONS = new ArrayList<>();
  private static Region mn;
  private static Region fsn1;

  /** A cluster, and the user who looks after it. */
  private record Region(
      String name, KubeletNode.Place place, String overlay, KubeletNode node, Checkout checkout) {

    static Region start(String name, String peer, KubeletNode.Place place, String overlay)
        throws IOException {
      Path logs = Files.createDirectories(directory.resolve(name));
      KubeletNode node = KubeletNode.start(logs, place);
      Cluster cluster = new Cluster(node.prefix(), Image.version());
      Map<String, Supplier<String>> words =
          Map.of(
              "REGISTRY", () -> "127.0.0.1:5000",
              "VERSION", Image::version,
              "NODE", node::name,
              "SERVICE", () -> "web-" + peer,
              "NAMESPACE", () -> "shop",
              "PORT", () -> "8080",
              "POD", () -> pod(cluster));
      return new Region(
          name,
          place,
          overlay,
          node,
          Checkout.in(directory.resolve(name + "-checkout"), cluster, words));
    }

    private static String pod(Cluster cluster) {
      return cluster
          .bridgeKubectl(
              "get",
              "pods",
              "-l",
              "app.kubernetes.io/component=bridge",
              "-o",
              "jsonpath={.items[0].metadata.name}")
          .succeeded();
    }

    Cluster cluster() {
      return checkout.cluster();
    }

    /** What the other region's commands are here: each release has its own name for its region. */
    String ours(String command) {
      return command.replace("region.name=mn", "region.name=" + name);
    }

    /** The commands of a block of the README, as this region's user types them. */
    void follow(int block) {
      List<String> commands = blocks(README).get(block).commandsToRun();
      commands.forEach(command -> checkout.succeeds(README, ours(command)));
    }

    void apply(String name, String manifest) throws IOException {
      Path file = directory.resolve(this.name + "-" + name + ".yaml");
      Files.writeString(file, manifest, UTF_8);
      cluster().kubectl("apply", "--server-side", "-f", file.toString()).succeeded();
    }

    String shell(String script) {
      return cluster().run(Path.of("/bin/bash"), "-euc", script).succeeded().strip();
    }

    /** CoreDNS as k3s has it, of which no more runs than what forwards to the bridges. */
    void startCoreDns() throws IOException {
      apply(
          "coredns",
          """
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: coredns, namespace: kube-system }
          data:
            Corefile: |
              .:53 {
                  errors
                  reload 2s
                  import /etc/coredns/custom/*.override
              }
              import /etc/coredns/custom/*.server
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: coredns, namespace: kube-system, labels: { k8s-app: kube-dns } }
          spec:
            selector: { matchLabels: { k8s-app: kube-dns } }
            template:
              metadata: { labels: { k8s-app: kube-dns } }
              spec:
                hostNetwork: true
                dnsPolicy: Default
                terminationGracePeriodSeconds: 0
                containers:
                  - name: coredns
                    image: %s
                    imagePullPolicy: Never
                    command: [/coredns, -conf, /etc/coredns/Corefile]
                    volumeMounts:
                      - { name: program, mountPath: /coredns }
                      - { name: lib, mountPath: /lib }
                      - { name: lib64, mountPath: /lib64 }
                      - { name: corefile, mountPath: /etc/coredns }
                      - { name: custom, mountPath: /etc/coredns/custom }
                volumes:
                  - { name: program, hostPath: { path: "%s" } }
                  - { name: lib, hostPath: { path: /lib } }
                  - { name: lib64, hostPath: { path: /lib64 } }
                  - { name: corefile, configMap: { name: coredns } }
                  - { name: custom, configMap: { name: coredns-custom, optional: true } }
          """
              .formatted(KubeletNode.BUSYBOX_IMAGE, NativeTool.find("coredns").toRealPath()));
    }

    /** What the API server has of a Cilium that carries egress policies out. */
    void showCilium() throws IOException {
      apply(
          "cilium",
          """
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: cilium-config, namespace: kube-system }
          data:
            enable-egress-gateway: "true"
            enable-bpf-masquerade: "true"
            kube-proxy-replacement: "true"
            identity-allocation-mode: crd
            ipam: cluster-pool
            cluster-pool-ipv4-cidr: %s
            cluster-pool-ipv4-mask-size: "24"
          """
              .formatted(place.pods()));
      cluster()
          .kubectl(
              "apply",
              "--server-side",
              "-f",
              Page.ROOT
                  .resolve(
                      "bridge-router/src/test/resources/io/regionbridge/router/egress/cilium/"
                          + "ciliumegressgatewaypolicies-1.20.2.yaml")
                  .toString())
          .succeeded();
    }

    /** A Service with a pod that really answers. */
    void startWorkload() throws IOException {
      apply(
          "web",
          """
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: web-%1$s, namespace: shop }
          spec: { selector: { app: web }, ports: [{ port: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: web, namespace: shop }
          spec:
            selector: { matchLabels: { app: web } }
            template:
              metadata: { labels: { app: web } }
              spec:
                terminationGracePeriodSeconds: 0
                containers:
                  - name: web
                    image: %2$s
                    imagePullPolicy: Never
                    command: [/busybox, httpd, -f, -p, "8080", -h, /bin]
          """
              .formatted(name, KubeletNode.BUSYBOX_IMAGE));
      for (String deployment : List.of("kube-system/coredns", "shop/web")) {
        String[] parts = deployment.split("/", 2);
        cluster()
            .kubectl(
                "-n", parts[0], "rollout", "status", "deployment/" + parts[1], "--timeout=120s")
            .succeeded();
      }
    }

    /** The address of the pod. */
    String webAddress() {
      return cluster()
          .kubectl(
              "-n",
              "shop",
              "get",
              "pods",
              "-l",
              "app=web",
              "-o",
              "jsonpath={.items[0].status.podIP}")
          .succeeded();
    }

    /** The device of NetBird's agent, on a node that forwards packets; prints its public key. */
    String startOverlay() {
      return shell(
          """
          cd /run
          wireguard-go wt0 >/dev/null 2>&1
          (umask 077 && wg genkey >wt0.key)
          wg set wt0 private-key wt0.key listen-port 51820
          ip address add %s/16 dev wt0
          ip link set wt0 mtu 1280 up
          echo 1 >/proc/sys/net/ipv4/ip_forward
          for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 2 >"$file"; done
          wg pubkey <wt0.key
          """
              .formatted(overlay));
    }

    /** The peer's router node has the peer's range. */
    void routeTo(Region peer, String key) {
      shell(
          "wg set wt0 peer '%s' endpoint %s:51820 allowed-ips %s/32,%s && ip route add %s dev wt0"
              .formatted(
                  key, peer.place.address(), peer.overlay, peer.place.pods(), peer.place.pods()));
    }

    void awaitReady(String peer) {
      ChartScenario.await(
          () -> "region " + peer + " in " + name + ", which says:\n" + status(),
          () -> {
            Helm.Run run = cluster().kubectl("get", "region", peer, "-o", "json");
            return run.exitCode() == 0 && isReady(Chart.parse(run.output()));
          });
    }

    /** Nobody has declared the peer, so there is no object that says it. */
    void awaitDiscovered(String peer) {
      ChartScenario.await(
          () -> "region " + peer + " found by " + name + ", which says:\n" + status(),
          () -> {
            Helm.Run run = bridgeStatus("-o", "json");
            return run.exitCode() == 0
                && Chart.parse(run.output())
                    .at("/peers")
                    .valueStream()
                    .filter(region -> region.at("/name").asText().equals(peer))
                    .flatMap(region -> region.at("/gateways").valueStream())
                    .anyMatch(gateway -> gateway.at("/state").asText().equals("up"));
          });
    }

    String status() {
      return bridgeStatus().output();
    }

    private Helm.Run bridgeStatus(String... options) {
      return cluster()
          .bridgeKubectl(
              Stream.concat(
                      Stream.of("exec", "daemonset/region-bridge", "--", "region-bridge", "status"),
                      Stream.of(options))
                  .toArray(String[]::new));
    }

    /** CoreDNS loads its configuration some time after it was written. */
    void awaitCoreDns(String name) {
      ChartScenario.await(
          name + " from CoreDNS in " + this.name,
          () ->
              !cluster()
                  .run(NativeTool.find("dig"), "+short", "@" + place.address(), name)
                  .output()
                  .isBlank());
    }

    private static boolean isReady(JsonNode region) {
      return region
          .at("/status/conditions")
          .valueStream()
          .anyMatch(condition ->
              condition.at("/type").asText().equals("Ready")
                  && condition.at("/status").asText().equals("True"));
    }
  }

  /** The blocks of a page that have commands, as pages of one block. */
  private static List<Page> blocks(Page page) {
    return page.blocks().stream()
        .filter(block -> block.language().equals("sh"))
        .map(block -> new Page(page.name(), "```sh\n" + String.join("\n", block.lines()) + "\n```"))
        .toList();
  }

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(
        Image.tarball().isPresent(),
        "there is no image: mvn -Pimage verify makes one and tests it");
    for (String tool : List.of("coredns", "wireguard-go", "wg", "helm", "curl")) {
      NativeTool.find(tool);
    }
    CompletableFuture<Region> meanwhile =
        CompletableFuture.supplyAsync(
            () -> region("fsn1", "mn", KubeletNode.Place.SECOND, "100.64.0.21"));
    try {
      mn = region("mn", "fsn1", KubeletNode.Place.FIRST, "100.64.0.11");
    } finally {
      fsn1 = meanwhile.join();
    }
    mn.node().join(fsn1.node());
    String keyOfMn = mn.startOverlay();
    mn.routeTo(fsn1, fsn1.startOverlay());
    fsn1.routeTo(mn, keyOfMn);
    for (Region region : REGIONS) {
      region.showCilium();
      region.startCoreDns();
      region.startWorkload();
    }
  }

  private static Region region(String name, String peer, KubeletNode.Place place, String overlay) {
    try {
      Region region = Region.start(name, peer, place, overlay);
      synchronized (REGIONS) {
        REGIONS.add(region);
      }
      return region;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() {
    REGIONS.forEach(region -> region.node().close());
  }

  @Test
  @Order(1)
  void readmeInstallsTwoRegionsThatReachEachOther() {
    mn.follow(0);
    fsn1.follow(0);
    mn.awaitDiscovered("fsn1");
    fsn1.awaitDiscovered("mn");
    mn.awaitCoreDns("web-fsn1.shop.svc.fsn1.internal");
    fsn1.awaitCoreDns("web-mn.shop.svc.mn.internal");

    for (String command : blocks(README).get(1).commandsToRun()) {
      String printed = mn.checkout().succeeds(README, command);
      // The same from the other side, whose peer is mn.
      String there = fsn1.checkout().succeeds(README, command.replace("fsn1", "mn"));
      if (command.contains("nslookup")) {
        assertThat(printed).contains(fsn1.webAddress());
        assertThat(there).contains(mn.webAddress());
      }
    }
    for (Region region : REGIONS) {
      assertThat(region.status()).as("no fault comes first").startsWith("region " + region.name);
      assertThat(
              region
                  .checkout()
                  .run("helm test region-bridge --namespace region-bridge")
                  .succeeded())
          .contains("Succeeded");
    }
  }

  @Test
  @Order(2)
  void pagesForOperatorsAskTheRunningBridge() {
    mn.checkout().follow(Page.of("docs/operate/troubleshooting.md"));
    mn.checkout().follow(Page.of("docs/operate/alerts.md"));
    Page http = Page.of("docs/reference/http.md");
    for (String command : http.commandsToRun()) {
      assertThat(mn.checkout().succeeds(http, command)).contains("\"start\"", "web-mn");
    }
    mn.checkout().follow(Page.of("docs/operate/upgrade.md"));
  }

  @Test
  @Order(3)
  void readmeUninstalls() {
    assertThat(README.text()).contains("`" + UNINSTALL + "`");
    mn.checkout().succeeds(README, UNINSTALL);
    assertThat(mn.cluster().kubectl("get", "routernodes", "-o", "name").succeeded()).isBlank();
    assertThat(
            mn.cluster()
                .kubectl("-n", "kube-system", "get", "configmap", "coredns-custom", "-o", "yaml")
                .output())
        .doesNotContain("fsn1.internal");
  }

  @Test
  @Order(4)
  void installPageInstallsAndUninstalls() throws IOException {
    Page page = Page.of("docs/install/cluster.md");
    mn.checkout().follow(page);
    assertThat(mn.cluster().kubectl("get", "routernodes", "-o", "name").succeeded()).isBlank();
  }

  @Test
  @Order(5)
  void readmeOfTheChartInstallsWithDeclaredRegions() throws IOException {
    Page page = Page.of("charts/region-bridge/README.md");
    mn.checkout().write(page, "regions.yaml");
    mn.checkout().follow(page);
    mn.awaitReady("fsn1");
    for (Region region : REGIONS) {
      region.checkout().succeeds(README, UNINSTALL);
    }
  }
}
