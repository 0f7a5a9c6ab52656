package io.regionbridge.router.feed;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which gateway of a peer is followed, when the next one is tried, and whether the replica
 * is current. Pure but for its own state: time and chance come from outside. Owned by one thread.
 *
 * <p>A gateway that fails is left for the next one at once; when all have failed in a row, the next
 * round waits, longer from round to round. A replica is current from the feed's first position on,
 * for as long as positions keep coming.
 */
final class FollowerMachine {
  /**
   * A gateway of which nothing is heard for so long is dead. Heartbeats come each second; one that
   * is lost comes again within half a second on lines of up to 200 ms there and back (RFC 6298).
   */
  static final Duration SILENCE = Duration.ofMillis(1500);

  /** The same on a line on which heartbeats come late. */
  static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** How late heartbeats were counts for so long. */
  private static final Duration MEMORY = Duration.ofSeconds(60);

  /** A feed that says much but reaches no position for so long is left. */
  static final Duration STALL = Duration.ofSeconds(30);

  /**
   * How often feeds are read that bring one change after the other: each reading has a price of its
   * own, and a change has to be in the answers within 50 ms.
   */
  static final Duration TOGETHER = Duration.ofMillis(35);

  /** A feed that has been current for so long has not failed when it ends. */
  private static final Duration SOUND = Duration.ofSeconds(10);

  private static final Duration FIRST_WAIT = Duration.ofMillis(250);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final DoubleSupplier random;
  private List<InetSocketAddress> gateways = List.of();
  private int next = -1;
  private int failedInARow;
  private int rounds;
  private long notBefore;
  private @Nullable InetSocketAddress followed;
  private long begunAt;
  private long heardAt;
  private long lateness;
  private long currentAt;
  private boolean reached;

  /**
   * Follows nobody.
   *
   * @param random a number from 0 to 1, another one at each call
   * @param now nanoseconds that never go back
   */
  FollowerMachine(DoubleSupplier random, long now) {
    this.random = random;
    this.notBefore = now;
  }

  /**
   * These are the peer's gateways now.
   *
   * @return whether the one that is followed is still among them, or none is
   */
  boolean gateways(List<InetSocketAddress> now) {
    if (!now.equals(gateways)) {
      gateways = List.copyOf(now);
      failedInARow = 0;
      // Not the first: a peer's gateways share those that follow them.
      next = gateways.isEmpty() ? -1 : (int) (random.getAsDouble() * gateways.size());
    }
    return followed == null || gateways.contains(followed);
  }

  /**
   * Whether a replica that is not current is too old to be of use.
   *
   * @param serveStale how long it counts after it was last current
   */
  boolean isOutdated(long now, Duration serveStale) {
    return now - currentAt > serveStale.toNanos();
  }

  /** The gateway to connect to now; empty if it is not time yet, or one is followed. */
  Optional<InetSocketAddress> due(long now) {
    if (followed != null || gateways.isEmpty() || now - notBefore < 0) {
      return Optional.empty();
    }
    InetSocketAddress gateway = gateways.get(Math.floorMod(next, gateways.size()));
    followed = gateway;
    begunAt = now;
    heardAt = now;
    reached = false;
    return Optional.of(gateway);
  }

  /** Octets came from the gateway that is followed. */
  void heard(long now) {
    long since = Math.min(now - heardAt, MEMORY.toNanos());
    double left = 1 - (double) since / MEMORY.toNanos();
    lateness = Math.max(since - HEARTBEAT.toNanos(), (long) (lateness * left));
    heardAt = now;
  }

  /**
   * How long a gateway may be silent: longer where heartbeats have been late in the last minute, as
   * on a line that loses packets, on which TCP sends one several times.
   */
  Duration silence() {
    Duration usual = SILENCE.plusNanos(2 * Math.max(0, lateness));
    return usual.compareTo(LONGEST_SILENCE) < 0 ? usual : LONGEST_SILENCE;
  }

  /** The feed reached a position: the replica is current. */
  void reached(long now) {
    reached = true;
    currentAt = now;
  }

  /** Why the gateway that is followed should be left; empty if it should not. */
  Optional<String> flaw(long now) {
    if (followed == null) {
      return Optional.empty();
    }
    if (now - heardAt > silence().toNanos()) {
      return Optional.of("nothing heard for %d ms".formatted(silence().toMillis()));
    }
    long since = reached ? currentAt : begunAt;
    return now - since > STALL.toNanos()
        ? Optional.of("no position reached for %d s".formatted(STALL.toSeconds()))
        : Optional.empty();
  }

  /** Nanoseconds after which {@link #flaw} may say something, unless something is heard. */
  long untilSilent(long now) {
    long since = reached ? currentAt : begunAt;
    return Math.min(heardAt + silence().toNanos(), since + STALL.toNanos()) - now;
  }

  /**
   * The gateway that was followed is left, or could not be.
   *
   * @param atLeast how long to wait at least before anybody is tried
   */
  void failed(long now, Duration atLeast) {
    boolean sound = reached && now - begunAt > SOUND.toNanos();
    followed = null;
    reached = false;
    next++;
    failedInARow = sound ? 1 : failedInARow + 1;
    if (sound) {
      rounds = 0;
    }
    Duration wait = Duration.ZERO;
    if (failedInARow >= gateways.size()) {
      failedInARow = 0;
      wait = backoff();
    }
    notBefore = now + Math.max(wait.toNanos(), atLeast.toNanos());
  }

  private Duration backoff() {
    long doubled = FIRST_WAIT.toNanos() << Math.min(rounds++, 20);
    long limited = Math.min(doubled, LONGEST_WAIT.toNanos());
    return Duration.ofNanos((long) (limited * (0.5 + random.getAsDouble())));
  }

  /**
   * How long to wait with the next read after a change, in nanoseconds: what all feeds bring until
   * then is taken at once, and compiled once.
   */
  static long untilNextRead(long now) {
    return TOGETHER.toNanos() - Math.floorMod(now, TOGETHER.toNanos());
  }

  /** Nanoseconds after which {@link #due} may have something; without gateways never. */
  long untilDue(long now) {
    return gateways.isEmpty() ? Long.MAX_VALUE : Math.max(notBefore - now, 0);
  }

  /** Whether the replica is current. */
  boolean current(long now) {
    return followed != null && reached && now - currentAt <= silence().toNanos();
  }

  /** Nanoseconds for which the replica stays current, unless another position is reached. */
  long currentFor(long now) {
    return currentAt + silence().toNanos() - now;
  }

  /** When a position was reached last. */
  long currentAt() {
    return currentAt;
  }

  /** The gateway that is followed, or tried. */
  Optional<InetSocketAddress> followed() {
    return Optional.ofNullable(followed);
  }
}
