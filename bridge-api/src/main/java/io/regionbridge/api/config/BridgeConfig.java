package io.regionbridge.api.config;

import io.regionbridge.api.config.ConfigKeys.NodeKeys;
import io.regionbridge.api.config.ConfigKeys.PeerKeys;
import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one bridge process: valid as a whole, immutable, compared by value. Made by
 * {@link ConfigReader}; {@link ConfigKeys} holds the defaults and limits of every key and says
 * which of them a running process can take over.
 *
 * <p>An empty list or {@link Optional} of an address, range or interface means "discover it".
 */
public final class BridgeConfig {
  private final Values values;
  private final Region region;
  private final Dns dns;
  private final Overlay overlay;
  private final Kubernetes kubernetes;
  private final Directory directory;
  private final Egress egress;
  private final List<Peer> regions;
  private final Admin admin;

  /** Of values without problems. */
  BridgeConfig(Values values) {
    this.values = values;
    region = Region.of(values);
    dns = Dns.of(values);
    overlay = Overlay.of(values);
    kubernetes = Kubernetes.of(values);
    directory = Directory.of(values);
    egress = Egress.of(values);
    regions = values.get(ConfigKeys.REGIONS).stream().map(Peer::of).toList();
    admin = Admin.of(values);
  }

  /** The value of one key. */
  public <T> T get(ConfigKey<T> key) {
    return values.get(key);
  }

  /** This one, but with what another has for the keys that a running process can take over. */
  public BridgeConfig withLive(BridgeConfig next) {
    return new BridgeConfig(values.withLive(next.values));
  }

  public Region region() {
    return region;
  }

  public Dns dns() {
    return dns;
  }

  public Overlay overlay() {
    return overlay;
  }

  public Kubernetes kubernetes() {
    return kubernetes;
  }

  public Directory directory() {
    return directory;
  }

  public Egress egress() {
    return egress;
  }

  /** The peer regions that the file declares. */
  public List<Peer> regions() {
    return regions;
  }

  public Admin admin() {
    return admin;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BridgeConfig config && values.equals(config.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }

  /**
   * The local region.
   *
   * @param name an RFC 1123 label, lower case
   * @param domain the domain that is answered with authority
   */
  public record Region(String name, Domain domain, List<Cidr> podCidrs, List<Cidr> serviceCidrs) {
    public Region {
      podCidrs = List.copyOf(podCidrs);
      serviceCidrs = List.copyOf(serviceCidrs);
    }

    private static Region of(Values v) {
      return new Region(
          v.get(ConfigKeys.REGION_NAME),
          v.get(ConfigKeys.REGION_DOMAIN),
          v.get(ConfigKeys.REGION_POD_CIDRS),
          v.get(ConfigKeys.REGION_SERVICE_CIDRS));
    }
  }

  /**
   * The DNS service.
   *
   * @param listen the addresses for UDP and TCP, never the wildcard; port 0 is any free one
   * @param allow who may ask
   * @param upstream resolvers for aliases that lead out of all regions: none where the list is
   *     empty, those of the node where there is no list
   * @param ttl of directory answers, in whole seconds
   * @param threads event loops; 0 is one per core, at most eight
   * @param drain how long queries are still answered once the process was told to stop
   * @param maxInflight queries waiting for a peer's answer, of all clients
   * @param maxInflightPerClient the same, of one client address
   * @param refusedPerSecond REFUSED answers to one client by UDP, each second; 0 is silence
   * @param tls DNS over TLS to clients
   */
  public record Dns(
      List<InetSocketAddress> listen,
      List<Cidr> allow,
      Optional<List<InetSocketAddress>> upstream,
      Duration ttl,
      Cache cache,
      Relay relay,
      int threads,
      Duration drain,
      int maxInflight,
      int maxInflightPerClient,
      Tcp tcp,
      int refusedPerSecond,
      ServerTls tls) {
    public Dns {
      listen = List.copyOf(listen);
      allow = List.copyOf(allow);
      upstream = upstream.map(List::copyOf);
    }

    private static Dns of(Values v) {
      return new Dns(
          v.get(ConfigKeys.DNS_LISTEN),
          v.get(ConfigKeys.DNS_ALLOW),
          v.get(ConfigKeys.DNS_UPSTREAM),
          v.get(ConfigKeys.DNS_TTL),
          new Cache(
              v.get(ConfigKeys.DNS_CACHE_MAX_ENTRIES),
              v.get(ConfigKeys.DNS_CACHE_MAX_TTL),
              v.get(ConfigKeys.DNS_CACHE_MAX_NEGATIVE_TTL),
              v.get(ConfigKeys.DNS_CACHE_SERVE_STALE),
              v.get(ConfigKeys.DNS_CACHE_PREFETCH)),
          new Relay(
              v.get(ConfigKeys.DNS_RELAY_TIMEOUT), v.get(ConfigKeys.DNS_RELAY_HEALTH_INTERVAL)),
          v.get(ConfigKeys.DNS_THREADS),
          v.get(ConfigKeys.DNS_DRAIN),
          v.get(ConfigKeys.DNS_MAX_INFLIGHT),
          v.get(ConfigKeys.DNS_MAX_INFLIGHT_PER_CLIENT),
          new Tcp(
              v.get(ConfigKeys.DNS_TCP_MAX_CONNECTIONS),
              v.get(ConfigKeys.DNS_TCP_MAX_CONNECTIONS_PER_CLIENT),
              v.get(ConfigKeys.DNS_TCP_IDLE_TIMEOUT)),
          v.get(ConfigKeys.DNS_REFUSED_PER_SECOND),
          new ServerTls(
              v.get(ConfigKeys.DNS_TLS_LISTEN),
              v.get(ConfigKeys.DNS_TLS_CERTIFICATE),
              v.get(ConfigKeys.DNS_TLS_KEY)));
    }
  }

  /**
   * The cache of relayed answers.
   *
   * @param maxEntries answers kept, one or more
   * @param maxTtl the longest an answer is fresh, whatever its own TTL; zero caches nothing
   * @param maxNegativeTtl the same for NXDOMAIN and NODATA (RFC 2308)
   * @param serveStale how long past its TTL an answer may still be given when no gateway answers
   *     (RFC 8767); zero is never
   * @param prefetch whether popular answers are asked for again before they expire
   */
  public record Cache(
      int maxEntries,
      Duration maxTtl,
      Duration maxNegativeTtl,
      Duration serveStale,
      boolean prefetch) {}

  /**
   * Asking peers.
   *
   * @param timeout for one question, all tries included
   * @param healthInterval between two health checks of a gateway
   */
  public record Relay(Duration timeout, Duration healthInterval) {}

  /**
   * Limits of DNS over TCP (RFC 7766, section 6).
   *
   * @param maxConnections open at once, of all clients
   * @param maxConnectionsPerClient the same, of one client address
   * @param idleTimeout after which a connection without a query in flight is closed
   */
  public record Tcp(int maxConnections, int maxConnectionsPerClient, Duration idleTimeout) {}

  /**
   * DNS over TLS (RFC 7858) to clients. The files are read again when they change.
   *
   * @param listen the addresses; none: nobody is served over TLS, and there are no files
   * @param certificate PEM: the certificate, then those that lead to its authority; absolute
   * @param key PEM: its private key; absolute
   */
  public record ServerTls(
      List<InetSocketAddress> listen, Optional<Path> certificate, Optional<Path> key) {
    public ServerTls {
      listen = List.copyOf(listen);
    }
  }

  /**
   * DNS over TLS to the gateways of a peer. The file is read again when it changes.
   *
   * @param serverName the name that their certificates must carry (RFC 8310, section 8.1)
   * @param authority PEM: who vouches for them, absolute; empty is whom the Java runtime trusts
   */
  public record PeerTls(Domain serverName, Optional<Path> authority) {}

  /**
   * The network between the regions.
   *
   * @param interfaceName the network interface; empty is the first of wt0, tailscale0 and wg0 that
   *     exists; where the bridge makes the device, {@code rb0}
   * @param address of this node on it, where the bridge makes the device; empty: {@code nodes} say
   * @param nodes what differs from one node to the next, where one configuration serves several
   * @param listenPort where the device receives packets then, UDP; 0 is any
   * @param keys the directory that its private key is kept in, without a cluster
   */
  public record Overlay(
      Optional<String> interfaceName,
      OverlayMode mode,
      Optional<HostInNetwork> address,
      List<OverlayNode> nodes,
      int listenPort,
      Path keys) {
    public Overlay {
      nodes = List.copyOf(nodes);
    }

    private static Overlay of(Values v) {
      return new Overlay(
          v.get(ConfigKeys.OVERLAY_INTERFACE),
          v.get(ConfigKeys.OVERLAY_MODE),
          v.get(ConfigKeys.OVERLAY_ADDRESS),
          v.get(ConfigKeys.OVERLAY_NODES).stream().map(OverlayNode::of).toList(),
          v.get(ConfigKeys.OVERLAY_LISTEN_PORT),
          v.get(ConfigKeys.OVERLAY_KEYS));
    }

    /** What a node has on it; empty if nothing is said of that node. */
    public Optional<OverlayNode> at(String node) {
      return nodes.isEmpty()
          ? address.map(a -> new OverlayNode(node, a, Optional.empty()))
          : nodes.stream().filter(n -> n.name().equals(node)).findFirst();
    }
  }

  /**
   * A router node on an overlay that the bridges make.
   *
   * @param name of the Node; without a cluster, the host's
   * @param address on the overlay
   * @param endpoint where its WireGuard is reached from outside; empty: it calls its peers
   */
  public record OverlayNode(
      String name, HostInNetwork address, Optional<InetSocketAddress> endpoint) {
    private static OverlayNode of(Values v) {
      return new OverlayNode(
          v.get(NodeKeys.NAME).name(), v.get(NodeKeys.ADDRESS), v.get(NodeKeys.ENDPOINT));
    }
  }

  /**
   * A host and the network that it is in.
   *
   * @param prefixLength leading bits that all hosts of the network share
   */
  public record HostInNetwork(InetAddress address, int prefixLength) {}

  /**
   * A peer region's end of a tunnel that the bridge makes.
   *
   * @param publicKey base64
   * @param endpoint where it is reached; empty: it calls us
   * @param persistentKeepalive seconds between keepalives; 0: none
   */
  public record WireGuard(
      String publicKey, Optional<InetSocketAddress> endpoint, int persistentKeepalive) {}

  /** What the bridge does about the overlay. */
  public enum OverlayMode {
    /** Somebody else runs it; the bridge reads handshakes and routes. */
    OBSERVE,
    /** The bridge makes the WireGuard device and its peers. */
    MANAGE,
    /** There is none. */
    NONE
  }

  /**
   * The cluster that the bridge runs in.
   *
   * @param enabled false is standalone: the directory comes from files
   * @param routerLabel the label selector of router nodes, {@code key} or {@code key=value}
   * @param forwardTo where the cluster's CoreDNS forwards the regions' domains to
   * @param service the Service in front of the bridges, in their namespace
   * @param netBird what is kept of NetBird's routers
   */
  public record Kubernetes(
      boolean enabled, String routerLabel, ForwardTo forwardTo, String service, NetBird netBird) {
    private static Kubernetes of(Values v) {
      return new Kubernetes(
          v.get(ConfigKeys.KUBERNETES_ENABLED),
          v.get(ConfigKeys.KUBERNETES_ROUTER_LABEL),
          v.get(ConfigKeys.KUBERNETES_FORWARD_TO),
          v.get(ConfigKeys.KUBERNETES_SERVICE),
          new NetBird(v.get(ConfigKeys.NETBIRD_HOST_NETWORK), v.get(ConfigKeys.NETBIRD_NAMESPACE)));
    }
  }

  /** Where the cluster's CoreDNS forwards to. */
  public enum ForwardTo {
    /** The addresses of the router nodes, each of which CoreDNS watches itself. */
    NODES,
    /** The ClusterIP of the Service in front of the bridges. */
    SERVICE
  }

  /**
   * What is kept of the routers that NetBird's operator makes.
   *
   * @param hostNetwork whether their pods are kept on the host network
   * @param namespace where they are
   */
  public record NetBird(boolean hostNetwork, String namespace) {}

  /**
   * What of the local region can be resolved.
   *
   * @param files Kubernetes manifests for standalone, absolute paths
   * @param excludeNamespaces namespaces that are never exported
   */
  public record Directory(
      List<Path> files,
      ClusterIpPolicy clusterIp,
      ExportPolicy export,
      List<String> excludeNamespaces) {
    public Directory {
      files = List.copyOf(files);
      excludeNamespaces = List.copyOf(excludeNamespaces);
    }

    private static Directory of(Values v) {
      return new Directory(
          v.get(ConfigKeys.DIRECTORY_FILES),
          v.get(ConfigKeys.DIRECTORY_CLUSTER_IP),
          v.get(ConfigKeys.DIRECTORY_EXPORT),
          v.get(ConfigKeys.DIRECTORY_EXCLUDE_NAMESPACES));
    }
  }

  /**
   * How the traffic of pods gets to the pods of peers.
   *
   * @param namespaces whose pods' traffic does; empty: all but the excluded ones
   * @param excludeNamespaces whose pods' traffic does not
   * @param serviceCidrs whether that for peers' ClusterIPs does too
   * @param minPrefixIpv4 the shortest prefix of a range that may be sent to a peer
   * @param minPrefixIpv6 the same of IPv6
   */
  public record Egress(
      EgressEngine engine,
      List<String> namespaces,
      List<String> excludeNamespaces,
      boolean serviceCidrs,
      int minPrefixIpv4,
      int minPrefixIpv6,
      Encapsulation encapsulation) {
    public Egress {
      namespaces = List.copyOf(namespaces);
      excludeNamespaces = List.copyOf(excludeNamespaces);
    }

    private static Egress of(Values v) {
      return new Egress(
          v.get(ConfigKeys.EGRESS_ENGINE),
          v.get(ConfigKeys.EGRESS_NAMESPACES),
          v.get(ConfigKeys.EGRESS_EXCLUDE_NAMESPACES),
          v.get(ConfigKeys.EGRESS_SERVICE_CIDRS),
          v.get(ConfigKeys.EGRESS_MIN_PREFIX_IPV4),
          v.get(ConfigKeys.EGRESS_MIN_PREFIX_IPV6),
          v.get(ConfigKeys.EGRESS_ENCAPSULATION));
    }
  }

  /** Who sends the traffic to the active gateway. */
  public enum EgressEngine {
    /** Cilium where it is. */
    AUTO,
    /** Cilium, by its egress gateway policies. */
    CILIUM,
    /** Agents on all nodes, by kernel routes. */
    ROUTES,
    /** Nobody. */
    NONE
  }

  /** When the agents wrap traffic for the active gateway in VXLAN. */
  public enum Encapsulation {
    /** Where the gateway is on another subnet. */
    AUTO,
    ALWAYS,
    NEVER
  }

  /** What peers get for a Service with a ClusterIP. */
  public enum ClusterIpPolicy {
    /** The addresses of the ready pods. */
    EXPAND,
    /** The ClusterIP. */
    KEEP,
    /** EXPAND, unless a port is remapped and the region can translate ClusterIPs. */
    AUTO
  }

  /** Which Services peers can resolve. */
  public enum ExportPolicy {
    /** All but those of excluded namespaces. */
    ALL,
    /** Those annotated {@code region-bridge.io/export: "true"}. */
    ANNOTATED
  }

  /**
   * A peer region.
   *
   * @param name an RFC 1123 label, lower case
   * @param gateways where it is asked
   * @param contain whether answers with addresses outside its ranges are refused
   * @param tls how its gateways are asked over TLS; empty is in the clear
   * @param wireguard its end of the tunnel, where the bridge makes that
   * @param overlayKeys that speak for it on the overlay; empty: those that spoke for it first
   */
  public record Peer(
      String name,
      Domain domain,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      List<InetSocketAddress> gateways,
      boolean contain,
      Optional<PeerTls> tls,
      Optional<WireGuard> wireguard,
      List<String> overlayKeys) {
    public Peer {
      overlayKeys = List.copyOf(overlayKeys);
      podCidrs = List.copyOf(podCidrs);
      serviceCidrs = List.copyOf(serviceCidrs);
      gateways = List.copyOf(gateways);
    }

    private static Peer of(Values v) {
      return new Peer(
          v.get(PeerKeys.NAME),
          v.get(PeerKeys.DOMAIN),
          v.get(PeerKeys.POD_CIDRS),
          v.get(PeerKeys.SERVICE_CIDRS),
          v.get(PeerKeys.GATEWAYS).stream().distinct().toList(),
          v.get(PeerKeys.CONTAIN),
          v.get(PeerKeys.TLS_SERVER_NAME).map(name -> new PeerTls(name, v.get(PeerKeys.TLS_CA))),
          v.get(PeerKeys.WIREGUARD_PUBLIC_KEY)
              .map(key ->
                  new WireGuard(
                      key,
                      v.get(PeerKeys.WIREGUARD_ENDPOINT),
                      v.get(PeerKeys.WIREGUARD_KEEPALIVE))),
          v.get(PeerKeys.OVERLAY_KEYS));
    }
  }

  /**
   * HTTP for operators.
   *
   * @param listen the address; port 0 is any free one
   * @param tokenFile holds the token that clients must show; empty: none is needed
   * @param tls what it is served with; empty: in the clear
   */
  public record Admin(InetSocketAddress listen, Optional<Path> tokenFile, Optional<Tls> tls) {
    private static Admin of(Values v) {
      return new Admin(
          v.get(ConfigKeys.ADMIN_LISTEN),
          v.get(ConfigKeys.ADMIN_TOKEN_FILE),
          v.get(ConfigKeys.ADMIN_TLS_CERTIFICATE)
              .flatMap(chain -> v.get(ConfigKeys.ADMIN_TLS_KEY).map(key -> new Tls(chain, key))));
    }
  }

  /**
   * What a server proves itself with, in PEM files.
   *
   * @param certificate its chain, its own first
   * @param key unencrypted: PKCS #8, or the older forms of RSA and EC
   */
  public record Tls(Path certificate, Path key) {}

  /** How log lines look. */
  public enum LogFormat {
    /** TEXT on a terminal, JSON otherwise. */
    AUTO,
    TEXT,
    /** One object to a line. */
    JSON
  }

  /** The least severe level that is logged. */
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }
}
