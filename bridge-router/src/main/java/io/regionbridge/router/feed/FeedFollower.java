package io.regionbridge.router.feed;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.feed.FollowerState.Replica;
import io.regionbridge.router.loop.FailureReason;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the directory feed of one peer, at one of its gateways at a time. It never waits: its
 * owner calls it when octets have come and when time has passed. What a peer sends takes a limited
 * share of the CPU and of the memory for replicas: {@value #TURN} octets are read of it before
 * others have their turn, and {@value #RATE} octets a second after the first {@value #BURST}.
 *
 * <p>Owned by the thread of {@link FeedFollowers}, but for what any thread may call.
 */
final class FeedFollower {
  private static final Logger log = LoggerFactory.getLogger(FeedFollower.class);
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final int BURST = 16 << 20;
  private static final int RATE = 1 << 20;
  private static final int TURN = 64 << 10;

  /** Between tries of a peer whose directory does not fit. */
  private static final Duration TOO_LARGE = Duration.ofSeconds(60);

  /** Where there is no feed, there will be none soon. */
  private static final Duration NO_FEED = Duration.ofSeconds(30);

  private static final String OUTDATED = ", for longer than dns.cache.serveStale";
  private static final int MOST_FLAWS = 16;

  /** How often it is looked whether an interrupted replica is outdated. */
  private static final Duration IDLE = Duration.ofSeconds(1);

  private final String region;
  private final FeedDecoder decoder;
  private final ReplicaBuilder builder;
  private final FollowerMachine machine;
  private final Runnable onChange;
  private volatile Followed followed;
  private volatile FollowerState state = FollowerState.NONE;

  /** What has been logged since the replica was current. */
  private final Set<String> flaws = new HashSet<>();

  // While a gateway is followed.
  private @Nullable FeedConnection connection;
  private @Nullable LineReader lines;
  private InetSocketAddress gateway = new InetSocketAddress(0);
  private Followed begunWith;
  private long begunAt;
  private long heard;

  private double allowance = BURST;
  private long refilledAt;

  private record Followed(
      List<InetSocketAddress> gateways,
      UnaryOperator<DirectoryService> admission,
      Duration serveStale) {}

  /**
   * Follows no gateway yet.
   *
   * @param gateways where they serve HTTP
   * @param admission what the peer may say; compared by value
   * @param serveStale how long a replica counts after it was last current
   * @param onChange {@link #state} is another one; on the thread that owns this
   */
  FeedFollower(
      String region,
      ReplicaBuilder builder,
      Interned interned,
      List<InetSocketAddress> gateways,
      UnaryOperator<DirectoryService> admission,
      Duration serveStale,
      Runnable onChange) {
    long now = System.nanoTime();
    this.region = region;
    this.builder = builder;
    this.decoder = new FeedDecoder(interned);
    this.machine = new FollowerMachine(() -> ThreadLocalRandom.current().nextDouble(), now);
    this.followed = new Followed(gateways, admission, serveStale);
    this.begunWith = followed;
    this.refilledAt = now;
    this.onChange = onChange;
  }

  /**
   * The peer has these gateways now, may say this, and counts for so long. Any thread.
   *
   * @return whether anything of that is new
   */
  boolean follow(
      List<InetSocketAddress> gateways,
      UnaryOperator<DirectoryService> admitted,
      Duration serveStale) {
    Followed now = new Followed(gateways, admitted, serveStale);
    boolean different = !now.equals(followed);
    if (different) {
      followed = now;
    }
    return different;
  }

  /** What is known now. Any thread. */
  FollowerState state() {
    return state;
  }

  /** The selector says that something has come. */
  void selected() {
    if (connection != null) {
      connection.selected();
    }
  }

  /**
   * Reads what has come, a turn's worth at most.
   *
   * @return whether Services were new, different or gone
   */
  boolean read() {
    FeedConnection open = connection;
    LineReader reader = lines;
    if (open == null || reader == null) {
      return false;
    }
    try {
      return open.advance() && hasAllowance(System.nanoTime()) && read(open, reader);
    } catch (ReplicaBuilder.DoesNotFitException e) {
      leave(String.valueOf(e.getMessage()), TOO_LARGE, false);
    } catch (MalformedFeedException e) {
      leave(String.valueOf(e.getMessage()), Duration.ZERO, true);
    } catch (IOException e) {
      leave(FailureReason.of(e), Duration.ZERO, true);
    } catch (RuntimeException e) {
      leaveAfter(e);
    }
    return false;
  }

  /** Whether {@link #read} has more to read at once. */
  boolean hasMore() {
    return connection != null && connection.isReady() && allowance > 0;
  }

  private boolean read(FeedConnection open, LineReader reader)
      throws IOException, MalformedFeedException, ReplicaBuilder.DoesNotFitException {
    boolean changed = false;
    boolean reached = false;
    int left = TURN;
    while (left > 0) {
      int octets = reader.more();
      if (octets <= 0) {
        open.drained();
        recordProgress(open);
        if (octets < 0) {
          end(open.stream().status());
          return changed;
        }
        break;
      }
      left -= octets;
      while (reader.next()) {
        if (reader.length() > 0) {
          boolean complete =
              builder.take(decoder.decode(reader.buffer(), reader.from(), reader.length()));
          reached |= complete;
          changed |= !complete;
        }
      }
    }
    allowance -= TURN - left;
    recordProgress(open);
    if (reached) {
      reach();
    }
    return changed;
  }

  /** Even octets that make no line yet are a sign of life. */
  private void recordProgress(FeedConnection open) {
    if (open.stream().heard() != heard) {
      heard = open.stream().heard();
      machine.heard(System.nanoTime());
    }
  }

  /** The response is over. */
  private void end(int status) {
    switch (status) {
      case 0, HttpURLConnection.HTTP_OK -> leave("the feed ended", Duration.ZERO, true);
      case HttpURLConnection.HTTP_NOT_FOUND ->
          leave("it serves no directory feed; upgrade the peer's bridges", NO_FEED, true);
      default -> leave("HTTP status " + status, Duration.ZERO, true);
    }
  }

  /**
   * Whether so much has been read lately that others come first: no peer has the CPU for itself.
   */
  private boolean hasAllowance(long now) {
    allowance = Math.min(BURST, allowance + (now - refilledAt) * 1e-9 * RATE);
    refilledAt = now;
    return allowance > 0;
  }

  /**
   * Does what is due: leaves a gateway of which nothing is heard, tries the next one.
   *
   * @return nanoseconds until something may be due again, if nothing comes before
   */
  long runDue(Selector selector) {
    try {
      return checkGateway(selector);
    } catch (RuntimeException e) { // of this region: the others are followed on
      leaveAfter(e);
      return IDLE.toNanos();
    }
  }

  private void leaveAfter(RuntimeException fault) {
    log.error("region {}: its directory cannot be followed", region, fault);
    leave("internal fault: " + FailureReason.describe(fault), Duration.ZERO, true);
  }

  private long checkGateway(Selector selector) {
    long now = System.nanoTime();
    Followed wanted = followed;
    boolean known = machine.gateways(wanted.gateways());
    if (!flaw(wanted, known, now).isEmpty()) {
      // It is this thread that may be late: what has come by now counts.
      selected();
      read();
      now = System.nanoTime();
      String flaw = flaw(wanted, known, now);
      if (!flaw.isEmpty()) {
        leave(flaw, Duration.ZERO, true);
      }
    }
    if (connection != null) {
      connection.pause(!hasAllowance(now));
    }
    if (state.standing() == FollowerState.Standing.CURRENT && !machine.current(now)) {
      setState(FollowerState.Standing.INTERRUPTED, "no position for a while");
    }
    // A replica is given as stale answers are, and no longer (RFC 8767 section 5).
    if (state.standing() == FollowerState.Standing.INTERRUPTED && isOutdated(now)) {
      setState(FollowerState.Standing.NONE, state.why() + OUTDATED);
    }
    if (connection == null) {
      machine.due(now).ifPresent(next -> begin(selector, next, wanted));
    }
    return untilDue(now);
  }

  /** Why the gateway that is followed is to be left; empty if it is not, or none is followed. */
  @SuppressWarnings("ReferenceEquality") // it is the same nearly always
  private String flaw(Followed wanted, boolean known, long now) {
    FeedConnection open = connection;
    if (open == null) {
      return "";
    }
    if (!known) {
      return "not a gateway any more";
    }
    if (wanted != begunWith && !wanted.admission().equals(begunWith.admission())) {
      return "its ranges have changed";
    }
    if (!open.isConnected() && now - begunAt > CONNECT.toNanos()) {
      return "no connection within %d ms".formatted(CONNECT.toMillis());
    }
    if (!hasAllowance(now)) {
      machine.heard(now); // it may well have said something
    }
    return machine.flaw(now).orElse("");
  }

  private void begin(Selector selector, InetSocketAddress next, Followed wanted) {
    gateway = next;
    begunWith = wanted;
    begunAt = System.nanoTime();
    heard = 0;
    builder.admit(wanted.admission());
    builder.begin();
    String since = builder.position().map(position -> "?since=" + position).orElse("");
    try {
      FeedConnection opened = new FeedConnection(selector, next, since, this);
      connection = opened;
      lines = new LineReader(opened.stream());
    } catch (IOException | RuntimeException e) {
      leave(FailureReason.of(e), Duration.ZERO, true);
    }
  }

  private long untilDue(long now) {
    FeedConnection open = connection;
    long wait;
    if (open == null) {
      wait = machine.untilDue(now);
    } else if (allowance <= 0) {
      wait = (long) (-allowance / RATE * 1e9) + 1;
    } else if (open.isReady()) {
      wait = 0;
    } else {
      wait = machine.untilSilent(now);
      if (!open.isConnected()) {
        wait = Math.min(wait, begunAt + CONNECT.toNanos() - now);
      }
    }
    return switch (state.standing()) {
      case CURRENT -> Math.min(wait, machine.currentFor(now));
      case INTERRUPTED -> Math.min(wait, IDLE.toNanos());
      case NONE -> wait;
    };
  }

  /** Leaves the gateway that is followed, or could not be. */
  private void leave(String flaw, Duration wait, boolean kept) {
    disconnect();
    builder.begin();
    long now = System.nanoTime();
    machine.failed(now, wait);
    String problem = SocketLiteral.format(gateway) + ": " + flaw;
    if (flaws.size() < MOST_FLAWS && flaws.add(problem)) {
      log.atInfo()
          .addKeyValue("region", region)
          .addKeyValue("gateway", SocketLiteral.format(gateway))
          .addKeyValue("reason", flaw)
          .log("region {}: its directory is not followed at {}", region, problem);
    }
    boolean known = kept && builder.replica().isPresent();
    if (known && isOutdated(now)) {
      setState(FollowerState.Standing.NONE, problem + OUTDATED);
    } else {
      setState(known ? FollowerState.Standing.INTERRUPTED : FollowerState.Standing.NONE, problem);
    }
  }

  private boolean isOutdated(long now) {
    return machine.isOutdated(now, followed.serveStale());
  }

  /** All up to a position is in force. */
  private void reach() {
    machine.reached(System.nanoTime());
    if (state.standing() != FollowerState.Standing.CURRENT) {
      flaws.clear();
      log.atInfo()
          .addKeyValue("region", region)
          .addKeyValue("gateway", SocketLiteral.format(gateway))
          .log("region {}: its directory is followed at {}", region, SocketLiteral.format(gateway));
    }
    setState(FollowerState.Standing.CURRENT, SocketLiteral.format(gateway));
  }

  private void setState(FollowerState.Standing standing, String why) {
    FollowerState before = state;
    Optional<Replica> replica =
        standing == FollowerState.Standing.NONE ? Optional.empty() : builder.replica();
    boolean same = standing == before.standing() && replica.equals(before.replica());
    FollowerState next =
        new FollowerState(
            standing,
            replica,
            standing == before.standing() ? before.since() : System.nanoTime(),
            machine.currentAt(),
            machine.followed(),
            why);
    state = next;
    if (!same) {
      onChange.run();
    }
  }

  /** Follows nobody any more, and gives the memory of the replica back. */
  void close() {
    disconnect();
    builder.close();
  }

  private void disconnect() {
    if (connection != null) {
      connection.close();
      connection = null;
      lines = null;
    }
  }
}
