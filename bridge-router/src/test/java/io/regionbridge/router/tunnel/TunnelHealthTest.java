package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.tunnel.PeerHealth.State;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunnelHealthTest {
  private static final PublicKey KEY = PublicKey.of(new byte[32]);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** Seconds since the last handshake, or never; keepalive; the verdict on the first look. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, UP",
    "119, 0, UP",
    "179, 0, UP",
    "180, 0, IDLE",
    "179, 25, UP",
    "180, 25, DOWN",
    "never, 0, IDLE",
    "never, 25, DOWN",
    "-5, 0, UP" // the clock was set back since
  })
  void theAgeOfTheHandshakeDecides(String age, int keepalive, State state) {
    Optional<Instant> handshake =
        age.equals("never")
            ? Optional.empty()
            : Optional.of(START.minusSeconds(Long.parseLong(age)));
    assertThat(TunnelHealth.NONE.after(view(0, handshake, keepalive, 0, 0)).of(KEY))
        .get()
        .extracting(PeerHealth::state)
        .isEqualTo(state);
  }

  @Test
  void dataThatIsNotAnsweredMakesAPeerSilentAndAnAnswerMakesItWell() {
    TunnelHealth health = TunnelHealth.NONE.after(alive(0, 1000, 1000));
    health = health.after(alive(1, 1000, 1148));
    assertThat(state(health)).isEqualTo(State.UP);
    health = health.after(alive(15, 1000, 1296));
    assertThat(state(health)).as("14 s after it was sent").isEqualTo(State.UP);
    health = health.after(alive(16, 1000, 1444));
    assertThat(state(health)).isEqualTo(State.SILENT);
    assertThat(health.of(KEY).orElseThrow().since()).isEqualTo(START.plusSeconds(16));
    health = health.after(alive(17, 1092, 1444));
    assertThat(state(health)).isEqualTo(State.UP);
  }

  @Test
  void keepalivesWantNoAnswer() {
    TunnelHealth health = TunnelHealth.NONE.after(alive(0, 1000, 1000));
    for (int second = 1; second < 100; second += 25) {
      health = health.after(alive(second, 1000, 1000 + 32 * (second / 25 + 1)));
      assertThat(state(health)).isEqualTo(State.UP);
    }
  }

  @Test
  void aPeerWithoutSessionThatIsSpokenToIsDown() {
    TunnelHealth health = TunnelHealth.NONE.after(view(0, Optional.empty(), 0, 0, 0));
    assertThat(state(health)).isEqualTo(State.IDLE);
    health = health.after(view(1, Optional.empty(), 0, 0, 148));
    health = health.after(view(16, Optional.empty(), 0, 0, 592));
    assertThat(state(health)).isEqualTo(State.DOWN);
    assertThat(health.of(KEY).orElseThrow().state()).isEqualTo(PeerHealth.State.DOWN);
  }

  @Test
  void whatIsGoneIsForgotten() {
    TunnelHealth health = TunnelHealth.NONE.after(alive(0, 1, 1));
    TunnelView gone =
        new TunnelView(
            "wg0",
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(TunnelProblem.missing("wg0")),
            START);
    assertThat(health.after(gone)).isEqualTo(TunnelHealth.NONE);
  }

  private static State state(TunnelHealth health) {
    return health.of(KEY).orElseThrow().state();
  }

  private static TunnelView alive(int second, long rx, long tx) {
    return view(second, Optional.of(START), 0, rx, tx);
  }

  private static TunnelView view(
      int second, Optional<Instant> handshake, int keepalive, long rx, long tx) {
    Peer peer =
        new Peer(
            KEY,
            Optional.empty(),
            PeerEndpoint.parse("192.0.2.1:51820"),
            keepalive,
            handshake,
            rx,
            tx,
            List.of());
    return new TunnelView(
        "wg0",
        Optional.empty(),
        List.of(),
        Optional.of(TunnelDriver.Kind.KERNEL),
        Optional.of(new Device("wg0", Optional.empty(), 0, 0, List.of(peer))),
        Optional.empty(),
        List.of(),
        START.plusSeconds(second));
  }
}
