package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.loop.Loops;
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
  private final Loops loops;
  private final Interned interned = new Interned();
  private final Map<Peer, FeedFollower> followers = new HashMap<>();
  private volatile Map<String, FeedFollower> byRegion = Map.of();

  /**
   * A peer to follow. Another domain makes another peer, of which nothing is known.
   *
   * @param domain without final dot
   */
  public record Peer(String region, String domain) {}

  /**
   * How a peer is followed.
   *
   * @param gateways where they serve HTTP
   * @param admission what the peer may say; compared by value
   */
  public record Followed(List<InetSocketAddress> gateways, Admission admission) {
    /** Copies the list. */
    public Followed {
      gateways = List.copyOf(gateways);
    }
  }

  /**
   * Follows nobody.
   *
   * @param memory that the replicas are held in
   * @param onChange {@link #states} may be others; on a thread of its own, and quick
   */
  public FeedFollowers(ReplicaMemory memory, Runnable onChange, Loops loops) {
    this.memory = memory;
    this.onChange = onChange;
    this.loops = loops;
  }

  /** Follows these peers and nobody else. */
  public void follow(Map<Peer, Followed> peers) {
    followers
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !peers.containsKey(entry.getKey());
          if (gone) {
            entry.getValue().close();
          }
          return gone;
        });
    peers.forEach((peer, followed) -> {
      FeedFollower known = followers.get(peer);
      if (known != null) {
        known.follow(followed);
      } else {
        followers.put(
            peer,
            new FeedFollower(
                peer.region(),
                new ReplicaBuilder(peer.region(), peer.domain(), followed.admission(), memory),
                interned,
                followed,
                onChange,
                loops));
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
