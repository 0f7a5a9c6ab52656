package io.regionbridge.router.feed;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Follows the feeds of all peers, one gateway of each, on one thread. Each time that it wakes up it
 * reads all feeds that have something. After changes it sleeps for a moment: what all feeds bring
 * until then costs one wake-up, and one zone table.
 *
 * <p>One thread says which peers there are; any thread may ask what is known.
 */
public final class FeedFollowers implements AutoCloseable {
  private static final long MILLI = 1_000_000;

  /** A round that takes longer is stuck: it ends by itself long before, whatever peers do. */
  private static final Duration LONGEST_ROUND = Duration.ofMinutes(2);

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final ReplicaMemory memory;
  private final Runnable onChange;
  private final Loop loop;
  private final Interned interned = new Interned();
  private final Map<Identity, FeedFollower> followers = new HashMap<>();
  private volatile Map<String, FeedFollower> byRegion = Map.of();
  private volatile @Nullable Selector selector;
  private volatile boolean closed;

  /** {@link #byRegion} as the loop saw it last: it closes whoever is followed no more. */
  private Map<String, FeedFollower> current = Map.of();

  /**
   * A peer to follow. Another domain makes another peer, of which nothing is known.
   *
   * @param domain without final dot
   * @param gateways where they serve HTTP
   * @param admission a Service without what the peer may not say of it; compared by value
   */
  public record Peer(
      String region,
      String domain,
      List<InetSocketAddress> gateways,
      UnaryOperator<DirectoryService> admission) {
    /** Copies the list. */
    public Peer {
      gateways = List.copyOf(gateways);
    }

    private Identity identity() {
      return new Identity(region, domain);
    }
  }

  private record Identity(String region, String domain) {}

  /**
   * Follows nobody.
   *
   * @param most octets that all replicas together may take, until {@link #limit} says something
   *     else
   * @param onChange {@link #states} may be others; on a thread of its own, and quick
   */
  public FeedFollowers(long most, Runnable onChange, Loops loops) {
    memory = new ReplicaMemory(most);
    this.onChange = onChange;
    loop = loops.loop("feeds", Timing.waiting().withRoundsOf(LONGEST_ROUND), this::runRound);
  }

  /**
   * Follows these peers and no others.
   *
   * @param serveStale how long a replica counts after it was last current
   */
  public void follow(List<Peer> peers, Duration serveStale) {
    Set<Identity> wanted = peers.stream().map(Peer::identity).collect(Collectors.toSet());
    boolean different = followers.keySet().retainAll(wanted);
    for (Peer peer : peers) {
      FeedFollower known = followers.get(peer.identity());
      if (known != null) {
        different |= known.follow(peer.gateways(), peer.admission(), serveStale);
      } else {
        FeedFollower follower =
            new FeedFollower(
                peer.region(),
                new ReplicaBuilder(peer.region(), peer.domain(), peer.admission(), memory),
                interned,
                peer.gateways(),
                peer.admission(),
                serveStale,
                onChange);
        followers.put(peer.identity(), follower);
        different = true;
      }
    }
    if (!different) {
      return;
    }
    Map<String, FeedFollower> now = new HashMap<>();
    followers.forEach((peer, follower) -> now.put(peer.region(), follower));
    byRegion = Map.copyOf(now);
    loop.start(); // once there is somebody to follow
    wakeUp();
  }

  private void wakeUp() {
    Selector waiting = selector;
    if (waiting != null) {
      waiting.wakeup();
    }
  }

  /** Another limit of all replicas from now on, in octets. Any thread. */
  public void limit(long octets) {
    memory.limit(octets);
  }

  /** What all replicas together take, in octets. Any thread. */
  public long octets() {
    return memory.taken();
  }

  /** What is known of each peer's directory, by region. Any thread. */
  public Map<String, FollowerState> states() {
    Map<String, FollowerState> states = new HashMap<>();
    byRegion.forEach((region, follower) -> states.put(region, follower.state()));
    return states;
  }

  /** Waits until something has come or is due, and does it for every peer. */
  private void runRound() throws IOException, InterruptedException {
    Selector waiting = selector;
    if (waiting == null) {
      waiting = Selector.open();
      selector = waiting; // before the peers are looked at: who changes them wakes it up
    }
    takeOver();
    long wait = LONGEST_WAIT.toNanos();
    for (FeedFollower follower : current.values()) {
      wait = Math.min(wait, follower.runDue(waiting));
    }
    if (closed) {
      return;
    }
    if (wait <= 0) {
      waiting.selectNow(FeedFollowers::select);
    } else {
      waiting.select(FeedFollowers::select, (wait - 1) / MILLI + 1);
    }
    boolean changed = false;
    boolean more = false;
    for (FeedFollower follower : current.values()) {
      changed |= follower.read();
      more |= follower.hasMore();
    }
    if (changed && !more) {
      TimeUnit.NANOSECONDS.sleep(FollowerMachine.untilNextRead(System.nanoTime()));
    }
  }

  private static void select(SelectionKey key) {
    ((FeedFollower) key.attachment()).selected();
  }

  @SuppressWarnings("ReferenceEquality") // each change makes another one
  private void takeOver() {
    Map<String, FeedFollower> now = byRegion;
    if (now != current) {
      current.values().stream()
          .filter(follower -> !now.containsValue(follower))
          .forEach(FeedFollower::close);
      current = now;
    }
  }

  @Override
  public void close() {
    closed = true;
    wakeUp();
    loop.close();
    current.values().forEach(FeedFollower::close);
    byRegion.values().forEach(FeedFollower::close);
    try {
      Selector last = selector;
      if (last != null) {
        last.close();
      }
    } catch (IOException _) {
      // nothing is registered with it any more
    }
  }
}
