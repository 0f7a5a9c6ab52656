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
 * "discover it".
 *
 * @param domain lower case, without a final dot
 * @param aliases how peers know the addresses of the local region
 * @param supernets ranges of which any peer may claim parts
 * @param allNames the domain of names over all regions, if there is one
 * @param dnsListen where this bridge serves DNS, as configured
 * @param httpPort of bridges on the overlay; 0: peers are not asked
 * @param manifests files with the local Services, without a cluster
 * @param directoryRoom octets for the local Services
 * @param keys directory of this node's WireGuard key, without a cluster
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
   * @param endpoint where it is reached from outside; empty: it connects to this region
   * @param persistentKeepalive seconds between keepalives; 0: none
   */
  public record Tunnel(
      String publicKey, Optional<InetSocketAddress> endpoint, int persistentKeepalive) {}

  /**
   * Settings that hold only in a cluster.
   *
   * @param routerLabel the label selector of router nodes
   * @param forwardTo the Service, in the bridges' namespace, that CoreDNS forwards to; empty: the
   *     router nodes
   * @param netBird the namespace of NetBird's routers, if they must be on the host network
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
   * @param interfaceName empty: the first usual one that exists, or {@code rb0} where the bridge
   *     makes the device
   * @param single this node's place where the bridge makes the device on one node alone
   * @param nodes each node's place where bridges make it on several
   * @param listenPort UDP port of the device; 0: any
   * @param serveStale how long the last state counts while the device cannot be read
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

    /** The place of a node on the overlay, if it is configured. */
    public Optional<Own> own(String node) {
      return nodes.isEmpty() ? single : Optional.ofNullable(nodes.get(node));
    }

    /** The interface that the bridge makes. */
    public String managedInterface() {
      return interfaceName.orElse(DEFAULT_INTERFACE);
    }
  }

  /** How the bridge treats the overlay. */
  public enum OverlayMode {
    /** Another program runs it; the bridge reads handshakes and routes. */
    OBSERVE,

    /** The bridge makes the WireGuard device and its peers. */
    MANAGE,

    /** There is no overlay. */
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
   * @param shortestIpv4 the widest prefix that may be sent to a peer, 1 to 32
   * @param shortestIpv6 the same for IPv6, 1 to 128
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

    /** The default settings. */
    public static Egress of(Engine engine) {
      return new Egress(engine, List.of(), List.of(), SHORTEST_IPV4, SHORTEST_IPV6, false);
    }
  }

  /** The engine of egress. */
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
   * @param excludedNamespaces none of whose Services is exported, whatever the Services say
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
   * How the bridge was installed, for judging a cluster.
   *
   * @param routerLabel {@code key=value} or {@code key}
   * @param netBird the namespace of NetBird's routers, if they must be on the host network
   * @param tunnels whether the bridges make the tunnels, and so have keys
   * @param admin who may ask the bridges; empty: unknown
   */
  public record Release(
      String namespace,
      String routerLabel,
      Engine engine,
      Optional<String> netBird,
      boolean multiCluster,
      boolean tunnels,
      Optional<Admin> admin) {
    /** Whether the admin address is not a loopback address, and whether it requires a token. */
    public record Admin(boolean exposed, boolean token) {}

    /** Without the Multi-Cluster Services API and tunnels. */
    public Release(String namespace, String routerLabel, Engine engine, Optional<String> netBird) {
      this(namespace, routerLabel, engine, netBird, false, false, Optional.empty());
    }

    /** The chart's defaults. */
    public static Release defaults(String namespace, String routerLabel) {
      return new Release(namespace, routerLabel, Engine.AUTO, Optional.empty());
    }

    /** Whether Cilium carries out the bridge's policies. */
    public boolean needsCilium() {
      return engine == Engine.AUTO || engine == Engine.CILIUM;
    }
  }
}
