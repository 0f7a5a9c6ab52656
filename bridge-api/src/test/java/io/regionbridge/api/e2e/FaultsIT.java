package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.regionbridge.api.page.StatusPage;
import io.regionbridge.testkit.NativeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator sees of each thing that goes wrong, within five seconds and in all places: on
 * the page, in Chromium, in {@code status}, in {@code doctor} and in a metric; each time with what
 * it is, since when, and what to do.
 */
@Timeout(240)
class FaultsIT {
  /** From the fault to all of the places, on a machine that has time; printed, not decided by. */
  private static final Duration SOON = Duration.ofSeconds(5);

  private static final String NET = network();

  @TempDir private static Path directory;
  @TempDir private Path profile;
  private static final List<AutoCloseable> RUNNING = new ArrayList<>();
  private static Installation installation;
  private static RegionCluster cluster;

  /** Addresses of loopback that nobody else uses at the same time. */
  private static String network() {
    long pid = ProcessHandle.current().pid();
    return "127.%d.%d.".formatted(192 + pid / 250 % 60, 1 + pid % 250);
  }

  @BeforeAll
  static void start() throws IOException {
    installation = Installation.in(directory);
    cluster = RegionCluster.start("10.43.0.0/16");
    RUNNING.addFirst(cluster);
    cluster.routerNode("f1", NET + "1", "10.42.0.0/24");
    cluster.corefile(".:53 {\n    forward . 127.0.0.1:1\n}\n");
    cluster.region(
        "mn", "{podCIDRs: [10.52.0.0/16], gateways: ['%1$s11', '%1$s12']}".formatted(NET));
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable each : RUNNING) {
      each.close();
    }
  }

  @AfterEach
  void grantAllRights() throws Exception {
    cluster.grant();
  }

  @Test
  void aGatewayThatDiesAndRangesThatCollide() throws Exception {
    Served first = standalone("m1", NET + "11");
    Served second = standalone("m2", NET + "12");
    first.awaitReady();
    second.awaitReady();
    try (Served here = clustered("f1", cluster.kubeconfig());
        StatusPage page = StatusPage.open(profile, url(here.awaitReady()))) {
      Served.await("nothing is wrong", () -> here.status().path("faults").isEmpty());
      page.awaitCalm();
      assertThat(status(here)).doesNotContain("failure", "warning");
      assertThat(here.get("/metrics").body())
          .contains(
              "region_bridge_gateway_up{gateway=\"%s11:1053\",region=\"mn\"} 1.0".formatted(NET),
              "region_bridge_condition_ok{region=\"mn\",type=\"CIDRConflict\"} 1.0");

      long killed = System.nanoTime();
      first.process().kill();
      shown(
          here,
          page,
          killed,
          "gateway",
          "mn: gateway down",
          "region mn: %s11:1053 is down: ".formatted(NET),
          "names still resolve by the other gateway",
          "region_bridge_gateway_up{gateway=\"%s11:1053\",region=\"mn\"} 0.0".formatted(NET));

      long declared = System.nanoTime();
      cluster.region("twin", "{podCIDRs: [10.52.128.0/17], gateways: ['%s13']}".formatted(NET));
      shown(
          here,
          page,
          declared,
          "CIDRConflict",
          ": address ranges collide",
          "10.52.128.0/17",
          "give one of the two another range",
          "region_bridge_condition_ok{region=\"twin\",type=\"CIDRConflict\"} 0.0");
      // The one that had the range keeps it, and the newcomer gets no part of it.
      page.shows("#plan", "10.52.0.0/16 mn pods nothing");
      page.looksWell("ranges-collide");
      cluster.withdraw("twin");
      Served.await("one fault is left", () -> here.status().path("faults").size() == 1);
      second.process().kill();
      Served.await(
          "nobody is left",
          () ->
              fault(here, "DNSReachable")
                  .path("message")
                  .asText()
                  .contains("no reachable gateway"));
      page.tells(
          "mn: DNS not reachable",
          "no reachable gateway of region mn",
          "check whether its bridge runs");
      page.complainsOfNothing();
    }
  }

  /** Taken away while the bridge runs, and whether it is needed just now or not. */
  @Test
  void aRightThatTheBridgeLacks() throws Exception {
    try (Served here = clustered("f1", cluster.kubeconfig());
        StatusPage page = StatusPage.open(profile, url(here.awaitReady()))) {
      Served.await(
          "all rights are there",
          () -> here.condition("RightsGranted").path("status").asText().equals("True"));
      for (String[] right :
          new String[][] {
            {"cluster", "endpointslices", "watch", "watch endpointslices.discovery.k8s.io"},
            {"cluster", "regions/status", "patch", "patch regions/status.region-bridge.io"},
            {"system", "configmaps", "update", "update configmaps coredns in kube-system"},
            {"namespace", "leases", "update", "update leases.coordination.k8s.io region-bridge"},
          }) {
        long withheld = System.nanoTime();
        cluster.withhold(right[0], right[1], right[2]);
        shown(
            here,
            page,
            withheld,
            "RightsGranted",
            "a right is missing",
            right[3],
            "add the right to the Role",
            "region_bridge_condition_ok{region=\"fsn1\",type=\"RightsGranted\"} 0.0");
        if (right[1].equals("endpointslices")) {
          page.looksWell("right-missing");
        }
        cluster.grant();
        Served.await("it is given again", () -> fault(here, "RightsGranted").isMissingNode());
      }
      page.complainsOfNothing();
    }
  }

  /** From the start, when nothing was there before that would hold for a while. */
  @Test
  void aRightThatIsMissingFromTheStartIsNamedByWhatNeedsIt() throws IOException {
    cluster.withhold("cluster", "endpointslices", "watch");
    try (Served here = clustered("f1", cluster.kubeconfig())) {
      Served.await(
          "the right is named, and what needs it",
          () ->
              fault(here, "RightsGranted")
                  .path("details")
                  .toString()
                  .contains("give the ServiceAccount the verb watch on endpointslices"));
      assertThat(status(here).replaceAll("\\s+", " "))
          .containsPattern(
              "^failure RightsGranted: [^:]+ lacks 1 of \\d+ rights: watch"
                  + " endpointslices\\.discovery");
      assertThat(doctor(here)).contains("may not watch endpointslices.discovery.k8s.io → ");
    } finally {
      cluster.grant();
    }
  }

  /** All four places tell of it before too long. */
  private static void shown(
      Served here,
      StatusPage page,
      long since,
      String about,
      String title,
      String message,
      String remedy,
      String metric)
      throws IOException {
    Served.await(
        about + " among the faults",
        () -> fault(here, about).path("message").asText().contains(message));
    JsonNode fault = fault(here, about);
    assertThat(fault.path("remedy").asText()).contains(remedy);
    assertThat(Instant.parse(fault.path("since").asText()))
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    AtomicReference<String> metrics = new AtomicReference<>("");
    Served.await(
        metric,
        () -> {
          metrics.set(here.get("/metrics").body());
          return metrics.get().contains(metric);
        });
    page.tells(title, message, remedy);
    Duration took = Duration.ofNanos(System.nanoTime() - since);
    assertThat(status(here)).contains(about + ": ").containsPattern("\\(for \\d+s\\)");
    assertThat(doctor(here)).containsPattern("(failure|warning)  " + about + ": ");
    System.out.println(
        "%s was told after %d ms; %d ms are meant"
            .formatted(about, took.toMillis(), SOON.toMillis()));
  }

  private static JsonNode fault(Served here, String about) {
    for (JsonNode fault : here.status().path("faults")) {
      if (fault.path("about").asText().equals(about)) {
        return fault;
      }
    }
    return MissingNode.getInstance();
  }

  private static String url(Served here) {
    return "http://%s:8053".formatted(here.address());
  }

  private static String status(Served here) {
    return command(Map.of(), "status", "--url", url(here));
  }

  private static String doctor(Served here) throws IOException {
    Path administrator =
        Files.writeString(directory.resolve("admin"), cluster.server().adminKubeconfig());
    return command(
        Map.of("KUBECONFIG", administrator.toString()),
        "doctor",
        "--url",
        url(here),
        "--context",
        "test",
        "-n",
        "region-bridge");
  }

  private static String command(Map<String, String> environment, String... arguments) {
    NativeProcess.Command command = installation.command(List.of(), arguments);
    environment.forEach(command::environment);
    try (NativeProcess process = command.start()) {
      process.awaitEnd(Served.TIMEOUT);
      return process.output();
    }
  }

  private static Served standalone(String node, String address) throws IOException {
    Path config =
        Files.writeString(
            directory.resolve(node + ".yaml"),
            """
            region: {name: mn, podCIDRs: [10.52.0.0/16]}
            dns: {listen: ['%1$s:1053'], threads: 1, drain: 0s}
            overlay: {mode: none}
            kubernetes: {enabled: false}
            admin: {listen: '%1$s:8053'}
            """
                .formatted(address));
    NativeProcess process =
        installation.command(List.of(), "serve", "--config", config.toString()).start();
    RUNNING.addFirst(process);
    return new Served(process, address);
  }

  private static Served clustered(String node, String kubeconfig) throws IOException {
    Path credentials = Files.writeString(directory.resolve("kubeconfig"), kubeconfig);
    Path config =
        Files.writeString(
            directory.resolve(node + ".yaml"),
            """
            region: {name: fsn1}
            dns: {listen: ['%1$s1:1053'], threads: 1, drain: 0s}
            overlay: {mode: none}
            egress: {engine: none}
            admin: {listen: '%1$s1:8053'}
            """
                .formatted(NET));
    NativeProcess process =
        installation
            .command(List.of(), "serve", "--config", config.toString())
            .environment("NODE_NAME", node)
            .environment("POD_NAMESPACE", "region-bridge")
            .environment("KUBECONFIG", credentials.toString())
            .start();
    RUNNING.addFirst(process);
    return new Served(process, NET + "1");
  }
}
