package io.regionbridge.router.feed;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.loop.Loops;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Follows the feeds of all peers, one gateway of each.
 *
 * <p>One thread says which peers there are; any thread may ask what is known.
 */
public final class FeedFollowers implements AutoCloseable {
  private final ReplicaMemory memory;
  private final Runnable onChange;
  private final Loops loops;
  private final Interned interned = new Interned();
  private final Map<Identity, FeedFollower> followers = new HashMap<>();
  private volatile Map<String, FeedFollower> byRegion = Map.of();

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
    this.loops = loops;
  }

  /**
   * Follows these peers and no others.
   *
   * @param serveStale how long a replica counts after it was last current
   */
  public void follow(List<Peer> peers, Duration serveStale) {
    Set<Identity> wanted = peers.stream().map(Peer::identity).collect(Collectors.toSet());
    followers
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !wanted.contains(entry.getKey());
          if (gone) {
            entry.getValue().close();
          }
          return gone;
        });
    for (Peer peer : peers) {
      FeedFollower known = followers.get(peer.identity());
      if (known != null) {
        known.follow(peer.gateways(), peer.admission(), serveStale);
      } else {
        FeedFollower follower =
            new FeedFollower(
                peer.region(),
                new ReplicaBuilder(peer.region(), peer.domain(), peer.admission(), memory),
                interned,
                peer.gateways(),
                peer.admission(),
                serveStale,
                onChange,
                loops);
        followers.put(peer.identity(), follower);
        follower.start();
      }
    }
    Map<String, FeedFollower> now = new HashMap<>();
    followers.forEach((peer, follower) -> now.put(peer.region(), follower));
    byRegion = Map.copyOf(now);
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

  @Override
  public void close() {
    byRegion.values().forEach(FeedFollower::close);
  }
}
