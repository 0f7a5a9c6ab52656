package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.feed.FollowerState.Replica;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes replicas of one peer out of the records of its feed, whichever gateway they come from. What
 * has been said since the last position is not in force before the next one, and is forgotten when
 * the feed ends before that. A Service that is said again and is the same stays the same object.
 *
 * <p>Owned by one thread.
 */
public final class ReplicaBuilder implements AutoCloseable {
  private final String region;
  private final String domain;
  private UnaryOperator<DirectoryService> admission;
  private boolean admittedOtherwise;
  private final ReplicaMemory memory;
  private final ReplicaMemory.Account account;

  private @Nullable Replica replica;
  private Directory working = Directory.EMPTY;
  private FeedRecord.@Nullable Start start;
  private Set<ServiceKey> unseen = new HashSet<>();
  private boolean whole;
  private Set<ServiceKey> refused = new HashSet<>();

  /** Refused without a key. */
  private int unknown;

  private String reason = "";

  /** A replica that cannot be held. The message says why, in one clause. */
  public static final class DoesNotFitException extends Exception {
    private static final long serialVersionUID = 1L;

    DoesNotFitException(String message) {
      super(message);
    }
  }

  /**
   * Without a replica.
   *
   * @param region whose feed it has to be
   * @param domain that its names have to lie under
   * @param admission a Service without what the peer may not say of it; the same object if it may
   *     say all of it
   * @param memory that the replica is held in
   */
  public ReplicaBuilder(
      String region,
      String domain,
      UnaryOperator<DirectoryService> admission,
      ReplicaMemory memory) {
    this.region = region;
    this.domain = domain;
    this.admission = admission;
    this.memory = memory;
    this.account = memory.open();
  }

  /**
   * The peer may say something else from now on. What it said before is not known to be that: the
   * feed has to be read whole.
   */
  public void admit(UnaryOperator<DirectoryService> next) {
    if (!next.equals(admission)) {
      admission = next;
      admittedOtherwise = replica != null;
    }
  }

  /** The position that a feed may go on from; empty if it has to be read whole. */
  public Optional<Position> position() {
    return admittedOtherwise ? Optional.empty() : replica().map(Replica::position);
  }

  /** The last replica, if there was one. */
  public Optional<Replica> replica() {
    return Optional.ofNullable(replica);
  }

  /** A feed begins, from the same gateway as before or another one. */
  public void begin() {
    start = null;
    unseen = new HashSet<>();
    whole = false;
    restart();
  }

  /** Forgets the replica and gives its memory back. */
  public void forget() {
    replica = null;
    refused = new HashSet<>();
    unknown = 0;
    account.clear();
    begin();
  }

  /** Forgets the replica for good. */
  @Override
  public void close() {
    forget();
    account.close();
  }

  private void restart() {
    Replica last = replica;
    working = last == null ? Directory.EMPTY : last.directory();
    // Gives back, as a rule. If it cannot be had, the next record says so.
    account.take((last == null ? 0 : last.octets()) - account.held());
  }

  /**
   * Takes the next record.
   *
   * @return whether it was a position: all is said that is to be in force now
   * @throws MalformedFeedException if it cannot follow what came before
   * @throws DoesNotFitException if there is no memory left; nothing is held any more then
   */
  public boolean take(FeedRecord next) throws MalformedFeedException, DoesNotFitException {
    if (next instanceof FeedRecord.Start terms) {
      start(terms);
      return false;
    }
    if (start == null && !(next instanceof FeedRecord.Unknown)) {
      throw new MalformedFeedException("the feed does not begin with its start line");
    }
    switch (next) {
      case FeedRecord.Changed(DirectoryService service) -> put(service);
      case FeedRecord.Removed(ServiceKey key) -> remove(key);
      case FeedRecord.Refused(ServiceKey key, String why) -> {
        reason = key == null ? why : key + ": " + why;
        if (key == null) {
          unknown += unknown < FeedLimits.ENDPOINTS ? 1 : 0;
        } else {
          remove(key);
          refuse(key);
        }
      }
      case FeedRecord.Current(Position position) -> {
        complete(position);
        return true;
      }
      case FeedRecord.Start _, FeedRecord.Unknown _ -> {}
    }
    return false;
  }

  private void start(FeedRecord.Start terms) throws MalformedFeedException {
    if (terms.version() > FeedLimits.VERSION) {
      throw new MalformedFeedException(
          "the feed has version %d of the format and this bridge reads up to %d: upgrade this bridge"
              .formatted(terms.version(), FeedLimits.VERSION));
    }
    if (!terms.region().equals(region)) {
      throw new MalformedFeedException("the feed is that of region " + terms.region());
    }
    if (!terms.domain().equals(domain)) {
      throw new MalformedFeedException("the feed is that of domain " + terms.domain());
    }
    if (!terms.whole() && start == null && position().isEmpty()) {
      throw new MalformedFeedException("the feed goes on from where it was not asked to");
    }
    start = terms;
    if (terms.whole()) {
      whole = true;
      unseen = new HashSet<>();
      working.forEach(service -> unseen.add(service.key()));
      refused = new HashSet<>();
      unknown = 0;
      reason = "";
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same one: nothing was left out
  private void put(DirectoryService said) throws DoesNotFitException {
    DirectoryService service = admission.apply(said);
    ServiceKey key = service.key();
    if (!service.equals(said)) {
      refuse(key);
      reason = key + ": an address outside the ranges of region " + region;
    } else {
      refused.remove(key);
    }
    unseen.remove(key);
    DirectoryService before = working.service(key);
    if (service.equals(before)) {
      return;
    }
    long more = ReplicaMemory.of(service) - (before == null ? 0 : ReplicaMemory.of(before));
    if (!account.take(more)) {
      throw doesNotFit(account.held() + more);
    }
    working = working.with(service);
  }

  private DoesNotFitException doesNotFit(long needed) {
    forget();
    return new DoesNotFitException(
        "its directory does not fit: it takes %d KiB and more, and replication.maxMemory is %d KiB for all"
            .formatted(needed / 1024, memory.limit() / 1024));
  }

  private void refuse(ServiceKey key) {
    // A peer must not fill memory with what it may not say.
    if (refused.size() < FeedLimits.ENDPOINTS) {
      refused.add(key);
    }
  }

  private void remove(ServiceKey key) {
    unseen.remove(key);
    refused.remove(key);
    DirectoryService before = working.service(key);
    if (before != null) {
      account.take(-ReplicaMemory.of(before));
      working = working.without(key);
    }
  }

  private void complete(Position position) throws MalformedFeedException, DoesNotFitException {
    if (!account.take(0)) {
      throw doesNotFit(account.held());
    }
    Replica last = replica;
    FeedRecord.Start begun = Objects.requireNonNull(start, "checked by the caller");
    if (last != null && !whole) {
      boolean same = position.log() == last.position().log();
      if (!same || position.generation() < last.position().generation()) {
        throw new MalformedFeedException("the feed goes back or elsewhere without saying so");
      }
    }
    if (whole) {
      for (ServiceKey key : Set.copyOf(unseen)) {
        remove(key);
      }
      unseen = new HashSet<>();
      whole = false;
      admittedOtherwise = false;
    }
    working = working.withComplete(true);
    boolean different =
        last == null
            || last.directory() != working
            || !last.position().equals(position)
            || !last.ttl().equals(begun.ttl());
    if (different) {
      replica =
          new Replica(
              working,
              domain,
              begun.ttl(),
              position,
              account.held(),
              refused.size() + unknown,
              refused.size() + unknown == 0 ? "" : reason);
    }
  }
}
