package io.regionbridge.router.tunnel;

import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees a rotation of this node's key through: once its {@link KeyStore} has a key to come, that is
 * published until every gateway knows it, and then used. A gateway that cannot be asked is waited
 * for no longer than {@link #GRACE_PERIOD}. All state that matters is in the store, so a process
 * that starts in the middle goes on. Owned by one thread.
 */
public final class KeyRotation {
  /** Long enough for a gateway that is being restarted. */
  public static final Duration GRACE_PERIOD = Duration.ofSeconds(60);

  private static final Logger log = LoggerFactory.getLogger(KeyRotation.class);

  private final KeyStore keys;
  private final LongSupplier nanos;
  private Optional<PublicKey> published = Optional.empty();
  private long since;

  /**
   * The state of a rotation.
   *
   * @param publicKey to use
   * @param nextPublicKey to publish
   * @param waitingFor the gateways that do not know it yet
   */
  public record Standing(
      PublicKey publicKey, Optional<PublicKey> nextPublicKey, List<String> waitingFor) {
    public Standing {
      waitingFor = List.copyOf(waitingFor);
    }
  }

  /** Creates the rotation of a store's key, by a monotonic clock in nanoseconds. */
  public KeyRotation(KeyStore keys, LongSupplier nanos) {
    this.keys = keys;
    this.nanos = nanos;
  }

  /**
   * Takes the next step, if it is time.
   *
   * @param complete whether {@code gateways} are all; before, nothing is decided
   * @param accepted which overlay addresses have said that they know a key
   * @throws IOException if a key cannot be read or written
   */
  public Standing look(
      List<RemoteGateway> gateways,
      boolean complete,
      Function<PublicKey, Set<InetAddress>> accepted)
      throws IOException {
    Optional<PublicKey> next = keys.next().map(KeyRotation::publicHalf);
    if (next.isEmpty()) {
      published = next;
      return new Standing(publicHalf(keys.current()), next, List.of());
    }
    Set<InetAddress> ready = accepted.apply(next.get());
    List<String> missing =
        gateways.stream()
            .filter(gateway -> !ready.contains(gateway.overlayAddress()))
            .map(gateway -> gateway.region() + "/" + gateway.name())
            .distinct()
            .toList();
    boolean first = !next.equals(published);
    if (first) {
      published = next;
      since = nanos.getAsLong();
      log.info("the next key {} is published", next.get());
    }
    boolean late = nanos.getAsLong() - since >= GRACE_PERIOD.toNanos();
    if (first || !complete || !(missing.isEmpty() || late)) {
      return new Standing(publicHalf(keys.current()), next, missing);
    }
    keys.promoteNext();
    published = Optional.empty();
    log.info("the key is {} from now on", next.get());
    if (!missing.isEmpty()) {
      log.warn(
          "{} did not say within {} s that the new key is known there; declare it there if the"
              + " tunnel stays down",
          String.join(", ", missing),
          GRACE_PERIOD.toSeconds());
    }
    return new Standing(next.get(), Optional.empty(), List.of());
  }

  private static PublicKey publicHalf(PrivateKey key) {
    try (key) {
      return key.publicKey();
    }
  }
}
