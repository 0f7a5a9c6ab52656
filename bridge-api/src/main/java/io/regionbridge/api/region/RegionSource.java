package io.regionbridge.api.region;

import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.KeyStore;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/** Where a bridge learns what its region holds and which peers there are. Any thread. */
public interface RegionSource extends AutoCloseable {
  /** The regions as they are known now; at first what is configured of them. */
  Topology topology();

  /** Whether {@link #topology} is more than what is configured, or nothing more can be had. */
  boolean settled();

  /** The configuration is another one, or what the overlay shows. */
  void lookAgain();

  /** What is wrong with the Services of the local region, one sentence each. */
  List<String> problems();

  /** How the source itself fares, besides {@link #problems}. */
  List<Condition> conditions();

  /** How traffic gets to the peers' pods; nothing where that is not our business. */
  default EgressReport egress() {
    return EgressReport.EMPTY;
  }

  /** Where this node's WireGuard key is kept, if the bridge makes its device. */
  KeyStore keys();

  /** The region's own ends of tunnels, where the bridge makes them, as peers are told of them. */
  TunnelRecord ends();

  /** Which gateways of peers have said that they know a key of this node, base64. */
  Set<InetAddress> accepted(String publicKey);

  /** Whether this node is the active gateway; false where nobody is elected. */
  boolean active();

  /**
   * Gives the role of the active gateway to somebody else for good, if it is here; everything else
   * goes on. Waits for some seconds at most.
   */
  void resign();

  @Override
  void close();
}
