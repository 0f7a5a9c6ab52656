package io.regionbridge.router.topology;

import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * The region that this process is in.
 *
 * @param active the node of the active gateway; empty: none, or unknown
 * @param nodeAddresses of all its nodes, in order
 * @param translates whether its nodes translate ClusterIPs for other regions' traffic
 * @param clusterDomains of the cluster's own DNS, in lower case without a final dot; the first is
 *     what it calls itself. Never empty
 * @param aliases how peers know its addresses
 */
public record LocalRegion(
    String name,
    String domain,
    Ranges podCidrs,
    Ranges serviceCidrs,
    List<Gateway> gateways,
    Optional<String> active,
    List<InetAddress> nodeAddresses,
    boolean translates,
    List<String> clusterDomains,
    AliasRanges aliases) {
  /** The default domain of a cluster. */
  public static final List<String> CLUSTER_DOMAINS = List.of("cluster.local");

  public LocalRegion {
    gateways = List.copyOf(gateways);
    nodeAddresses = List.copyOf(nodeAddresses);
    clusterDomains = List.copyOf(clusterDomains);
  }

  /** The ranges of its pods as peers know them, in order. */
  public List<Cidr> knownPodCidrs() {
    return aliases.known(podCidrs.cidrs());
  }

  /** The ranges of its Services as peers know them, in order. */
  public List<Cidr> knownServiceCidrs() {
    return aliases.known(serviceCidrs.cidrs());
  }

  /** Address ranges, none inside another, and where they come from. */
  public record Ranges(List<Cidr> cidrs, Origin origin) {
    public Ranges {
      cidrs = List.copyOf(cidrs);
    }
  }

  /** Where ranges come from, in the order of precedence. */
  public enum Origin {
    CONFIGURATION,
    /** The pool that Cilium gives to nodes from, in ConfigMap cilium-config. */
    CILIUM_POOL,
    /** What Cilium gave to each node. */
    CILIUM_NODES,
    /** Cilium's pools, or what of them it gave to nodes. */
    CILIUM_POOLS,
    /** Calico's pools. */
    CALICO_POOLS,
    /** What Kubernetes gave to each node. */
    NODES,
    /** The ServiceCIDR API. */
    SERVICE_CIDR_API,
    /** The ClusterIPs in use: at least these. */
    CLUSTER_IPS,
    /** Nobody says. */
    NONE
  }

  /**
   * A router node.
   *
   * @param hostname value of its label {@code kubernetes.io/hostname}
   * @param nodeAddress in the cluster
   * @param ready whether its kubelet reports so
   * @param tunnel its end of tunnels, as far as its bridge says
   */
  public record Gateway(
      String node,
      String hostname,
      Optional<InetAddress> nodeAddress,
      Optional<InetAddress> overlayAddress,
      int dnsPort,
      boolean ready,
      Optional<TunnelEnd> tunnel) {}
}
