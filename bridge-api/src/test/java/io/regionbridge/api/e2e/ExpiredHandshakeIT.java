package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.regionbridge.api.page.StatusPage;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator sees when the other end of a tunnel dies. First that its gateway does not
 * answer, then that the tunnel is silent (WireGuard itself waits 15 s), and once the session has
 * expired (after 180 s, here of an aged handshake) that there is none: on the page, in Chromium, in
 * {@code status}, in {@code doctor} and in metrics.
 */
@Timeout(240)
class ExpiredHandshakeIT {
  /** From the moment on which something is so; printed, not decided by. */
  private static final Duration SOON = Duration.ofSeconds(5);

  /** After which nothing is sent or accepted in a session (WireGuard's Reject-After-Time). */
  private static final Duration SESSION = Duration.ofMinutes(3);

  /** What is left of the session once nobody needs to wait any more. */
  private static final Duration LEFT = Duration.ofSeconds(5);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GATEWAY = "100.98.0.1:1053";

  @TempDir private Path directory;
  @TempDir private Path profile;
  private final List<AutoCloseable> running = new ArrayList<>();
  private final String device = "rx" + ProcessHandle.current().pid() % 1_000_000 + ".";
  private Installation installation;
  private NetworkNamespace mn;
  private NetworkNamespace fsn1;
  private AgedTunnel there;
  private AgedTunnel here;

  @BeforeEach
  void join() throws IOException {
    for (String tool : List.of("wireguard-go", "wg", "busybox")) {
      NativeTool.find(tool);
    }
    installation = Installation.in(directory);
    mn = namespace();
    fsn1 = namespace();
    mn.sh("ip link add a0 type veth peer name b0 netns " + fsn1.name());
    link(mn, "a0", "192.0.2.1/24");
    link(fsn1, "b0", "192.0.2.2/24");
    there = tunnel(mn, 1);
    here = tunnel(fsn1, 2);
    String mnKey = there.configure(51_820, "100.98.0.1/24");
    String fsn1Key = here.configure(51_821, "100.98.0.2/24");
    there.peer(fsn1Key, "192.0.2.2:51821", "100.98.0.2/32,10.42.0.0/16");
    here.peer(mnKey, "192.0.2.1:51820", "100.98.0.1/32,10.52.0.0/16");
    serve(there, "mn", "10.52.0.0/16", 1);
    serve(here, "fsn1", "10.42.0.0/16", 2);
  }

  @AfterEach
  void part() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  @Test
  void theOtherEndOfATunnelDies() throws Exception {
    Served.await("nothing is wrong", () -> joined(status()));
    NamespaceRelay way = NamespaceRelay.into(fsn1, 8053);
    running.addFirst(way);
    StatusPage page = StatusPage.open(profile, "http://127.0.0.1:" + way.port());
    running.addFirst(page);
    page.awaitCalm();
    page.shows("#places", "tunnel ● up, handshake ");
    assertThat(command("status")).doesNotContain("failure");
    String metrics = metrics();
    assertThat(metrics)
        .contains(
            gatewayUp(1),
            "region_bridge_condition_ok{region=\"mn\",type=\"TunnelUp\"} 1.0",
            "\nregion_bridge_wireguard_last_handshake_seconds{region=\"mn\"} ");

    there.kill();
    Instant killed = Instant.now();
    awaitReport("no gateway is reachable", killed, () -> !fault("DNSReachable").isMissingNode());
    assertThat(fault("DNSReachable").path("details").toString()).contains(GATEWAY + " is down");
    awaitReport("so in the metrics", killed, () -> metrics().contains(gatewayUp(0)));

    awaitReport(
        "the tunnel is silent", killed, () -> tunnel().contains("to region mn is silent: "));
    assertThat(command("status")).contains("to region mn is silent: the last handshake was ");

    Instant handshake = Instant.parse(status().at("/tunnels/0/lastHandshake").asText());
    here.age(SESSION.minus(LEFT).minus(Duration.between(handshake, Instant.now())));
    Served.await("it is down", () -> status().at("/tunnels/0/state").asText().equals("down"));
    JsonNode seen = status();
    Instant expired = Instant.parse(seen.at("/tunnels/0/lastHandshake").asText()).plus(SESSION);
    assertThat(Instant.parse(seen.at("/tunnels/0/since").asText()))
        .as("not before the session has expired")
        .isAfterOrEqualTo(expired);
    awaitReport(
        "no session",
        expired,
        () -> tunnel().startsWith("to region mn is down: the last handshake was "));
    JsonNode fault = fault("tunnel");
    assertThat(fault.path("severity").asText()).isEqualTo("failure");
    assertThat(fault.path("message").asText()).endsWith(", so there is no session");
    assertThat(fault.path("remedy").asText())
        .isEqualTo("is UDP to 192.0.2.1:51820 let through? is the other side running?");
    awaitReport(
        "so in the metrics",
        expired,
        () ->
            metrics().contains("region_bridge_condition_ok{region=\"mn\",type=\"TunnelUp\"} 0.0"));
    String remedy = "is UDP to 192.0.2.1:51820 let through? is the other side running?";
    awaitReport(
        "so on the page",
        expired,
        () -> {
          page.tells("mn: tunnel down", ", so there is no session", remedy);
          return true;
        });
    page.shows("#places", "tunnel ▲ down, handshake 3 min ago");
    page.looksWell("handshake-expired");
    page.complainsOfNothing();
    assertThat(handshake(metrics()).plus(SESSION)).isBeforeOrEqualTo(Instant.now());
    for (String command : List.of("status", "doctor")) {
      assertThat(command(command))
          .containsPattern("to region mn is down: the last handshake was \\S+ ago")
          .contains("so there is no session", "is UDP to 192.0.2.1:51820 let through?");
    }
  }

  private static boolean joined(JsonNode status) {
    return status.path("faults").isEmpty()
        && status.at("/tunnels/0/state").asText().equals("up")
        && status.at("/tunnels/0/lastHandshake").isTextual()
        && status.at("/peers/0/name").asText().equals("mn");
  }

  private static String gatewayUp(int up) {
    return "region_bridge_gateway_up{gateway=\"%s\",region=\"mn\"} %d.0".formatted(GATEWAY, up);
  }

  private static Instant handshake(String metrics) {
    String start = "region_bridge_wireguard_last_handshake_seconds{region=\"mn\"} ";
    return metrics
        .lines()
        .filter(line -> line.startsWith(start))
        .map(line ->
            Instant.ofEpochSecond((long) Double.parseDouble(line.substring(start.length()))))
        .findFirst()
        .orElseThrow();
  }

  private static void awaitReport(String what, Instant since, Callable<Boolean> condition) {
    Served.await(what, condition);
    System.out.println(
        "%s: told after %d ms; %d ms are meant, WireGuard's own patience not counted"
            .formatted(what, Duration.between(since, Instant.now()).toMillis(), SOON.toMillis()));
  }

  private String tunnel() throws IOException {
    return fault("tunnel").path("message").asText();
  }

  private JsonNode fault(String about) throws IOException {
    for (JsonNode fault : status().path("faults")) {
      if (fault.path("about").asText().equals(about)) {
        return fault;
      }
    }
    return MissingNode.getInstance();
  }

  private JsonNode status() throws IOException {
    return JSON.readTree(get("/api/v1/status"));
  }

  private String metrics() {
    return get("/metrics");
  }

  private String get(String path) {
    return fsn1.attempt("busybox wget -q -O - http://127.0.0.1:8053" + path).orElse("");
  }

  /** What a command says, its lines not wrapped. */
  private String command(String command) {
    try (NativeProcess process =
        installation
            .command(fsn1.prefix(), command, "--url", "http://127.0.0.1:8053")
            .environment("KUBECONFIG", "/nonexistent")
            .start()) {
      process.awaitEnd(Served.TIMEOUT);
      return process.output().replaceAll("\\s+", " ");
    }
  }

  private AgedTunnel tunnel(NetworkNamespace in, int number) throws IOException {
    AgedTunnel made = AgedTunnel.make(in, device + number, directory);
    running.addFirst(made);
    return made;
  }

  private NetworkNamespace namespace() {
    NetworkNamespace made = NetworkNamespace.create();
    running.add(made);
    return made;
  }

  private static void link(NetworkNamespace of, String link, String address) {
    of.sh("ip address add %s dev %s".formatted(address, link));
    of.sh("ip link set %s up".formatted(link));
  }

  private void serve(AgedTunnel in, String region, String pods, int number) throws IOException {
    Path config =
        Files.writeString(
            directory.resolve(region + ".yaml"),
            """
            region: {name: %s, podCIDRs: [%s]}
            dns: {threads: 1, drain: 0s}
            overlay: {interface: %s%d}
            kubernetes: {enabled: false}
            """
                .formatted(region, pods, device, number));
    NativeProcess process =
        installation.command(in.prefix(), "serve", "--config", config.toString()).start();
    running.addFirst(process);
    new Served(process, "127.0.0.1").awaitReady();
  }
}
