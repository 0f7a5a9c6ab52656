package io.regionbridge.router.election;

import io.regionbridge.router.election.LeaseWrite.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The election as one router node sees it: gets what happens, returns which write of the Lease to
 * send next. No clock, no thread, no input or output; times are nanoseconds of any monotonic clock.
 * The package's documentation has the protocol and the argument for its safety.
 *
 * <p>Owned by one thread.
 */
final class ElectionMachine {
  /** The shortest permit: enough for a few writes on a healthy API server. */
  static final Duration SHORTEST_PERMIT = Duration.ofMillis(500);

  /** The longest: what a holder whose API server takes seconds to answer may ask for. */
  static final Duration LONGEST_PERMIT = Duration.ofSeconds(15);

  /** By how much a window is longer than a permit, besides a quarter of it. */
  static final Duration MARGIN = Duration.ofMillis(50);

  /** How often the holder writes the Lease without a reason, for people who look at it. */
  static final Duration RENEWAL = Duration.ofSeconds(10);

  /** How much longer those wait who did not write the challenge, so that one of them is first. */
  static final Duration STAGGER = Duration.ofMillis(400);

  /** How long the holder may be unfit: what hit it may hit the others a moment later. */
  static final Duration UNFIT_GRACE = Duration.ofMillis(500);

  private static final Duration RETRY = Duration.ofMillis(300);

  /** Long past, and still so far from the ends of the range that differences do not overflow. */
  static final long NEVER = Long.MIN_VALUE / 4;

  private final String me;
  private final String incarnation;
  private @Nullable LeaseState lease;
  private boolean known;
  private long versionSeen;
  private @Nullable LeaseWrite pending;
  private long pendingSent;
  private long lastWritten;
  private long notBefore = NEVER;
  private long permitUntil = NEVER;
  private Duration lastLatency = Duration.ZERO;
  private Duration challengeLatency = Duration.ZERO;
  private boolean eligible;
  private long unfitSince;
  private boolean permitWanted;
  private boolean stopping;
  private boolean suspended;

  /**
   * @param incarnation a name that no other process on this node has had
   */
  ElectionMachine(String me, String incarnation) {
    this.me = me;
    this.incarnation = incarnation;
  }

  /** The API server shows this Lease, or none. Older versions than the one known are ignored. */
  void observe(Optional<LeaseState> seen, long now) {
    LeaseState before = lease;
    LeaseState after = seen.orElse(null);
    if (before != null && after != null && after.olderThan(before)) {
      return;
    }
    boolean same =
        known
            && (before == null || after == null
                ? before == null && after == null
                : before.version().equals(after.version()));
    if (!same) {
      versionSeen = now;
    }
    known = true;
    lease = after;
    if (!held()) {
      suspended = false;
      permitUntil = NEVER;
    }
  }

  /** The write that was last asked for has come back. */
  void finish(LeaseWrite.Outcome outcome, long now) {
    LeaseWrite write = pending;
    if (write == null) {
      throw new IllegalStateException("no write is under way");
    }
    pending = null;
    lastLatency = Duration.ofNanos(now - pendingSent);
    switch (outcome) {
      case LeaseWrite.Outcome.Written(LeaseState written) -> {
        observe(Optional.of(written), now);
        if (write.kind() == Kind.CHALLENGE) {
          challengeLatency = lastLatency;
        }
        boolean grants = write.kind() == Kind.RENEW || write.kind() == Kind.ACQUIRE;
        if (grants && held() && written.version().equals(version())) {
          suspended = false;
          lastWritten = pendingSent;
          permitUntil = pendingSent + written.permit().toNanos();
          permitWanted = false;
        }
      }
      // What is there instead comes by the watch; no use to try again before.
      case LeaseWrite.Outcome.Conflict() -> notBefore = now + RETRY.toNanos();
      case LeaseWrite.Outcome.Unknown() -> notBefore = now + RETRY.toNanos();
    }
  }

  /** Whether this node could be the active gateway: overlay up, DNS serving. */
  void setEligible(boolean fit, long now) {
    if (eligible && !fit) {
      unfitSince = now;
    }
    eligible = fit;
  }

  /**
   * This process stood still for so long that another may have the role by now: it has it no more
   * until a write of the Lease shows that it still does.
   */
  void suspend() {
    suspended = held();
    permitUntil = NEVER;
  }

  /** There is something to do that needs a permit. */
  void wantPermit() {
    permitWanted = true;
  }

  /** Hands the role over, if it is here, and takes it no more. */
  void stop() {
    stopping = true;
  }

  /** Whether {@link #stop} has nothing left to do. */
  boolean stopped() {
    return stopping && pending == null && !held();
  }

  /** The holder as last seen. Empty: nobody, or not known, or this process and in doubt. */
  Optional<String> holder() {
    LeaseState now = lease;
    return now == null || now.holder().isEmpty() || suspended
        ? Optional.empty()
        : Optional.of(now.holder());
  }

  /** Whether this process is the holder, as far as it knows. */
  boolean mine() {
    return held() && !suspended;
  }

  /** Whether the Lease, as last seen, names this process. */
  private boolean held() {
    LeaseState now = lease;
    return now != null && now.holder().equals(me) && now.incarnation().equals(incarnation);
  }

  /** How often the holder has changed. */
  int transitions() {
    LeaseState now = lease;
    return now == null ? 0 : now.transitions();
  }

  /** Until when this process may act; in the past if it may not. */
  long permitUntil() {
    return permitUntil;
  }

  /**
   * The next write to send, if any; its outcome must be passed to {@link #finish}. Empty while a
   * write is under way.
   *
   * @param otherCandidate whether another node could take over
   */
  Optional<LeaseWrite> next(Function<String, Liveness> peers, boolean otherCandidate, long now) {
    if (pending != null || !known || now < notBefore) {
      return Optional.empty();
    }
    LeaseWrite wanted = held() ? writeOfHolder(otherCandidate, now) : writeOfCandidate(peers, now);
    if (wanted == null) {
      return Optional.empty();
    }
    pending = wanted;
    pendingSent = now;
    switch (wanted.kind()) {
      case RENEW ->
          // The API server may count the new permit from now on, so the old one must not be longer.
          permitUntil = Math.min(permitUntil, now + wanted.next().permit().toNanos());
      case RELEASE -> permitUntil = NEVER;
      case CREATE, CHALLENGE, ACQUIRE -> {}
    }
    return Optional.of(wanted);
  }

  private @Nullable LeaseWrite writeOfHolder(boolean otherCandidate, long now) {
    LeaseState held = lease;
    if (held == null) {
      return null;
    }
    boolean unfit = !eligible && now - unfitSince >= UNFIT_GRACE.toNanos();
    if (stopping || (unfit && otherCandidate)) {
      return new LeaseWrite(Kind.RELEASE, held.released());
    }
    boolean due = now - lastWritten >= RENEWAL.toNanos();
    boolean ending = permitWanted && permitUntil - now < SHORTEST_PERMIT.dividedBy(2).toNanos();
    if (held.challenger().isPresent() || due || ending || suspended) {
      return new LeaseWrite(Kind.RENEW, held.renewed(permit()));
    }
    permitWanted = false;
    return null;
  }

  private @Nullable LeaseWrite writeOfCandidate(Function<String, Liveness> peers, long now) {
    if (!eligible || stopping) {
      return null;
    }
    LeaseState seen = lease;
    if (seen == null) {
      return new LeaseWrite(Kind.CREATE, LeaseState.absent(me, SHORTEST_PERMIT));
    }
    boolean free = seen.holder().isEmpty();
    // A process before this one on the same node: this one has its port, so it is no more.
    boolean dead = free || seen.holder().equals(me) || peers.apply(seen.holder()) == Liveness.DEAD;
    Optional<String> challenger = seen.challenger();
    if (challenger.isEmpty()) {
      if (free) {
        return acquire(seen);
      }
      return dead ? new LeaseWrite(Kind.CHALLENGE, seen.challengedBy(me)) : null;
    }
    boolean over = now - versionSeen >= window(seen, challenger.get()).toNanos();
    return dead && over ? acquire(seen) : null;
  }

  private LeaseWrite acquire(LeaseState seen) {
    return new LeaseWrite(Kind.ACQUIRE, seen.takenBy(me, incarnation, permit()));
  }

  /** How long a challenged version must have been seen before it may be replaced. */
  private Duration window(LeaseState seen, String challenger) {
    Duration safe = seen.permit().plus(seen.permit().dividedBy(4)).plus(MARGIN);
    if (!challenger.equals(me)) {
      return safe.plus(STAGGER);
    }
    // Time for the holder to see the challenge and to answer it, on the same API server.
    Duration answer = challengeLatency.multipliedBy(4);
    return safe.compareTo(answer) >= 0 ? safe : answer;
  }

  /** Long enough to be of use when it arrives. */
  private Duration permit() {
    Duration useful = lastLatency.multipliedBy(4);
    if (useful.compareTo(SHORTEST_PERMIT) < 0) {
      return SHORTEST_PERMIT;
    }
    return useful.compareTo(LONGEST_PERMIT) > 0 ? LONGEST_PERMIT : useful;
  }

  private String version() {
    LeaseState now = lease;
    return now == null ? "" : now.version();
  }
}
