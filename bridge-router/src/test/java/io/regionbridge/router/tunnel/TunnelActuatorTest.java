package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TunnelActuatorTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final PublicKey A = key(1);
  private static final PublicKey B = key(2);

  @TempDir private Path directory;
  private final FakeTunnelHost host = new FakeTunnelHost();
  private PublicKey own = A;
  private TunnelActuator actuator =
      new TunnelActuator(host, new FileKeyStore(Path.of("/")), Clock.systemUTC());

  @BeforeEach
  void start() throws IOException {
    KeyStore keys = new FileKeyStore(directory);
    try (PrivateKey key = keys.current()) {
      own = key.publicKey();
    }
    actuator = new TunnelActuator(host, keys, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @Test
  void makesATunnelFromNothingInOneGo() {
    TunnelActuator.Outcome outcome =
        actuator.actuate(
            plan(
                peer(A, "192.0.2.1:51820", 25, "100.64.0.1/32", "10.42.0.0/16"),
                peer(B, "", 0, "100.64.0.2/32")));
    assertThat(outcome.problem()).isEmpty();
    assertThat(host)
        .hasToString(
            """
            wg7 mtu 1380 up
            port 51820
            address 100.64.0.9/24
            peer AA 192.0.2.1:51820 25 [10.42.0.0/16, 100.64.0.1/32]
            peer AA - 0 [100.64.0.2/32]
            route 10.42.0.0/16\
            """);
    assertThat(host.steps)
        .extracting(c -> c.getClass().getSimpleName())
        .containsExactly(
            "CreateInterface", "Configure", "SetMtu", "AddAddress", "SwitchOn", "AddRoute");
  }

  @Test
  void doesNothingWhenAllIsAsPlanned() {
    TunnelPlan plan = plan(peer(A, "192.0.2.1:51820", 25, "10.42.0.0/16"));
    actuator.actuate(plan);
    host.steps.clear();
    assertThat(actuator.actuate(plan).applied()).isEmpty();
    assertThat(host.steps).isEmpty();
  }

  @Test
  void movesARangeByAddingItAndMentionsNoOtherPeer() {
    actuator.actuate(
        plan(peer(A, "", 0, "100.64.0.1/32", "10.42.0.0/16"), peer(B, "", 0, "100.64.0.2/32")));
    host.steps.clear();
    actuator.actuate(
        plan(peer(A, "", 0, "100.64.0.1/32"), peer(B, "", 0, "100.64.0.2/32", "10.42.0.0/16")));
    assertThat(host.steps)
        .hasSize(1)
        .first()
        .hasToString(
            "Configure[setPrivateKey=false, listenPort=Optional.empty, fwmark=Optional.empty,"
                + " peers=[add peer "
                + B
                + " allowed-ips +[10.42.0.0/16]]]");
  }

  @Test
  void addsBeforeItTakesAway() {
    actuator.actuate(plan(peer(A, "", 0, "10.42.0.0/16", "10.43.0.0/16")));
    host.steps.clear();
    TunnelActuator.Outcome outcome =
        actuator.actuate(plan(peer(A, "", 0, "10.43.0.0/16"), peer(B, "", 0, "10.52.0.0/16")));
    assertThat(outcome.problem()).isEmpty();
    assertThat(host.steps)
        .extracting(c -> c.getClass().getSimpleName())
        .containsExactly("Configure", "AddRoute", "DeleteRoute", "Withdraw");
    assertThat(host.toString()).doesNotContain("10.42");
  }

  @Test
  void removesAPeerThatIsNoLongerPlannedAndBringsBackOneThatSomethingElseRemoved() {
    actuator.actuate(plan(peer(A, "", 0, "10.42.0.0/16"), peer(B, "", 0, "10.52.0.0/16")));
    host.remove(B);
    assertThat(actuator.actuate(plan(peer(B, "", 0, "10.52.0.0/16"))).problem()).isEmpty();
    assertThat(host.toString()).contains("[10.52.0.0/16]").doesNotContain("10.42.0.0/16");
  }

  @Test
  void leavesAPeerThatHasMovedAndIsWellWhereItIs() {
    TunnelPlan plan = plan(peer(A, "192.0.2.1:51820", 25, "10.42.0.0/16"));
    actuator.actuate(plan);
    host.handshake(A, NOW.minusSeconds(100), "198.51.100.9:7777");
    assertThat(actuator.actuate(plan).applied()).isEmpty();
    host.handshake(A, NOW.minusSeconds(180), "198.51.100.9:7777");
    assertThat(actuator.actuate(plan).applied()).as("its session has ended").hasSize(1);
    assertThat(host.toString()).contains("192.0.2.1:51820");
  }

  @Test
  void callsAPeerAtItsNewEndpointWhenThePlanMovesIt() {
    actuator.actuate(plan(peer(A, "192.0.2.1:51820", 25, "10.42.0.0/16")));
    host.handshake(A, NOW, "192.0.2.1:51820");
    actuator.actuate(plan(peer(A, "192.0.2.99:51820", 25, "10.42.0.0/16")));
    assertThat(host.toString()).contains("192.0.2.99:51820");
  }

  @Test
  void aStepThatFailsDoesNotKeepTheOthersFromTheirs() {
    host.refuseOnce(TunnelChange.AddAddress.class);
    TunnelPlan plan = plan(peer(A, "", 0, "10.42.0.0/16"));
    TunnelActuator.Outcome outcome = actuator.actuate(plan);
    assertThat(outcome.problem()).isPresent();
    assertThat(outcome.remaining()).hasSize(1).first().isInstanceOf(TunnelChange.AddAddress.class);
    assertThat(outcome.problem())
        .get()
        .extracting(TunnelProblem::message)
        .asString()
        .contains("in use (EBUSY)");
    assertThat(actuator.actuate(plan).problem()).isEmpty();
  }

  @Test
  void aPresharedKeyIsSetAndTakenAway() {
    PlannedPeer bare = peer(A, "", 0, "10.42.0.0/16");
    PlannedPeer shared =
        new PlannedPeer(
            bare.name(),
            A,
            Optional.of(PresharedKey.generate()),
            Optional.empty(),
            0,
            bare.allowedIps());
    assertThat(actuator.actuate(plan(shared)).problem()).isEmpty();
    assertThat(actuator.actuate(plan(bare)).applied())
        .first()
        .asString()
        .contains("preshared-key none");
  }

  @Test
  void refusesAPlanForAnotherKey() {
    TunnelPlan plan = new TunnelPlan("wg7", B, 0, 0, 1420, List.of(), List.of());
    TunnelActuator.Outcome outcome = actuator.actuate(plan);
    assertThat(outcome.problem()).isPresent();
    assertThat(host.steps).isEmpty();
  }

  private TunnelPlan plan(PlannedPeer... peers) {
    return new TunnelPlan(
        "wg7",
        own,
        51820,
        0,
        1380,
        List.of(new OverlayAddress(IpLiteral.parse("100.64.0.9").orElseThrow(), 24)),
        Arrays.asList(peers));
  }

  private static PlannedPeer peer(PublicKey key, String endpoint, int keepalive, String... ranges) {
    return new PlannedPeer(
        "region/" + key.toString().substring(0, 4),
        key,
        Optional.empty(),
        PeerEndpoint.parse(endpoint),
        keepalive,
        Arrays.stream(ranges).map(Cidr::of).toList());
  }

  private static PublicKey key(int number) {
    byte[] octets = new byte[32];
    octets[31] = (byte) number;
    return PublicKey.of(octets);
  }
}
