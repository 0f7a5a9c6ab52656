package io.regionbridge.router.settings;

import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.RegionDomain;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is configured of the regions at one moment. Compared by value; empty lists and options mean
 * "find it out".
 *
 * @param name the local region's
 * @param domain of the local region, lower case, without a dot at the end
 * @param podCidrs of the local region
 * @param serviceCidrs of the local region
 * @param aliases how peers know the addresses of the local region
 * @param peers the peer regions that are declared
 * @param supernets ranges that any peer may claim parts of
 * @param allNames the domain in which a Service has one name over all regions, if there is one
 * @param dnsListen where this bridge serves DNS, as configured
 * @param httpPort where bridges answer by HTTP on the overlay; 0: peers are not asked
 * @param manifests files with the local Services, where there is no cluster
 * @param directoryRoom octets of memory that the local Services may take
 * @param keys directory of this node's WireGuard key, where there is no cluster
 */
public record RegionSettings(
    String name,
    String domain,
    List<Cidr> podCidrs,
    List<Cidr> serviceCidrs,
    AliasRanges aliases,
    List<Peer> peers,
    List<Cidr> supernets,
    Optional<String> allNames,
    List<InetSocketAddress> dnsListen,
    int httpPort,
    List<Path> manifests,
    long directoryRoom,
    Path keys,
    Overlay overlay,
    Egress egress,
    Cluster cluster) {
  public RegionSettings {
    podCidrs = List.copyOf(podCidrs);
    serviceCidrs = List.copyOf(serviceCidrs);
    peers = List.copyOf(peers);
    supernets = List.copyOf(supernets);
    dnsListen = List.copyOf(dnsListen);
    manifests = List.copyOf(manifests);
  }

  /**
   * A declared peer region.
   *
   * @param contain whether answers with addresses outside its ranges are refused
   * @param tunnel its end of the tunnel, where the bridge makes that
   * @param overlayKeys that may announce it on the overlay; empty: the first ones that do
   */
  public record Peer(
      String name,
      Optional<RegionDomain> domain,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      List<InetSocketAddress> gateways,
      boolean contain,
      Optional<Tunnel> tunnel,
      Set<String> overlayKeys) {
    public Peer {
      podCidrs = List.copyOf(podCidrs);
      serviceCidrs = List.copyOf(serviceCidrs);
      gateways = List.copyOf(gateways);
      overlayKeys = Set.copyOf(overlayKeys);
    }
  }

  /**
   * A declared peer's end of a tunnel.
   *
   * @param publicKey base64
   * @param endpoint where it is reached from outside; empty: it connects to this region
   * @param persistentKeepalive seconds between keepalives; 0: none
   */
  public record Tunnel(
      String publicKey, Optional<InetSocketAddress> endpoint, int persistentKeepalive) {}

  /**
   * What holds only in a cluster.
   *
   * @param routerLabel the label selector of router nodes
   * @param forwardTo the Service, in the bridges' namespace, that CoreDNS forwards to; empty: it
   *     forwards to the router nodes
   * @param netBird the namespace of NetBird's routers, if they are to be kept on the host network
   * @param multiCluster the domain of imported Services, if the Multi-Cluster Services API is on
   */
  public record Cluster(
      String routerLabel,
      Optional<String> forwardTo,
      Optional<String> netBird,
      Optional<String> multiCluster) {}

  /**
   * The overlay.
   *
   * @param interfaceName the network interface; empty: the first usual one that exists, or {@code
   *     rb0} where the bridge makes the device
   * @param single what the node has on it, where the bridge makes the device on one node alone
   * @param nodes what each node has on it, by the node's name, where bridges make it on several
   * @param listenPort where the device receives packets then, UDP; 0 is any
   * @param serveStale how long what was known last counts while the device cannot be read
   */
  public record Overlay(
      OverlayMode mode,
      Optional<String> interfaceName,
      Optional<Own> single,
      Map<String, Own> nodes,
      int listenPort,
      Duration serveStale) {
    private static final String DEFAULT_INTERFACE = "rb0";

    public Overlay {
      nodes = Map.copyOf(nodes);
    }

    /** What a node has on it; empty: the configuration says nothing of the node. */
    public Optional<Own> own(String node) {
      return nodes.isEmpty() ? single : Optional.ofNullable(nodes.get(node));
    }

    /** The interface that the bridge makes. */
    public String managedInterface() {
      return interfaceName.orElse(DEFAULT_INTERFACE);
    }
  }

  /** What the bridge does about the overlay. */
  public enum OverlayMode {
    /** Another program runs it; the bridge reads handshakes and routes. */
    OBSERVE,

    /** The bridge makes the WireGuard device and its peers. */
    MANAGE,

    /** There is none. */
    NONE
  }

  /**
   * A node's place on an overlay that the bridges make.
   *
   * @param prefixLength leading bits that the overlay's addresses share
   * @param endpoint where its WireGuard is reached from outside; empty: it connects to its peers
   */
  public record Own(InetAddress address, int prefixLength, Optional<InetSocketAddress> endpoint) {}

  /**
   * Egress.
   *
   * @param namespaces whose pods get it; empty: all but the excluded ones
   * @param excludeNamespaces whose pods do not
   * @param shortestIpv4 the shortest prefix, and so the widest range, that may be sent to a peer; 1
   *     to 32
   * @param shortestIpv6 the same of IPv6; 1 to 128
   * @param services whether the peers' ClusterIPs are sent to them too
   */
  public record Egress(
      Engine engine,
      List<String> namespaces,
      List<String> excludeNamespaces,
      int shortestIpv4,
      int shortestIpv6,
      boolean services) {
    /** What a pod range never is wider than, unless something else is configured. */
    public static final int SHORTEST_IPV4 = 10;

    /** The same of IPv6. */
    public static final int SHORTEST_IPV6 = 40;

    public Egress {
      namespaces = List.copyOf(namespaces);
      excludeNamespaces = List.copyOf(excludeNamespaces);
    }

    /** What holds unless something else is configured. */
    public static Egress of(Engine engine) {
      return new Egress(engine, List.of(), List.of(), SHORTEST_IPV4, SHORTEST_IPV6, false);
    }
  }

  /** What carries egress out. */
  public enum Engine {
    /** Cilium where it is. */
    AUTO,

    /** Cilium's egress gateway, by policies. */
    CILIUM,

    /** Agents on all nodes, by kernel routes. */
    ROUTES,

    /** No engine: what was written is removed. */
    NONE
  }

  /** When traffic for the active gateway's node is wrapped in VXLAN. */
  public enum Encapsulation {
    /** Where it is no neighbour. */
    AUTO,

    /** Always: where the network drops pods' addresses even between neighbours. */
    ALWAYS,

    /** Never: nodes that are no neighbours have no way then. */
    NEVER
  }

  /**
   * What peers get of the local Services.
   *
   * @param export which Services they know of
   * @param excludedNamespaces none of whose Services they know of, whatever the Services say
   * @param clusterIp what they get for a Service that has a ClusterIP
   */
  public record Directory(Export export, Set<String> excludedNamespaces, ClusterIp clusterIp) {
    public Directory {
      excludedNamespaces = Set.copyOf(excludedNamespaces);
    }
  }

  /** Which Services other regions know of, apart from excluded namespaces. */
  public enum Export {
    /** All but those annotated {@code region-bridge.io/export: "false"}. */
    ALL,

    /**
     * Only those annotated {@code region-bridge.io/export: "true"}, or that a ServiceExport names.
     */
    ANNOTATED
  }

  /** What other regions get for a Service that has a ClusterIP. */
  public enum ClusterIp {
    /** Always the addresses of the pods. */
    EXPAND,

    /** Always the ClusterIP. */
    KEEP,

    /** The addresses of the pods, unless a port is remapped and the region can translate. */
    AUTO
  }

  /**
   * How the bridge was installed, as far as a cluster is judged by it.
   *
   * @param namespace that it is in
   * @param routerLabel {@code key=value} or {@code key}
   * @param engine who sends pods' traffic to the active gateway
   * @param netBird the namespace of NetBird's routers, if the bridge is to keep them on the host
   *     network
   * @param multiCluster whether the Multi-Cluster Services API is on
   * @param tunnels whether the bridges make the tunnels, and so have keys
   * @param admin who may ask the bridges; empty: not known
   */
  public record Release(
      String namespace,
      String routerLabel,
      Engine engine,
      Optional<String> netBird,
      boolean multiCluster,
      boolean tunnels,
      Optional<Admin> admin) {
    /**
     * Who may ask the bridges.
     *
     * @param exposed whether the admin address is not one of loopback
     * @param token whether a token is asked for
     */
    public record Admin(boolean exposed, boolean token) {}

    /** Without the Multi-Cluster Services API and tunnels. */
    public Release(String namespace, String routerLabel, Engine engine, Optional<String> netBird) {
      this(namespace, routerLabel, engine, netBird, false, false, Optional.empty());
    }

    /** The chart's defaults. */
    public static Release usual(String namespace, String routerLabel) {
      return new Release(namespace, routerLabel, Engine.AUTO, Optional.empty());
    }

    /** Whether Cilium has to carry the bridge's policies out. */
    public boolean needsCilium() {
      return engine == Engine.AUTO || engine == Engine.CILIUM;
    }
  }
}
