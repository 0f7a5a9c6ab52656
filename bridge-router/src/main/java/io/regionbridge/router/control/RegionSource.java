package io.regionbridge.router.control;

import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.multicluster.ImportTotals;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.KeyStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where regions and the local Services are known from: a cluster, or manifests and the
 * configuration. Any thread.
 */
interface RegionSource extends AutoCloseable {
  /** The regions as they are known now; empty while no more is known than what is configured. */
  Optional<Topology> topology();

  /** The configuration is another one, or what the overlay shows. */
  void lookAgain();

  /** What is wrong with the Services of the local region, one sentence each. */
  List<String> directoryProblems();

  /** The conditions of the source itself, besides {@link #directoryProblems}. */
  List<Finding> findings();

  /** How traffic gets to the peers' pods; nothing where that is not our business. */
  default EgressReport egress() {
    return EgressReport.EMPTY;
  }

  /** Where this node's WireGuard key is kept, if the bridge makes its device. */
  KeyStore keys();

  /**
   * The region's own ends of tunnels, where the bridge makes them, as the region announces them.
   */
  TunnelRecord ends();

  /** Where this node answers path probes of peers; nowhere without a cluster. */
  default Optional<InetSocketAddress> podPath() {
    return Optional.empty();
  }

  /** Which gateways of peers have said that they know a key of this node, base64. */
  Set<InetAddress> accepted(String publicKey);

  /** Whether this node is the active gateway; false where no node is elected. */
  default boolean active() {
    return false;
  }

  /** How many Services are exported and imported; empty where that is switched off. */
  default Optional<ImportTotals> imports() {
    return Optional.empty();
  }

  /**
   * Hands the role of the active gateway over to another node for good, if it is here; everything
   * else goes on. Waits for some seconds at most.
   */
  default void resign() {}

  @Override
  void close();
}
