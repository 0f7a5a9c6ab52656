package io.regionbridge.router.feed;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.feed.FollowerState.Replica;
import io.regionbridge.router.loop.FailureReason;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.net.SocketLiteral;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the directory feed of one peer, at one of its gateways at a time, on a virtual thread of
 * its own. What a peer sends costs no more than a share of the CPU and of the memory for replicas:
 * it is read no faster than {@value #RATE} octets a second after the first {@value #BURST}.
 */
final class FeedFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FeedFollower.class);
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final int BURST = 16 << 20;
  private static final int RATE = 1 << 20;

  /** A thread that has read so many lines lets others go first. */
  private static final int TURN = 64;

  /** Between tries of a peer whose directory does not fit. */
  private static final Duration TOO_LARGE = Duration.ofSeconds(60);

  /** Where there is no feed, there will be none soon. */
  private static final Duration NO_FEED = Duration.ofSeconds(30);

  private static final String OUTDATED = ", for longer than dns.cache.serveStale";
  private static final int MOST_FLAWS = 16;
  private static final Duration IDLE = Duration.ofSeconds(1);
  private static final Duration LONGEST_IDLE = Duration.ofMinutes(1);

  private final String region;
  private final FeedDecoder decoder;
  private final ReplicaBuilder builder;
  private final FollowerMachine machine;
  private final Runnable onChange;
  private final Loop loop;
  private final Semaphore changed = new Semaphore(0);
  private volatile Followed followed;
  private volatile FollowerState state = FollowerState.NONE;
  private volatile boolean closed;
  private volatile @Nullable HttpURLConnection connection;
  private @Nullable UnaryOperator<DirectoryService> admission;

  /** What has been logged since the replica was current. */
  private final Set<String> flaws = new HashSet<>();

  private record Followed(
      List<InetSocketAddress> gateways,
      UnaryOperator<DirectoryService> admission,
      Duration serveStale) {}

  private double allowance = BURST;
  private long refilledAt = System.nanoTime();

  /**
   * Follows no gateway yet.
   *
   * @param gateways where they serve HTTP
   * @param admission what the peer may say; compared by value
   * @param serveStale how long a replica counts after it was last current
   * @param onChange {@link #state} is another one; on this follower's thread
   */
  FeedFollower(
      String region,
      ReplicaBuilder builder,
      Interned interned,
      List<InetSocketAddress> gateways,
      UnaryOperator<DirectoryService> admission,
      Duration serveStale,
      Runnable onChange,
      Loops loops) {
    this.region = region;
    this.builder = builder;
    this.decoder = new FeedDecoder(interned);
    this.machine =
        new FollowerMachine(() -> ThreadLocalRandom.current().nextDouble(), System.nanoTime());
    this.followed = new Followed(gateways, admission, serveStale);
    this.onChange = onChange;
    this.loop = loops.loop("feed-" + region, Timing.waiting().onVirtualThread(), this::runRound);
  }

  /** Starts to follow. */
  void start() {
    loop.start();
  }

  /** The peer has these gateways now, may say this, and counts for so long. Any thread. */
  void follow(
      List<InetSocketAddress> gateways,
      UnaryOperator<DirectoryService> admitted,
      Duration serveStale) {
    Followed now = new Followed(gateways, admitted, serveStale);
    if (!now.equals(followed)) {
      followed = now;
      changed.release();
    }
  }

  /** What is known now. Any thread. */
  FollowerState state() {
    return state;
  }

  /** Follows one gateway for as long as that goes well, or waits until one is to be tried. */
  private void runRound() throws InterruptedException {
    dropOutdated();
    machine.gateways(followed.gateways());
    Optional<InetSocketAddress> gateway = machine.due(System.nanoTime());
    if (gateway.isPresent()) {
      follow(gateway.get());
    } else {
      // A replica that may become outdated is looked at meanwhile; without one nothing happens.
      long wait = machine.notBefore() - System.nanoTime();
      long least = followed.gateways().isEmpty() ? Long.MAX_VALUE : Math.max(wait, 1);
      Duration most = state.standing() == FollowerState.Standing.NONE ? LONGEST_IDLE : IDLE;
      if (changed.tryAcquire(Math.min(least, most.toNanos()), TimeUnit.NANOSECONDS)) {
        changed.drainPermits();
      }
    }
  }

  private void follow(InetSocketAddress gateway) throws InterruptedException {
    Duration wait = Duration.ZERO;
    String flaw;
    boolean kept = true;
    try {
      flaw = read(gateway);
    } catch (ReplicaBuilder.DoesNotFitException e) {
      flaw = String.valueOf(e.getMessage());
      wait = TOO_LARGE;
      kept = false;
    } catch (NoFeedException e) {
      flaw = String.valueOf(e.getMessage());
      wait = NO_FEED;
    } catch (MalformedFeedException e) {
      flaw = String.valueOf(e.getMessage());
    } catch (SocketTimeoutException e) {
      flaw = "nothing heard for %d ms".formatted(machine.silence().toMillis());
    } catch (IOException e) {
      flaw = FailureReason.of(e);
    }
    HttpURLConnection open = connection;
    connection = null;
    if (open != null) {
      open.disconnect();
    }
    if (closed) {
      return;
    }
    builder.begin();
    machine.failed(System.nanoTime(), wait);
    String problem = SocketLiteral.format(gateway) + ": " + flaw;
    if (flaws.size() < MOST_FLAWS && flaws.add(problem)) {
      log.atInfo()
          .addKeyValue("region", region)
          .addKeyValue("gateway", SocketLiteral.format(gateway))
          .addKeyValue("reason", flaw)
          .log("region {}: its directory is not followed at {}", region, problem);
    }
    boolean known = kept && builder.replica().isPresent();
    if (known && isOutdated()) {
      setState(FollowerState.Standing.NONE, problem + OUTDATED);
    } else {
      setState(known ? FollowerState.Standing.INTERRUPTED : FollowerState.Standing.NONE, problem);
    }
  }

  private boolean isOutdated() {
    return machine.isOutdated(System.nanoTime(), followed.serveStale());
  }

  /** A replica is given as stale answers are, and no longer (RFC 8767 section 5). */
  private void dropOutdated() {
    if (state.standing() == FollowerState.Standing.INTERRUPTED && isOutdated()) {
      setState(FollowerState.Standing.NONE, state.why() + OUTDATED);
    }
  }

  /** Reads until the feed ends, and says why it did. */
  private String read(InetSocketAddress gateway)
      throws IOException,
          MalformedFeedException,
          ReplicaBuilder.DoesNotFitException,
          InterruptedException {
    admission = followed.admission();
    builder.admit(admission);
    String since = builder.position().map(position -> "?since=" + position).orElse("");
    URI uri = URI.create("http://" + SocketLiteral.format(gateway) + "/api/v1/directory" + since);
    HttpURLConnection opened = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
    connection = opened;
    opened.setConnectTimeout((int) CONNECT.toMillis());
    opened.setReadTimeout((int) machine.silence().toMillis());
    opened.setInstanceFollowRedirects(false);
    opened.setUseCaches(false);
    opened.setRequestProperty("Accept-Encoding", "gzip");
    opened.setRequestProperty("Accept", "application/x-ndjson");
    int status = opened.getResponseCode();
    if (status == HttpURLConnection.HTTP_NOT_FOUND) {
      throw new NoFeedException();
    }
    if (status != HttpURLConnection.HTTP_OK) {
      return "HTTP status " + status;
    }
    builder.begin();
    InputStream body = new Heard(opened.getInputStream());
    try (InputStream plain =
        "gzip".equals(opened.getContentEncoding()) ? new Unzipped(body) : body) {
      return read(new LineReader(plain), gateway);
    }
  }

  /** A bridge that does not serve its directory. */
  private static final class NoFeedException extends IOException {
    private static final long serialVersionUID = 1L;

    NoFeedException() {
      super("it serves no directory feed; upgrade the peer's bridges");
    }
  }

  private String read(LineReader lines, InetSocketAddress gateway)
      throws IOException,
          MalformedFeedException,
          ReplicaBuilder.DoesNotFitException,
          InterruptedException {
    int count = 0;
    while (!closed) {
      boolean changed = false;
      boolean reached = false;
      boolean complete = false;
      while (lines.next()) {
        if (lines.length() > 0) {
          complete = builder.take(decoder.decode(lines.buffer(), lines.from(), lines.length()));
          reached |= complete;
          changed |= !complete;
        }
        if (++count % TURN == 0) {
          yieldThread();
        }
      }
      if (reached) {
        reach(gateway);
      }
      // A read brings one chunk at most: what has come in others by now is not left to pile up.
      if (complete && changed && !lines.isReady()) {
        TimeUnit.NANOSECONDS.sleep(FollowerMachine.untilNextRead(System.nanoTime()));
      }
      int octets = lines.more();
      if (octets < 0) {
        return "the feed ended";
      }
      throttle(octets);
      Optional<String> flaw = machine.flaw(System.nanoTime());
      if (flaw.isPresent()) {
        return flaw.get();
      }
      if (!machine.gateways(followed.gateways())) {
        return "not a gateway any more";
      }
      if (!followed.admission().equals(admission)) {
        return "its ranges have changed";
      }
      if (state.standing() == FollowerState.Standing.CURRENT
          && !machine.current(System.nanoTime())) {
        setState(FollowerState.Standing.INTERRUPTED, "no position for a while");
      }
      dropOutdated();
    }
    return "closed";
  }

  /** All up to a position is in force. */
  private void reach(InetSocketAddress gateway) {
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

  /** Virtual threads are not preempted: one peer's feed must not keep a carrier for itself. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static void yieldThread() {
    Thread.yield();
  }

  /** Waits until so many octets may be read: a peer must not keep the CPU for itself. */
  private void throttle(int octets) throws InterruptedException {
    long now = System.nanoTime();
    allowance = Math.min(BURST, allowance + (now - refilledAt) * 1e-9 * RATE) - octets;
    refilledAt = now;
    while (allowance < 0) {
      TimeUnit.NANOSECONDS.sleep((long) (-allowance / RATE * 1e9) + 1);
      now = System.nanoTime();
      allowance += (now - refilledAt) * 1e-9 * RATE;
      refilledAt = now;
    }
    machine.heard(now);
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

  @Override
  public void close() {
    closed = true;
    HttpURLConnection open = connection;
    if (open != null) {
      open.disconnect();
    }
    loop.close();
    builder.close();
  }

  /** Octets as they come from the wire: even those that make no line yet are a sign of life. */
  private final class Heard extends FilterInputStream {
    /** A read that takes less has not waited. */
    private static final long AT_ONCE = 1_000_000;

    private boolean atOnce;

    Heard(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int at, int length) throws IOException {
      long begun = System.nanoTime();
      int count = super.read(buffer, at, length);
      long now = System.nanoTime();
      atOnce = count > 0 && now - begun < AT_ONCE;
      machine.heard(now);
      return count;
    }

    /** Whether more is likely to be there. To ask the HTTP client makes it read all into memory. */
    @Override
    public int available() {
      return atOnce ? 1 : 0;
    }
  }
}
