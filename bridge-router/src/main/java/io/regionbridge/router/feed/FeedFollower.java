package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Interned;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
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
  private static final int MOST_ZIPPED = 8192;
  private static final int BURST = 16 << 20;
  private static final int RATE = 1 << 20;

  /** A thread that has read so many lines lets others go first. */
  private static final int TURN = 64;

  /** Between tries of a peer whose directory does not fit. */
  private static final Duration TOO_LARGE = Duration.ofSeconds(60);

  private static final Duration IDLE = Duration.ofSeconds(1);

  private final String region;
  private final FeedDecoder decoder;
  private final ReplicaBuilder builder;
  private final FollowerMachine machine;
  private final Runnable onChange;
  private final Thread thread;
  private volatile List<InetSocketAddress> gateways;
  private volatile FollowerState state = FollowerState.NONE;
  private volatile boolean closed;
  private volatile @Nullable HttpURLConnection connection;
  private String lastFlaw = "";
  private double allowance = BURST;
  private long refilledAt = System.nanoTime();

  /**
   * Starts to follow.
   *
   * @param gateways where the peer's gateways serve HTTP
   * @param onChange {@link #state} is another one; on this follower's thread
   */
  FeedFollower(
      String region,
      ReplicaBuilder builder,
      Interned interned,
      List<InetSocketAddress> gateways,
      Runnable onChange) {
    this.region = region;
    this.builder = builder;
    this.decoder = new FeedDecoder(interned);
    this.machine =
        new FollowerMachine(() -> ThreadLocalRandom.current().nextDouble(), System.nanoTime());
    this.gateways = List.copyOf(gateways);
    this.onChange = onChange;
    this.thread = Thread.ofVirtual().name("feed-" + region).start(this::run);
  }

  /** The peer's gateways are these now. Any thread. */
  void gateways(List<InetSocketAddress> now) {
    if (!now.equals(gateways)) {
      gateways = List.copyOf(now);
      LockSupport.unpark(thread);
    }
  }

  /** What is known now. Any thread. */
  FollowerState state() {
    return state;
  }

  private void run() {
    try {
      while (!closed) {
        machine.gateways(gateways);
        Optional<InetSocketAddress> gateway = machine.due(System.nanoTime());
        if (gateway.isEmpty()) {
          long wait = machine.notBefore() - System.nanoTime();
          LockSupport.parkNanos(wait > 0 ? Math.min(wait, IDLE.toNanos()) : IDLE.toNanos());
          continue;
        }
        follow(gateway.get());
      }
    } catch (RuntimeException e) {
      log.error("region {}: its directory is not followed any more", region, e);
      tell(FollowerState.Standing.NONE, "internal error: " + e);
    } finally {
      builder.close();
    }
  }

  private void follow(InetSocketAddress gateway) {
    Duration wait = Duration.ZERO;
    String flaw;
    boolean kept = true;
    try {
      flaw = read(gateway);
    } catch (ReplicaBuilder.DoesNotFitException e) {
      flaw = String.valueOf(e.getMessage());
      wait = TOO_LARGE;
      kept = false;
    } catch (MalformedFeedException e) {
      flaw = String.valueOf(e.getMessage());
    } catch (SocketTimeoutException e) {
      flaw = "nothing heard for %d ms".formatted(FollowerMachine.SILENCE.toMillis());
    } catch (IOException e) {
      flaw = String.valueOf(e.getMessage());
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
    String told = SocketLiteral.format(gateway) + ": " + flaw;
    if (!told.equals(lastFlaw)) {
      log.info("region {}: its directory is not followed at {}", region, told);
      lastFlaw = told;
    }
    boolean interrupted = kept && builder.replica().isPresent();
    tell(interrupted ? FollowerState.Standing.INTERRUPTED : FollowerState.Standing.NONE, told);
  }

  /** Reads until the feed ends, and says why it did. */
  private String read(InetSocketAddress gateway)
      throws IOException, MalformedFeedException, ReplicaBuilder.DoesNotFitException {
    String since = builder.replica().map(replica -> "?since=" + replica.position()).orElse("");
    URI uri = URI.create("http://" + SocketLiteral.format(gateway) + "/api/v1/directory" + since);
    HttpURLConnection opened = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
    connection = opened;
    opened.setConnectTimeout((int) CONNECT.toMillis());
    opened.setReadTimeout((int) FollowerMachine.SILENCE.toMillis());
    opened.setInstanceFollowRedirects(false);
    opened.setUseCaches(false);
    opened.setRequestProperty("Accept-Encoding", "gzip");
    opened.setRequestProperty("Accept", "application/x-ndjson");
    if (opened.getResponseCode() != HttpURLConnection.HTTP_OK) {
      return "HTTP status " + opened.getResponseCode();
    }
    builder.begin();
    InputStream body = new Heard(opened.getInputStream());
    try (InputStream plain =
        "gzip".equals(opened.getContentEncoding())
            ? new GZIPInputStream(body, MOST_ZIPPED)
            : body) {
      return read(new LineReader(plain), gateway);
    }
  }

  private String read(LineReader lines, InetSocketAddress gateway)
      throws IOException, MalformedFeedException, ReplicaBuilder.DoesNotFitException {
    int count = 0;
    while (!closed) {
      while (lines.next()) {
        if (lines.length() > 0
            && builder.take(decoder.decode(lines.buffer(), lines.from(), lines.length()))) {
          machine.reached(System.nanoTime());
          lastFlaw = "";
          tell(FollowerState.Standing.CURRENT, SocketLiteral.format(gateway));
        }
        if (++count % TURN == 0) {
          letOthersGo();
        }
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
      if (!machine.gateways(gateways)) {
        return "not a gateway any more";
      }
      if (state.standing() == FollowerState.Standing.CURRENT
          && !machine.current(System.nanoTime())) {
        tell(FollowerState.Standing.INTERRUPTED, "no position for a while");
      }
    }
    return "closed";
  }

  /** Virtual threads are not preempted: one peer's feed must not keep a carrier for itself. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static void letOthersGo() {
    Thread.yield();
  }

  /** Waits until so many octets may be read: a peer must not keep the CPU for itself. */
  private void throttle(int octets) {
    long now = System.nanoTime();
    allowance = Math.min(BURST, allowance + (now - refilledAt) * 1e-9 * RATE) - octets;
    refilledAt = now;
    while (allowance < 0 && !closed) {
      LockSupport.parkNanos((long) (-allowance / RATE * 1e9));
      now = System.nanoTime();
      allowance += (now - refilledAt) * 1e-9 * RATE;
      refilledAt = now;
    }
    machine.heard(now);
  }

  private void tell(FollowerState.Standing standing, String why) {
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
    LockSupport.unpark(thread);
    HttpURLConnection open = connection;
    if (open != null) {
      open.disconnect();
    }
  }

  /** Octets as they come from the wire: even those that make no line yet are a sign of life. */
  private final class Heard extends FilterInputStream {
    Heard(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int at, int length) throws IOException {
      int count = super.read(buffer, at, length);
      machine.heard(System.nanoTime());
      return count;
    }
  }
}
