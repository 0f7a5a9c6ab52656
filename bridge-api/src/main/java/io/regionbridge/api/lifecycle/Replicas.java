package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.zones.BelievedServices;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.router.feed.FeedFollowers;
import io.regionbridge.router.feed.FeedFollowers.Peer;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.loop.Loops;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The replicas of the peers' directories. Peers serve theirs where the configuration says so, or
 * else on the port that this bridge has for its own admin address, at the addresses where their DNS
 * is asked.
 *
 * <p>{@link #follow} belongs to one thread, the rest to any.
 */
final class Replicas implements AutoCloseable {
  private final FeedFollowers followers;

  /**
   * Follows no peer yet.
   *
   * @param most octets that all of them may take, until {@link #limit} sets another limit
   * @param onChange {@link #states} may be others; on a thread of its own
   */
  Replicas(long most, Runnable onChange, Loops loops) {
    followers = new FeedFollowers(most, onChange, loops);
  }

  /**
   * Follows the peers that there are, if replicas are wanted.
   *
   * @param domains the zones of the peers' domains
   */
  void follow(BridgeConfig config, Collection<ForwardZone> domains) {
    int port = config.get(ConfigKeys.ADMIN_LISTEN).getPort();
    List<Peer> peers = new ArrayList<>();
    if (config.get(ConfigKeys.REPLICATION_ENABLED)) {
      for (ForwardZone zone : domains) {
        List<InetSocketAddress> gateways = declared(config, zone.region());
        if (gateways.isEmpty() && port != 0) {
          gateways =
              zone.gateways().stream()
                  .map(gateway -> new InetSocketAddress(gateway.getAddress(), port))
                  .distinct()
                  .toList();
        }
        if (!gateways.isEmpty() || port != 0) {
          peers.add(
              new Peer(
                  zone.region(),
                  zone.apex().toString(true),
                  gateways,
                  new BelievedServices(zone.addresses())));
        }
      }
    }
    followers.follow(peers, config.get(ConfigKeys.DNS_CACHE_SERVE_STALE));
  }

  /** Where the configuration says that a region serves its directory; none: it does not. */
  private static List<InetSocketAddress> declared(BridgeConfig config, String region) {
    return config.get(ConfigKeys.REGIONS).stream()
        .filter(peer -> peer.get(ConfigKeys.PEER_NAME).equals(region))
        .flatMap(peer -> peer.get(ConfigKeys.PEER_ADMIN).stream())
        .distinct()
        .toList();
  }

  /** What is known of each peer's directory, by region; of one that is not followed, nothing. */
  Map<String, FollowerState> states() {
    return followers.states();
  }

  /** Octets that all of them may take from now on. */
  void limit(long octets) {
    followers.limit(octets);
  }

  /** Octets that all of them take. */
  long octets() {
    return followers.octets();
  }

  @Override
  public void close() {
    followers.close();
  }
}
