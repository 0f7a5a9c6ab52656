package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two regions as operators have them: each with an API server, a CoreDNS that is asked, and bridges
 * that were given a region's name; each knows the other by a Region object. The bridges run with
 * the rights of the chart's Roles.
 */
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServeInClusterIT {
  private static final String WEB = "web.default.svc.mn.internal";

  @TempDir private static Path directory;
  private static final List<AutoCloseable> RUNNING = new ArrayList<>();
  private static final String NET = network();

  private static Installation installation;
  private static RegionCluster fsn1;
  private static RegionCluster mn;
  private static Served here;
  private static Served there1;
  private static Served there2;
  private static NativeProcess coreDns;
  private static int coreDnsPort;
  private static Duration start;

  /** Addresses of loopback that nobody else uses at the same time. */
  private static String network() {
    long pid = ProcessHandle.current().pid();
    return "127.%d.%d.".formatted(64 + pid / 250 % 128, 1 + pid % 250);
  }

  @BeforeAll
  static void start() throws IOException {
    Path program = NativeTool.find("coredns");
    NativeTool.find("dig");
    installation = Installation.in(directory);
    fsn1 = RegionCluster.start("10.43.0.0/16");
    RUNNING.addFirst(fsn1);
    mn = RegionCluster.start("10.53.0.0/16");
    RUNNING.addFirst(mn);
    fsn1.routerNode("f1", NET + "1", "10.42.0.0/24");
    mn.routerNode("m1", NET + "11", "10.52.0.0/24");
    mn.routerNode("m2", NET + "12", "10.52.1.0/24");
    mn.service("web", 80);
    mn.pods("web", 80, "10.52.0.7");
    fsn1.region("mn", "{podCIDRs: [10.52.0.0/16], gateways: ['%1$s11', '%1$s12']}".formatted(NET));
    mn.region("fsn1", "{podCIDRs: [10.42.0.0/16], gateways: ['%s1']}".formatted(NET));
    coreDnsPort = FreePorts.next();
    fsn1.corefile(".:%d {\n    errors\n    forward . 127.0.0.1:1\n}\n".formatted(coreDnsPort));
    Path corefile = Files.writeString(directory.resolve("Corefile"), fsn1.corefile());
    coreDns = NativeProcess.start(program, "-conf", corefile.toString());
    RUNNING.addFirst(coreDns);
    coreDns.awaitPort(
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), coreDnsPort), Served.TIMEOUT);

    there1 = serve(mn, "mn", "m1", NET + "11");
    there2 = serve(mn, "mn", "m2", NET + "12");
    there1.awaitReady();
    there2.awaitReady();
    here = serve(fsn1, "fsn1", "f1", NET + "1");
    start =
        Served.await(
            "a name of the peer through CoreDNS",
            () -> {
              carryCorefile(corefile);
              return dig(WEB).equals(List.of("10.52.0.7"));
            });
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable each : RUNNING) {
      each.close();
    }
  }

  @Test
  @Order(1)
  void namesResolveAcrossThroughCoreDnsSoonAfterTheStart() throws IOException {
    System.out.println("names across through CoreDNS " + start.toMillis() + " ms after the start");
    JsonNode status = here.status();
    assertThat(status.at("/region/podCIDRs/0").asText()).isEqualTo("10.42.0.0/24");
    assertThat(status.at("/region/serviceCIDRs/0").asText()).isEqualTo("10.43.0.0/16");
    assertThat(status.at("/peers/0/sources/0").asText()).isEqualTo("region-object");
    Served.await("this node is the active gateway", () -> here.active("f1"));
    assertThat(here.condition("APIServerCurrent").path("status").asText()).isEqualTo("True");
    Served.await(
        "the Region says that it is ready",
        () -> fsn1.region("mn").at("/status/gatewaysUp").asText().equals("2/2"));
    assertThat(here.get("/metrics").body()).contains("\nregion_bridge_active_gateway 1.0\n");
    assertThat(here.process().output()).doesNotContain("forbidden");
  }

  @Test
  @Order(2)
  void aPodThatIsAddedIsInThePeersAnswersWithinTheirTimeToLive() {
    mn.pods("web", 80, "10.52.0.7", "10.52.1.8");
    Duration took =
        Served.await("both pods", () -> dig(WEB).equals(List.of("10.52.0.7", "10.52.1.8")));
    System.out.println("a new pod was in the peer's answers after " + took.toMillis() + " ms");
  }

  @Test
  @Order(3)
  void whenTheActiveGatewayDiesAnotherOneTakesOverAndNamesGoOn() {
    Served.await("one is active", () -> there1.active("m1") != there2.active("m2"));
    boolean first = there1.active("m1");
    (first ? there1 : there2).process().kill();
    Served left = first ? there2 : there1;
    Duration took = Served.await("the other one is", () -> left.active(first ? "m2" : "m1"));
    System.out.println("another gateway was active after " + took.toMillis() + " ms");
    assertThat(dig(WEB)).isNotEmpty();
  }

  @Test
  @Order(4)
  void whenTheApiServerIsGoneEverythingStaysAsItWasAndAConditionSaysSinceWhen() throws IOException {
    fsn1.server().kill();
    Served.await(
        "the condition says so",
        () -> here.condition("APIServerCurrent").path("status").asText().equals("False"));
    assertThat(here.condition("APIServerCurrent").path("lastTransitionTime").asText()).isNotEmpty();
    assertThat(here.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(dig(WEB)).isNotEmpty();
    fsn1.server().restart();
    Served.await(
        "it is well again",
        () -> here.condition("APIServerCurrent").path("status").asText().equals("True"));
  }

  @Test
  @Order(5)
  void onSigtermTheRoleIsGivenAwayAndTheProcessEndsWell() throws IOException {
    Served.await("this node is the active gateway", () -> here.active("f1"));
    here.process().signal("TERM");
    Served.await(
        "the RouterNode says that it is on standby",
        () -> fsn1.routerNode("f1").at("/status/role").asText().equals("Standby"));
    assertThat(here.process().awaitEnd(Served.TIMEOUT)).isZero();
    assertThat(here.process().output()).contains("handing the role of the active gateway over");
  }

  private static Served serve(RegionCluster cluster, String region, String node, String address)
      throws IOException {
    Path kubeconfig =
        Files.writeString(directory.resolve("kubeconfig-" + node), cluster.kubeconfig());
    Path config =
        Files.writeString(
            directory.resolve(node + ".yaml"),
            """
            region: {name: %1$s}
            dns: {listen: ['%2$s:1053'], threads: 1, drain: 2s}
            overlay: {mode: none}
            admin: {listen: '%2$s:8053'}
            """
                .formatted(region, address));
    NativeProcess process =
        installation
            .command(List.of(), "serve", "--config", config.toString())
            .environment("NODE_NAME", node)
            .environment("POD_NAMESPACE", "region-bridge")
            .environment("KUBECONFIG", kubeconfig.toString())
            .start();
    RUNNING.addFirst(process);
    return new Served(process, address);
  }

  /** What the kubelet and CoreDNS's own look at its file do, without their half minute. */
  private static void carryCorefile(Path file) throws IOException {
    String wanted = fsn1.corefile();
    if (!Files.readString(file).equals(wanted)) {
      Files.writeString(file, wanted);
      coreDns.signal("USR1");
    }
  }

  private static List<String> dig(String name) {
    try (NativeProcess dig =
        NativeProcess.start(
            NativeTool.find("dig"),
            "@127.0.0.1",
            "-p",
            Integer.toString(coreDnsPort),
            "+short",
            "+tries=1",
            "+time=2",
            name,
            "A")) {
      dig.awaitEnd(Served.TIMEOUT);
      return dig.output().lines().filter(l -> l.matches("[0-9.]+")).sorted().toList();
    }
  }
}
