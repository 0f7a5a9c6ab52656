package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.HostilePeer;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the worst peer says on the overlay and by its API server costs nobody else anything. */
class HostilePeerTest {
  private static final InetAddress HOSTILE = InetAddress.ofLiteral("127.0.66.66");
  private static final InetAddress HONEST = InetAddress.ofLiteral("127.0.66.77");

  @TempDir private Path directory;
  private HostilePeer.@Nullable Identity identity;

  @ParameterizedTest
  @EnumSource(HostilePeer.Http.class)
  void anAnnouncementKeepsNobodyWaiting(HostilePeer.Http mode) throws Exception {
    int port = FreePorts.next();
    try (HostilePeer hostile = HostilePeer.start(HOSTILE, FreePorts.next(), port);
        HostilePeer honest = HostilePeer.start(HONEST, FreePorts.next(), port)) {
      honest.say("{\"name\": \"mn\", \"podCIDRs\": [\"10.52.0.0/16\"]}");
      hostile.say("{\"name\": \"mn\", \"podCIDRs\": [\"10.52.0.0/16\", \"0.0.0.0/0\"]}");
      hostile.http(mode);
      try (OverlayDiscovery discovery =
          new OverlayDiscovery(overlay(), port, 1053, () -> {}, new Loops())) {
        discovery.start();
        Await.that("the honest peer is heard", () -> regions(discovery).equals(List.of("mn")));
        honest.say("{\"name\": \"mn\", \"podCIDRs\": [\"10.52.0.0/17\"]}");
        Await.that(
            "and heard again",
            () ->
                discovery.claims().stream()
                    .anyMatch(claim -> claim.podCidrs().contains(Cidr.of("10.52.0.0/17"))));
        assertThat(discovery.claims())
            .as("nobody is believed for what the device does not route to it")
            .hasSize(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = HostilePeer.Http.class,
      names = {"ENDLESS", "DEEP", "REDIRECT", "TRICKLE"})
  void anApiServerIsReadWithinBounds(HostilePeer.Http mode) throws Exception {
    try (HostilePeer hostile = api();
        PeerApi api = new PeerApi(kubeconfig(hostile))) {
      hostile.http(mode);
      assertThatThrownBy(api::read)
          .isInstanceOfSatisfying(
              PeerApi.FailedException.class,
              failed ->
                  assertThat(failed.failure().reason())
                      .isIn(ReadFailure.Reason.UNREACHABLE, ReadFailure.Reason.SERVER_ERROR));
    }
  }

  @Test
  void anObjectThatMakesNoSenseCostsItselfAndTooManyAreCut() throws Exception {
    try (HostilePeer hostile = api();
        PeerApi api = new PeerApi(kubeconfig(hostile))) {
      hostile.say(
          list(
              node("good", "\"dnsPort\": 1053"),
              node("text", "\"dnsPort\": \"a lot\""),
              "7",
              "{}",
              "{\"metadata\": {\"name\": \"bare\"}}",
              node("number", "\"region\": 5"),
              node("numbers", "\"podCIDRs\": [5]"),
              node("wide", "\"dnsPort\": 70000")));
      PeerApi.Answer answer = api.read();
      assertThat(answer.nodes()).extracting(node -> node.name()).contains("good", "wide");
      assertThat(answer.nodes())
          .extracting(node -> node.name())
          .doesNotContain("number", "numbers");
      assertThat(answer.problems()).hasSizeBetween(5, 6);
      RegionClaims.PeerReading reading = RegionClaims.of("evil", answer.nodes());
      assertThat(reading.claims())
          .allSatisfy(claim ->
              assertThat(claim.gateways())
                  .allSatisfy(
                      gateway -> assertThat(gateway.address().getPort()).isBetween(1, 65_535)));
      assertThat(reading.refusals()).asString().contains("70000");

      hostile.say(
          list(
              IntStream.range(0, 1000)
                  .mapToObj(i -> node("n" + i, "\"dnsPort\": 1053"))
                  .toArray(String[]::new)));
      assertThat(api.read().nodes()).hasSize(PeerApi.MOST_NODES);
      assertThat(api.read().problems()).asString().contains("the first 64 count");
    }
  }

  @Test
  void anApiServerThatNobodyVouchesForIsNotAsked() throws Exception {
    try (HostilePeer hostile = api()) {
      String other = HostilePeer.Identity.make(directory, HONEST).kubeconfig(hostile.httpAddress());
      hostile.say(list());
      try (PeerApi api = new PeerApi(valid(other))) {
        assertThatThrownBy(api::read).isInstanceOf(PeerApi.FailedException.class);
      }
    }
  }

  private HostilePeer api() throws Exception {
    identity = HostilePeer.Identity.make(directory, HOSTILE);
    return HostilePeer.start(HOSTILE, FreePorts.next(), FreePorts.next(), identity);
  }

  private PeerKubeconfig kubeconfig(HostilePeer hostile) {
    return valid(Objects.requireNonNull(identity).kubeconfig(hostile.httpAddress()));
  }

  private static PeerKubeconfig valid(String text) {
    return PeerKubeconfig.parse(text)
            instanceof PeerKubeconfig.Parsed.Valid(PeerKubeconfig kubeconfig)
        ? kubeconfig
        : throwing(text);
  }

  private static PeerKubeconfig throwing(String text) {
    throw new AssertionError(PeerKubeconfig.parse(text));
  }

  private static List<String> regions(OverlayDiscovery discovery) {
    return discovery.claims().stream().map(PeerClaim::name).distinct().toList();
  }

  private static String list(String... items) {
    return "{\"items\": [" + String.join(",", items) + "]}";
  }

  private static String node(String name, String spec) {
    return "{\"metadata\": {\"name\": \"%s\"}, \"spec\": {\"overlayAddress\": \"100.99.0.66\", %s}}"
        .formatted(name, spec);
  }

  private static OverlayView overlay() {
    return FakeOverlay.of(
        new OverlayView.Peer(
            "hostile", HOSTILE, List.of(Cidr.of("0.0.0.0/0"), Cidr.host(HOSTILE)), true),
        new OverlayView.Peer("honest", HONEST, List.of(Cidr.of("10.52.0.0/16")), true));
  }
}
