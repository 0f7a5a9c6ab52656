package io.regionbridge.dns.zone;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.Prefix;
import java.util.Collection;
import java.util.List;

/**
 * Who may ask, and as what. Immutable; look-ups allocate nothing.
 *
 * <p>Loopback's own address is nobody's overlay address: whatever is declared, 127.0.0.1 and ::1
 * are never taken for a peer.
 */
public final class ClientPolicy {
  /** The kind of client, by its address. */
  public enum Standing {
    /** May not ask. */
    REFUSED,
    /** In the local cluster: sees ClusterIPs. */
    CLUSTER,
    /** Allowed, not in the cluster: sees pods. */
    OTHER,
    /** Another region: may ask for local names only, so that relays cannot loop. */
    PEER
  }

  private static final long LOOPBACK_LOW = AddressSet.lowOfIpv4(0x7F00_0001);

  private final AddressSet allowed;
  private final AddressSet cluster;
  private final AddressSet peers;

  private ClientPolicy(AddressSet allowed, AddressSet cluster, AddressSet peers) {
    this.allowed = allowed;
    this.cluster = cluster;
    this.peers = peers;
  }

  /**
   * Creates a policy.
   *
   * @param cluster of the allowed ranges, the pods and nodes of the local cluster
   * @param peers of the allowed ranges, the gateways and pods of other regions
   */
  public static ClientPolicy of(
      Collection<Prefix> allowed, Collection<Prefix> cluster, Collection<Prefix> peers) {
    return new ClientPolicy(AddressSet.of(allowed), AddressSet.of(cluster), AddressSet.of(peers));
  }

  /** A policy that refuses everyone. */
  public static ClientPolicy nobody() {
    return of(List.of(), List.of(), List.of());
  }

  /** The kind of a client with this address, in the form of {@link AddressSet}. */
  public Standing standing(long high, long low) {
    if (!allowed.contains(high, low)) {
      return Standing.REFUSED;
    }
    if (high == 0 && (low == LOOPBACK_LOW || low == 1)) {
      return Standing.OTHER;
    }
    if (cluster.contains(high, low)) {
      return Standing.CLUSTER;
    }
    return peers.contains(high, low) ? Standing.PEER : Standing.OTHER;
  }
}
