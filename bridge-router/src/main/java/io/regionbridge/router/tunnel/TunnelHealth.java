package io.regionbridge.router.tunnel;

import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The health of all peers of a device: an immutable value that each view folds into the next. It
 * uses WireGuard's own timers (the paper, section 6.1): a session is renewed after 120 s of use and
 * unusable after 180 s, and who has sent data and received nothing for 15 s, a keepalive's and a
 * handshake's time, starts anew.
 *
 * @param peers by public key
 */
public record TunnelHealth(Map<PublicKey, PeerHealth> peers) {
  /** Nothing is sent or accepted in a session that is that old. */
  public static final Duration REJECT_AFTER = Duration.ofMinutes(3);

  /** Data that was not answered for so long has WireGuard itself doubt the session. */
  public static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

  /** The health without a device. */
  public static final TunnelHealth NONE = new TunnelHealth(Map.of());

  /** An empty transport message, which wants no answer. */
  private static final int KEEPALIVE_BYTES = 32;

  public TunnelHealth {
    peers = Map.copyOf(peers);
  }

  /** The health after another view. Without a device all is forgotten. */
  public TunnelHealth after(TunnelView view) {
    Map<PublicKey, PeerHealth> next = new HashMap<>();
    view.device()
        .ifPresent(device ->
            device
                .peers()
                .forEach(p ->
                    next.put(
                        p.publicKey(),
                        judge(p, Optional.ofNullable(peers.get(p.publicKey())), view.at()))));
    return new TunnelHealth(next);
  }

  /** The health of a peer, if the device has it. */
  public Optional<PeerHealth> of(PublicKey peer) {
    return Optional.ofNullable(peers.get(peer));
  }

  private static PeerHealth judge(Peer peer, Optional<PeerHealth> before, Instant now) {
    PeerHealth.Traffic traffic = traffic(peer, before.map(PeerHealth::traffic), now);
    Optional<Duration> age =
        peer.latestHandshake()
            .map(at -> Duration.between(at, now))
            .map(d -> d.isNegative() ? Duration.ZERO : d); // the clock was set back
    PeerHealth.State state = state(peer, age, traffic, now);
    Instant since = before.filter(b -> b.state() == state).map(PeerHealth::since).orElse(now);
    return new PeerHealth(state, since, peer.latestHandshake(), traffic);
  }

  private static PeerHealth.State state(
      Peer peer, Optional<Duration> age, PeerHealth.Traffic traffic, Instant now) {
    boolean waiting =
        traffic.unansweredSince() != null
            && Duration.between(traffic.unansweredSince(), now).compareTo(ANSWER_WITHIN) >= 0;
    boolean session = age.isPresent() && age.get().compareTo(REJECT_AFTER) < 0;
    if (session) {
      return waiting ? PeerHealth.State.SILENT : PeerHealth.State.UP;
    }
    // With keepalives a session is always wanted, so that there is none tells enough.
    boolean wanted = waiting || peer.persistentKeepalive() > 0 && peer.endpoint().isPresent();
    return wanted ? PeerHealth.State.DOWN : PeerHealth.State.IDLE;
  }

  private static PeerHealth.Traffic traffic(
      Peer peer, Optional<PeerHealth.Traffic> before, Instant now) {
    if (before.isEmpty() || peer.rxBytes() != before.get().rxBytes()) {
      return new PeerHealth.Traffic(peer.rxBytes(), peer.txBytes(), null);
    }
    Instant since = before.get().unansweredSince();
    long sent = peer.txBytes() - before.get().txBytes();
    if (since == null && sent > 0 && sent != KEEPALIVE_BYTES) {
      since = now;
    }
    return new PeerHealth.Traffic(peer.rxBytes(), peer.txBytes(), since);
  }
}
