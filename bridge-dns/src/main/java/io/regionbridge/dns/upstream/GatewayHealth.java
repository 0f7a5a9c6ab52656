package io.regionbridge.dns.upstream;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.regionbridge.dns.net.HostPort;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of one gateway of a peer region, or of one bridge of our own that may reach it,
 * shared by all event loops. The prober writes it on its own loop; the others read volatile fields
 * and ask for a probe when they suspect it.
 *
 * <p>A circuit breaker turns probes into a verdict: a probe that is repeated and never answered, or
 * two among the last four that failed otherwise, open it, and from then on the gateway is asked
 * only when no other is left; one good probe, or a question answered in time, closes it again.
 */
public final class GatewayHealth {
  private static final Logger log = LoggerFactory.getLogger(GatewayHealth.class);
  private static final int WINDOW = 4;
  private static final int ENOUGH = 2;

  /** The prober makes longer ones. */
  private static final Duration LEAST_PAUSE = Duration.ofMillis(1);

  /** The state by the probes. */
  public enum State {
    /** Not probed yet: used like a healthy one. */
    UNKNOWN,
    /** Answers. */
    UP,
    /** Does not answer, or not with answers. */
    DOWN
  }

  /** How one try at a gateway ended. */
  public enum Outcome {
    /** An answer that was passed on. */
    ANSWERED,
    /** A reply that another gateway may better: SERVFAIL, REFUSED, FORMERR or malformed. */
    FAILED,
    /** No reply while it was waited for. */
    TIMEOUT,
    /** The host says that nothing listens there. */
    UNREACHABLE,
    /** An answer with addresses that the region is not believed to have, which were left out. */
    CONTAINED
  }

  /** Why a gateway refused a question, in its own words, and when by {@link System#nanoTime}. */
  public record Refusal(String why, long at) {}

  /** Gets the changes of a gateway. Methods return at once; called on any thread. */
  interface Watcher {
    /** Ignores all changes. */
    Watcher NONE =
        new Watcher() {
          @Override
          public void lookSoon() {}

          @Override
          public void changed() {}
        };

    /**
     * Called for a suspect gateway, or an answer of one that was down: a probe or a decision is
     * due.
     */
    void lookSoon();

    /** Called when the state changed, or replies stopped or came back. */
    void changed();
  }

  /** Why a gateway's reply was not used, or only in part, and when by {@link System#nanoTime}. */
  public record Disbelief(String why, long at) {}

  private volatile @Nullable Refusal refusal;
  private volatile @Nullable Disbelief disbelief;
  private final String region;
  private final InetSocketAddress address;
  private final boolean sibling;
  private final Watcher watcher;
  private final CircuitBreaker breaker;
  private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
  private volatile State state = State.UNKNOWN;
  private volatile long changedAt;
  private volatile long rtt;
  private volatile long distance;
  private final AtomicInteger goodProbes = new AtomicInteger();
  private final AtomicInteger recoveries = new AtomicInteger();
  private volatile boolean suspect;
  private volatile boolean late;
  private volatile boolean silent;
  private volatile long answeredAt;
  private volatile String reason = "not probed yet";

  GatewayHealth(
      String region,
      InetSocketAddress address,
      boolean sibling,
      LongSupplier clock,
      Watcher watcher) {
    long now = clock.getAsLong();
    this.region = region;
    this.address = address;
    this.sibling = sibling;
    this.watcher = watcher;
    this.changedAt = now;
    this.answeredAt = now - Long.MAX_VALUE / 2;
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
    breaker =
        CircuitBreaker.of(
            region + " " + HostPort.text(address),
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(WINDOW)
                .minimumNumberOfCalls(ENOUGH)
                .failureRateThreshold(100f * ENOUGH / WINDOW)
                .permittedNumberOfCallsInHalfOpenState(1)
                .clock(new BreakerClock(clock))
                .waitDurationInOpenState(LEAST_PAUSE)
                .build());
  }

  /**
   * Whether it is time for a probe: always, but not before its pause is over while the breaker is
   * open.
   */
  boolean mayProbe() {
    return breaker.tryAcquirePermission();
  }

  void recordGoodProbe(long nanos, long now) {
    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
    long before = rtt;
    rtt = before == 0 ? nanos : before + (nanos - before) / 4;
    goodProbes.incrementAndGet();
    suspect = false;
    heard();
    if (breaker.getState() == CircuitBreaker.State.CLOSED) {
      change(State.UP, "answers", now);
    }
  }

  /**
   * A probe that was sent once was answered after so many nanoseconds. Which packet the reply to
   * one that was sent again answers is a guess, so those do not count (RFC 6298 section 3).
   */
  void recordRoundTrip(long nanos) {
    long before = distance;
    distance = before == 0 ? nanos : before + (nanos - before) / 4;
  }

  /** Records that the reply to a probe is later than usual. */
  void recordLateProbe() {
    late = true;
  }

  /** Records that more packets of a probe were unanswered than a line loses by chance. */
  void recordSilentProbe() {
    if (!silent) {
      silent = true;
      watcher.changed();
    }
  }

  private void heard() {
    late = false;
    if (silent) {
      silent = false;
      watcher.changed();
    }
  }

  /** Records that questions are answered in time, which says more than a probe. */
  void recordTimelyAnswers(long now) {
    if (breaker.getState() != CircuitBreaker.State.CLOSED) {
      breaker.transitionToClosedState();
    }
    goodProbes.incrementAndGet();
    change(State.UP, "answers", now);
  }

  /** Records a probe without any reply in the time that a question has. */
  void recordUnansweredProbe(String why, long now) {
    recordFailedProbe(why, now);
    if (breaker.getState() != CircuitBreaker.State.OPEN) {
      breaker.transitionToOpenState();
    }
    change(State.DOWN, why, now);
  }

  void recordFailedProbe(String why, long now) {
    breaker.onError(0, TimeUnit.NANOSECONDS, new ProbeFailure());
    if (breaker.getState() == CircuitBreaker.State.OPEN) {
      change(State.DOWN, why, now);
    }
  }

  private void change(State next, String why, long now) {
    reason = why;
    if (state != next) {
      State before = state;
      state = next;
      changedAt = now;
      if (next == State.DOWN) {
        log.atWarn()
            .addKeyValue("region", region)
            .addKeyValue("gateway", HostPort.text(address))
            .addKeyValue("reason", why)
            .log("{} is down: {}", name(), why);
      } else if (before == State.DOWN) {
        recordRecovery();
        log.atInfo()
            .addKeyValue("region", region)
            .addKeyValue("gateway", HostPort.text(address))
            .log("{} is back", name());
      }
      watcher.changed();
    }
  }

  private String name() {
    return sibling
        ? "the way to region %s by our own %s".formatted(region, HostPort.text(address))
        : "gateway %s of region %s".formatted(HostPort.text(address), region);
  }

  /** Records an answer to a question. Any thread. */
  void recordAnswer(long now) {
    answeredAt = now;
    suspect = false;
    heard();
    if (state != State.UP) {
      watcher.lookSoon();
    }
  }

  /** When it last answered a question, roughly. */
  long answeredAt() {
    return answeredAt;
  }

  /** Records the explanation of a refusal. Any thread. */
  void recordRefusal(String why, long now) {
    refusal = new Refusal(why, now);
  }

  /** The last time that it refused a question and said why; null: never. */
  public @Nullable Refusal refusal() {
    return refusal;
  }

  /** Records that a reply was not used, or only in part. Any thread. */
  void recordDisbelief(String why, long now) {
    disbelief = new Disbelief(why, now);
  }

  /** The last time that a reply of it was not used, or not whole; null: never. */
  public @Nullable Disbelief disbelief() {
    return disbelief;
  }

  /** Asks for a probe soon. Any thread. */
  void requestProbe() {
    if (!suspect) {
      suspect = true;
      watcher.lookSoon();
    }
  }

  boolean suspect() {
    return suspect;
  }

  /** Records a recovery: what failed before may succeed now. Any thread. */
  void recordRecovery() {
    recoveries.incrementAndGet();
  }

  /** Counts up whenever it answers again after it did not. */
  int recoveries() {
    return recoveries.get();
  }

  /** Counts how a try ended. Any thread. */
  void count(Outcome outcome) {
    adder(outcome).increment();
  }

  private LongAdder adder(Outcome outcome) {
    return Objects.requireNonNull(outcomes.get(outcome));
  }

  /** The number of tries with this outcome. */
  public long outcomes(Outcome outcome) {
    return adder(outcome).sum();
  }

  /** The peer region's name. */
  public String region() {
    return region;
  }

  /** Whether it is a bridge of our own region, that may reach the peer where we do not. */
  boolean sibling() {
    return sibling;
  }

  /** Where the gateway listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** The state by the probes. */
  public State state() {
    return state;
  }

  /**
   * Whether the reply to a probe is overdue and nothing was heard since: too soon for a verdict.
   */
  public boolean late() {
    return late;
  }

  /**
   * Whether it has not replied for most of a second, to more packets than a line loses by chance.
   * It may be slow, and is not down before a question's time is over; but who has a choice does
   * without it.
   */
  public boolean silent() {
    return silent;
  }

  /** The time of the last change, on the clock of {@link System#nanoTime}. */
  public long changedAt() {
    return changedAt;
  }

  /** Smoothed round trip of the probes in nanoseconds, 0 before the first. */
  public long rtt() {
    return rtt;
  }

  /**
   * Smoothed round trip of the probes that took one packet, in nanoseconds: on a line that loses
   * packets it tells how far away the gateway is, where {@link #rtt} is a guess. 0 before the
   * first.
   */
  public long distance() {
    return distance;
  }

  /** Why it is in its state, in words. */
  public String reason() {
    return reason;
  }

  /** Counts up with each good probe: a loop that suspects the gateway stops to when it changes. */
  int goodProbes() {
    return goodProbes.get();
  }

  /** The bridge's clock, as the breaker wants it. */
  private static final class BreakerClock extends Clock {
    private final LongSupplier nanos;

    BreakerClock(LongSupplier nanos) {
      this.nanos = nanos;
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plusNanos(nanos.getAsLong());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** The breaker wants a cause; one without a stack trace will do. */
  private static final class ProbeFailure extends Exception {
    private static final long serialVersionUID = 1;

    ProbeFailure() {
      super("probe failed", null, false, false);
    }
  }
}
