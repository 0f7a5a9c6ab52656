package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.diagnosis.BridgeChecks;
import io.regionbridge.api.diagnosis.InstalledRelease;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.settings.RegionSettings.Release;
import io.regionbridge.testkit.FreePorts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  private static final String NOW = "2026-01-01T12:00:00Z";

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void checksABridgeWithoutACluster() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      String url = RegionPair.url(regions.fsn1());
      assertThat(run("doctor", "--url", url)).as(out.toString()).isEqualTo(ExitCode.OK);
      assertThat(out.toString())
          .contains("skipped  cluster: --url names a bridge; name a cluster with --context\n")
          .contains("ok       bridge: region fsn1 is ready");
      assertThat(run("doctor", "--url", url, "-o", "json")).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("\"state\" : \"SKIPPED\"");
    }
  }

  @Test
  void failsWhenThereIsNoBridgeAndSaysWhatToDo() {
    String url = "http://127.0.0.1:" + FreePorts.next();
    assertThat(run("doctor", "--url", url)).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString())
        .containsPattern("failure  bridge: no bridge answers at " + url + ": .* → start one, or");
  }

  @Test
  void saysThatThereIsNoKubeconfig() {
    run("doctor");
    assertThat(out.toString()).contains("skipped  cluster: there is no kubeconfig; name one in");
  }

  @Test
  void mendsEverythingThatAStatusMayTell() {
    List<Check> checks =
        BridgeChecks.of(
            status(
                List.of(new Condition("ConfigAccepted", "False", "X", "the file was refused", NOW)),
                List.of(
                    peer(
                        List.of(
                            new Condition("CIDRConflict", "True", "Overlap", "a and b overlap")),
                        gateway("up"),
                        gateway("down"))),
                List.of(
                    tunnel("up", "2026-01-01T11:59:10Z"),
                    tunnel("idle", "2026-01-01T11:00:00Z"),
                    tunnel("down", null)),
                List.of(
                    new BridgeStatus.Policy(
                        "region-bridge-mn", "mn", List.of("10.52.0.0/16"), "n1", "active", ""),
                    new BridgeStatus.Policy(
                        "region-bridge-lab", "lab", List.of(), "", "blocked", "Cilium is off"))),
            "0.1.0",
            asked(9, 12));
    assertThat(DoctorText.lines(checks))
        .contains(
            "ok       bridge: region fsn1 is ready, version 0.1.0",
            "failure  ConfigAccepted: the file was refused (for 0s) → run region-bridge"
                + " check-config --config FILE and correct the file; the bridge then reads it by"
                + " itself",
            "ok       tunnel: to region mn: last handshake 50s ago",
            "ok       egress: to region mn by n1: 10.52.0.0/16")
        .anyMatch(
            line -> line.startsWith("warning  bridge's clock: differs from this machine's by 9 s"))
        .anyMatch(line -> line.startsWith("failure  CIDRConflict: a and b overlap → "))
        .anyMatch(line ->
            line.startsWith(
                "warning  gateway: region mn: 100.64.0.1:1053 is down: no reply (for 0s)"))
        .anyMatch(line ->
            line.startsWith(
                "warning  tunnel: to region mn: nothing is sent, and the last handshake was 60m"
                    + " ago"))
        .anyMatch(line -> line.startsWith("failure  tunnel: to region mn is down: there was no"))
        .anyMatch(
            line -> line.startsWith("failure  egress: to region lab is blocked: Cilium is off → "));
    assertThat(checks)
        .filteredOn(c -> c.state() == Check.State.FAILURE || c.state() == Check.State.WARNING)
        .allMatch(c -> !c.remedy().isEmpty());
  }

  @Test
  void foldsForATerminalButLeavesCommandsWhole() {
    String command = "kubectl -n kube-system " + "get ".repeat(30).strip();
    String prose = "words that nobody copies ".repeat(5).strip();
    Check check = Check.failure("RBAC", "it may not ".repeat(12).strip(), command + "; " + prose);
    assertThat(DoctorText.lines(List.of(check))).as("for programs, one line").hasSize(2);
    List<String> folded = DoctorText.folded(List.of(check, Check.ok("x", "y")), 80, false);
    assertThat(folded)
        .startsWith(
            "failure  RBAC: it may not it may not it may not it may not it may not it may not")
        .contains("         → " + command, "ok       x: y")
        .endsWith("2 checks: 1 failed, 0 with a warning, 0 skipped");
    assertThat(folded)
        .filteredOn(line -> !line.contains("kubectl"))
        .allMatch(line -> line.length() <= 80);
    assertThat(DoctorText.folded(List.of(check), 80, true).getFirst())
        .startsWith("\u001B[31mfailure");
  }

  @Test
  void noticesAnOverlayInsideThePodsRangeAndAPortOfNetBirds() {
    BridgeStatus status =
        new BridgeStatus(
            "0.1.0",
            NOW,
            NOW,
            true,
            List.of(),
            new BridgeStatus.Region(
                "fsn1", "fsn1.internal", List.of("100.64.0.0/16"), List.of("no range"), List.of()),
            new BridgeStatus.Dns(
                List.of("100.64.0.1:5353", "10.0.0.1:5353", "100.64.0.1:1053", "[::1]:53"),
                Map.of(),
                0,
                0,
                0,
                0,
                0,
                List.of(),
                Map.of()),
            new BridgeStatus.Directory(true, 0, 0, List.of(), List.of(), List.of(), List.of()),
            List.of(),
            List.of(
                new BridgeStatus.LocalGateway("n1", "10.0.0.1", "100.64.0.1", 1053, true, true),
                new BridgeStatus.LocalGateway("n2", "10.0.0.2", "100.99.0.1", 1053, true, false)),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    assertThat(BridgeChecks.of(status, "0.1.0", asked(-1, 0)))
        .filteredOn(c -> c.name().equals("overlay range") || c.name().equals("DNS port"))
        .extracting(Check::message)
        .containsExactly(
            "n1 has overlay address 100.64.0.1, which is in this region's own range 100.64.0.0/16",
            "100.64.0.1:5353 is a port of NetBird's own DNS: whoever starts first has it");
  }

  @Test
  void namesConnectionsThatWereTurnedAway() {
    assertThat(connections(0).state()).isEqualTo(Check.State.OK);
    assertThat(connections(7))
        .satisfies(check -> {
          assertThat(check.state()).isEqualTo(Check.State.WARNING);
          assertThat(check.message()).startsWith("7 of clients were turned away since " + NOW);
          assertThat(check.remedy()).contains("dns.tcp.maxConnections");
        });
  }

  private static Check connections(long refused) {
    BridgeStatus usual = status(List.of(), List.of(), List.of(), List.of());
    BridgeStatus status =
        new BridgeStatus(
            usual.version(),
            usual.time(),
            usual.startedAt(),
            true,
            List.of(),
            usual.region(),
            new BridgeStatus.Dns(List.of(), Map.of(), 0, 0, 0, 64, refused, List.of(), Map.of()),
            usual.directory(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    return BridgeChecks.of(status, "0.1.0", asked(-1, 0)).stream()
        .filter(check -> check.name().equals("TCP connections"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void takesFromTheChartsConfigMapWhatTheBridgesAreToDo() {
    Release usual = Release.defaults("here", "netbird-router=true");
    String yaml =
        """
        region: {name: mn}
        egress: {engine: routes}
        kubernetes: {routerLabel: 'a=b', netbird: {hostNetwork: true, namespace: nb}}
        """;
    assertThat(InstalledRelease.of("map", yaml, usual, Optional.empty()).release())
        .isEqualTo(
            new Release(
                "here",
                "a=b",
                RegionSettings.Engine.ROUTES,
                Optional.of("nb"),
                false,
                false,
                Optional.of(new Release.Admin(false, false))));
    String tunnels =
        """
        region: {name: mn, podCIDRs: [10.52.0.0/16]}
        overlay: {mode: manage, address: 100.64.0.1/24}
        multicluster: {enabled: true}
        admin: {listen: "10.0.0.1:8053", tokenFile: /run/token}
        """;
    assertThat(InstalledRelease.of("map", tunnels, usual, Optional.empty()).release())
        .extracting(Release::tunnels, Release::multiCluster, Release::admin)
        .containsExactly(true, true, Optional.of(new Release.Admin(true, true)));
    assertThat(InstalledRelease.of("map", yaml, usual, Optional.of("c")).release().routerLabel())
        .as("what is typed counts")
        .isEqualTo("c");
    assertThat(
            InstalledRelease.of("map", "region: {name: mn}", usual, Optional.empty())
                .release()
                .engine())
        .isEqualTo(usual.engine());
    InstalledRelease broken =
        InstalledRelease.of("map", "region: {nam: mn}", usual, Optional.empty());
    assertThat(broken.release()).isEqualTo(usual);
    assertThat(broken.check().state()).isEqualTo(Check.State.WARNING);
    assertThat(broken.check().message()).contains("region.nam");
  }

  @Test
  void doesNotTakeASlowAnswerForAClockThatIsWrong() {
    BridgeStatus status = status(List.of(), List.of(), List.of(), List.of());
    assertThat(BridgeChecks.of(status, "0.1.0", asked(-30, 30)))
        .noneMatch(check -> check.name().equals("bridge's clock"));
    assertThat(BridgeChecks.of(status, "0.1.0", asked(-30, -6)))
        .anyMatch(
            check -> check.name().equals("bridge's clock") && check.message().endsWith("by 6 s"));
  }

  private static BridgeChecks.Asked asked(int from, int until) {
    Instant now = Instant.parse(NOW);
    return new BridgeChecks.Asked(now.plusSeconds(from), now.plusSeconds(until));
  }

  private static BridgeStatus status(
      List<Condition> conditions,
      List<BridgeStatus.Peer> peers,
      List<BridgeStatus.Tunnel> tunnels,
      List<BridgeStatus.Policy> policies) {
    return new BridgeStatus(
        "0.1.0",
        NOW,
        NOW,
        true,
        List.of(),
        new BridgeStatus.Region("fsn1", "fsn1.internal", List.of(), List.of(), List.of()),
        new BridgeStatus.Dns(List.of(), Map.of(), 0, 0, 0, 0, 0, List.of(), Map.of()),
        new BridgeStatus.Directory(true, 0, 0, List.of(), List.of(), List.of(), List.of()),
        conditions,
        List.of(),
        peers,
        tunnels,
        policies,
        List.of());
  }

  private static BridgeStatus.Peer peer(
      List<Condition> conditions, BridgeStatus.Gateway... gateways) {
    return new BridgeStatus.Peer(
        "mn",
        "mn.internal",
        List.of(),
        List.of(),
        List.of(),
        true,
        0,
        conditions,
        List.of(gateways),
        null);
  }

  private static BridgeStatus.Gateway gateway(String state) {
    return new BridgeStatus.Gateway("100.64.0.1:1053", state, NOW, "no reply", 200, Map.of(), null);
  }

  private static BridgeStatus.Tunnel tunnel(String state, @Nullable String handshake) {
    return new BridgeStatus.Tunnel(
        "mn", "key=", "192.0.2.1:51820", List.of(), state, NOW, handshake, 0, 0);
  }

  private int run(String... args) {
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    return Main.run(terminal, List.of(args));
  }
}
