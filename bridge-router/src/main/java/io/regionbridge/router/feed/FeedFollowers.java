package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Interned;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows the feeds of all peers, one gateway of each.
 *
 * <p>One thread says which peers there are; any thread may ask what is known.
 */
public final class FeedFollowers implements AutoCloseable {
  private final ReplicaMemory memory;
  private final Runnable onChange;
  private final Interned interned = new Interned();
  private final Map<Peer, FeedFollower> followers = new HashMap<>();
  private volatile Map<String, FeedFollower> byRegion = Map.of();

  /**
   * A peer to follow. Another domain or other bounds make another peer, of which nothing is known.
   *
   * @param domain without final dot
   * @param admission what it may say; compared by value
   */
  public record Peer(String region, String domain, Admission admission) {}

  /**
   * Follows nobody.
   *
   * @param memory that the replicas are held in
   * @param onChange {@link #states} may be others; on a thread of its own, and quick
   */
  public FeedFollowers(ReplicaMemory memory, Runnable onChange) {
    this.memory = memory;
    this.onChange = onChange;
  }

  /** Follows these peers, at these addresses, and nobody else. */
  public void follow(Map<Peer, List<InetSocketAddress>> peers) {
    followers
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !peers.containsKey(entry.getKey());
          if (gone) {
            entry.getValue().close();
          }
          return gone;
        });
    peers.forEach((peer, gateways) -> {
      FeedFollower known = followers.get(peer);
      if (known != null) {
        known.gateways(gateways);
      } else {
        followers.put(
            peer,
            new FeedFollower(
                peer.region(),
                new ReplicaBuilder(peer.region(), peer.domain(), peer.admission(), memory),
                interned,
                gateways,
                onChange));
      }
    });
    Map<String, FeedFollower> now = new HashMap<>();
    followers.forEach((peer, follower) -> now.put(peer.region(), follower));
    byRegion = Map.copyOf(now);
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
