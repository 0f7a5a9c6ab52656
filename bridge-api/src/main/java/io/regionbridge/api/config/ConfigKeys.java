package io.regionbridge.api.config;

import io.regionbridge.api.config.ConfigKey.Effect;
import io.regionbridge.api.config.ConfigKey.Shape;
import io.regionbridge.api.log.LogFormat;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.settings.RegionSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.event.Level;

/**
 * The table of all keys, in the order of the reference page: notation, path, limits, default, what
 * a change takes, and meaning. To add a key, add a constant; a key of the entries of a list has the
 * path {@code list[].key}.
 */
public final class ConfigKeys {
  /** Default port of DNS. */
  public static final int DEFAULT_DNS_PORT = 1053;

  /** Default namespace of NetBird's routers. */
  public static final String DEFAULT_NETBIRD_NAMESPACE = "netbird";

  /** Default port of DNS over TLS (RFC 7858, section 3.1). */
  private static final int DEFAULT_TLS_PORT = 853;

  private static final int DEFAULT_HTTP_PORT = 8053;
  private static final int DEFAULT_WIREGUARD_PORT = 51_820;
  private static final int MAX_PORT = 65_535;
  private static final int MILLION = 1_000_000;
  private static final String NONE = "none";
  private static final String DISCOVERED = "discovered";

  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** Filled by the constants below, in their order. */
  private static final List<ConfigKey<?>> TABLE = new ArrayList<>();

  // The local region.

  public static final ConfigKey<String> REGION_NAME =
      required("region.name", Notations.LABEL, "write the region's short name, such as fsn1")
          .restart("short name of this region (RFC 1123 label)");
  public static final ConfigKey<RegionDomain> REGION_DOMAIN =
      domain("region.domain", REGION_NAME).restart("domain of the region's names");
  public static final ConfigKey<List<Cidr>> REGION_POD_CIDRS =
      list("region.podCIDRs", Notations.REGION_CIDR, DISCOVERED).live("address ranges of its pods");
  public static final ConfigKey<List<Cidr>> REGION_SERVICE_CIDRS =
      list("region.serviceCIDRs", Notations.REGION_CIDR, DISCOVERED)
          .live("address ranges of its ClusterIPs");
  public static final ConfigKey<List<Values>> REGION_ALIAS_RANGES =
      sections("region.aliasRanges")
          .live("aliases of the region's ranges that overlap a peer's: peers see only the alias");
  public static final ConfigKey<Cidr> ALIAS_RANGE =
      required(
              "region.aliasRanges[].range",
              Notations.REGION_CIDR,
              "write a range of this region, such as 10.42.0.0/16")
          .live("one of the region's pod or service ranges, or a part of one");
  public static final ConfigKey<Cidr> ALIAS_ALIAS =
      required(
              "region.aliasRanges[].alias",
              Notations.REGION_CIDR,
              "write a range of the same size that no region uses, such as 10.142.0.0/16")
          .live("the range that peers see in its place; of the same size");

  // DNS.

  public static final ConfigKey<List<InetSocketAddress>> DNS_LISTEN =
      listeners("dns.listen", DEFAULT_DNS_PORT, "node and overlay address, port 1053")
          .restart("addresses and ports of DNS over UDP and TCP; wildcard addresses are refused");
  public static final ConfigKey<List<Cidr>> DNS_ALLOW =
      list("dns.allow", Notations.CIDR, "local pod, node and overlay ranges, loopback")
          .live("ranges of the clients that may ask; others are refused");
  public static final ConfigKey<Optional<List<InetSocketAddress>>> DNS_UPSTREAM =
      listOrOff("dns.upstream", Notations.RESOLVER, "the node's resolvers (`/etc/resolv.conf`)")
          .live(
              "resolvers (`address[:53]`) of ExternalName targets outside all regions; nothing else"
                  + " is sent to them. `off`: the answer is the CNAME without addresses");
  public static final ConfigKey<Duration> DNS_TTL =
      ttl("dns.ttl", HOUR, "5s").live("TTL of the region's own answers");
  public static final ConfigKey<Integer> DNS_CACHE_MAX_ENTRIES =
      number("dns.cache.maxEntries", 1, 10 * MILLION, 100_000)
          .restart("maximum number of answers in the cache");
  public static final ConfigKey<Duration> DNS_CACHE_MAX_TTL =
      ttl("dns.cache.maxTtl", DAY, "30s").live("maximum time that a cached answer is fresh");
  public static final ConfigKey<Duration> DNS_CACHE_MAX_NEGATIVE_TTL =
      ttl("dns.cache.maxNegativeTtl", HOUR, "5s").live("the same for NXDOMAIN and NODATA");
  // RFC 8767, section 5 suggests one to three days at most; a week is already far.
  public static final ConfigKey<Duration> DNS_CACHE_SERVE_STALE =
      duration("dns.cache.serveStale", Duration.ZERO, Duration.ofDays(7), "1h")
          .live("how long an expired answer is still given while no gateway of the peer answers");
  public static final ConfigKey<Boolean> DNS_CACHE_PREFETCH =
      toggle("dns.cache.prefetch", true).live("refresh names in demand before they expire");
  public static final ConfigKey<Duration> DNS_RELAY_TIMEOUT =
      duration("dns.relay.timeout", SHORTEST, Duration.ofSeconds(10), "1500ms")
          .live("maximum time for one query, with all tries at all gateways");
  public static final ConfigKey<Duration> DNS_RELAY_HEALTH_INTERVAL =
      duration("dns.relay.healthInterval", SHORTEST, MINUTE, "500ms")
          .live("time between two probes of a gateway");
  public static final ConfigKey<Integer> DNS_THREADS =
      number("dns.threads", 0, 64, 0).restart("event loops; 0 is one for each core, at most 8");
  public static final ConfigKey<Duration> DNS_DRAIN =
      duration("dns.drain", Duration.ZERO, MINUTE, "5s")
          .live("how long queries are still answered after SIGTERM");
  public static final ConfigKey<Integer> DNS_MAX_INFLIGHT =
      number("dns.maxInflight", 1, MILLION, 32_768)
          .live("maximum number of queries that wait for peers; further ones get SERVFAIL");
  public static final ConfigKey<Integer> DNS_MAX_INFLIGHT_PER_CLIENT =
      atMost("dns.maxInflightPerClient", DNS_MAX_INFLIGHT, 16_384)
          .live("the same for one client address");
  public static final ConfigKey<Integer> DNS_TCP_MAX_CONNECTIONS =
      number("dns.tcp.maxConnections", 1, MILLION, 1024).live("maximum number of TCP connections");
  public static final ConfigKey<Integer> DNS_TCP_MAX_CONNECTIONS_PER_CLIENT =
      atMost("dns.tcp.maxConnectionsPerClient", DNS_TCP_MAX_CONNECTIONS, 64)
          .live("the same for one client address");
  public static final ConfigKey<Duration> DNS_TCP_IDLE_TIMEOUT =
      duration("dns.tcp.idleTimeout", SECOND, HOUR, "10s")
          .live("time after which a connection without a waiting query is closed");
  public static final ConfigKey<Integer> DNS_REFUSED_PER_SECOND =
      number("dns.refusedPerSecond", 0, MILLION, 50)
          .live("maximum number of REFUSED replies per second to one client network, over UDP");
  public static final ConfigKey<List<InetSocketAddress>> DNS_TLS_LISTEN =
      listeners("dns.tls.listen", DEFAULT_TLS_PORT, NONE)
          .restart("addresses of DNS over TLS (RFC 7858), `address[:853]`");
  public static final ConfigKey<Optional<Path>> DNS_TLS_CERTIFICATE =
      file("dns.tls.certificate", NONE).live("PEM file of the certificate chain");
  public static final ConfigKey<Optional<Path>> DNS_TLS_KEY =
      file("dns.tls.key", NONE).live("PEM file of its key: PKCS #8, PKCS #1 (RSA) or SEC 1 (EC)");

  // The overlay.

  public static final ConfigKey<Optional<String>> OVERLAY_INTERFACE =
      optional(
              "overlay.interface",
              Notations.INTERFACE,
              "first of `wt0`, `tailscale0`, `wg0`; `manage`: `rb0`")
          .restart("the overlay's device");
  public static final ConfigKey<RegionSettings.OverlayMode> OVERLAY_MODE =
      word("overlay.mode", RegionSettings.OverlayMode.OBSERVE)
          .restart(
              "`observe`: read a device that an agent manages; `manage`: create the device;"
                  + " `none`");
  public static final ConfigKey<Optional<HostInNetwork>> OVERLAY_ADDRESS =
      optional("overlay.address", Notations.HOST_IN_NETWORK, "required unless `nodes`")
          .restart("`manage`: this node's overlay address with its prefix length");
  public static final ConfigKey<Integer> OVERLAY_LISTEN_PORT =
      number("overlay.listenPort", 0, MAX_PORT, DEFAULT_WIREGUARD_PORT)
          .restart("`manage`: UDP port of WireGuard; 0: any free port");
  public static final ConfigKey<Path> OVERLAY_KEYS =
      file("overlay.keys", Path.of("/var/lib/region-bridge"))
          .restart("`manage`, standalone: directory of the key");
  public static final ConfigKey<List<Values>> OVERLAY_NODES =
      sections("overlay.nodes").live("`manage`: the router nodes, in place of `overlay.address`");
  public static final ConfigKey<String> NODE_NAME =
      required("overlay.nodes[].name", Notations.HOST_NAME, "write the name of the Node")
          .live("name of the Node; standalone, of the host");
  public static final ConfigKey<HostInNetwork> NODE_ADDRESS =
      required(
              "overlay.nodes[].address",
              Notations.HOST_IN_NETWORK,
              "write the node's address on the overlay, such as 100.99.0.1/24")
          .live("its overlay address with its prefix length");
  public static final ConfigKey<Optional<InetSocketAddress>> NODE_ENDPOINT =
      optional("overlay.nodes[].endpoint", Notations.gateway(DEFAULT_WIREGUARD_PORT), NONE)
          .live("`address[:51820]` at which peers reach its WireGuard");

  // The cluster.

  public static final ConfigKey<Boolean> KUBERNETES_ENABLED =
      toggle("kubernetes.enabled", true).restart("`false`: standalone, from files");
  public static final ConfigKey<String> KUBERNETES_ROUTER_LABEL =
      value("kubernetes.routerLabel", Notations.NODE_LABEL, "netbird-router=true")
          .restart("label of router nodes, `key` or `key=value`");
  public static final ConfigKey<ForwardTo> KUBERNETES_FORWARD_TO =
      word("kubernetes.forwardTo", ForwardTo.NODES)
          .restart(
              "where CoreDNS forwards the regions' domains: `nodes`, the addresses of the router"
                  + " nodes, or `service`, the ClusterIP of `kubernetes.service`");
  public static final ConfigKey<String> KUBERNETES_SERVICE =
      value("kubernetes.service", Notations.LABEL, "region-bridge")
          .restart("Service of the bridges, in their namespace");
  public static final ConfigKey<Boolean> NETBIRD_HOST_NETWORK =
      toggle("kubernetes.netbird.hostNetwork", false)
          .restart("put the routers of NetBird's operator on the host network and keep them there");
  public static final ConfigKey<String> NETBIRD_NAMESPACE =
      value("kubernetes.netbird.namespace", Notations.LABEL, DEFAULT_NETBIRD_NAMESPACE)
          .restart("namespace of these routers");

  // The local Services.

  public static final ConfigKey<List<Path>> DIRECTORY_FILES =
      files("directory.files")
          .live("standalone: files with manifests of Services and EndpointSlices");
  public static final ConfigKey<RegionSettings.ClusterIp> DIRECTORY_CLUSTER_IP =
      word("directory.clusterIP", RegionSettings.ClusterIp.AUTO)
          .live(
              "what peers get for a ClusterIP Service: `expand`: pod addresses; `keep`: the"
                  + " ClusterIP; `auto`: pod addresses, unless a port is remapped and the region"
                  + " can translate ClusterIPs");
  public static final ConfigKey<RegionSettings.Export> DIRECTORY_EXPORT =
      word("directory.export", RegionSettings.Export.ALL)
          .live(
              "which Services peers get: `all`, or `annotated`: those with"
                  + " `region-bridge.io/export: \"true\"`");
  public static final ConfigKey<List<String>> DIRECTORY_EXCLUDE_NAMESPACES =
      list("directory.excludeNamespaces", Notations.LABEL, NONE)
          .live("namespaces whose Services peers do not get");

  // Traffic to peers.

  public static final ConfigKey<RegionSettings.Engine> EGRESS_ENGINE =
      word("egress.engine", RegionSettings.Engine.AUTO)
          .live(
              "what sends pods' traffic to peers: `cilium`: egress gateway policies; `routes`:"
                  + " agents on all nodes; `none`: nothing; `auto`: as `cilium`");
  public static final ConfigKey<List<String>> EGRESS_NAMESPACES =
      list("egress.namespaces", Notations.LABEL, "all")
          .live("with Cilium: namespaces whose pods the policies select");
  public static final ConfigKey<List<String>> EGRESS_EXCLUDE_NAMESPACES =
      list("egress.excludeNamespaces", Notations.LABEL, NONE)
          .live("with Cilium: namespaces whose pods the policies do not select");
  public static final ConfigKey<Boolean> EGRESS_SERVICE_CIDRS =
      toggle("egress.serviceCIDRs", false).live("also send traffic for the peers' service ranges");
  public static final ConfigKey<Integer> EGRESS_MIN_PREFIX_IPV4 =
      number("egress.minPrefixIPv4", 1, 32, 10)
          .live(
              "minimum prefix length of ranges that are sent to a peer; wider ranges are refused");
  public static final ConfigKey<Integer> EGRESS_MIN_PREFIX_IPV6 =
      number("egress.minPrefixIPv6", 1, 128, 40).live("the same for IPv6");
  public static final ConfigKey<RegionSettings.Encapsulation> EGRESS_ENCAPSULATION =
      word("egress.encapsulation", RegionSettings.Encapsulation.AUTO)
          .live(
              "when agents encapsulate traffic in VXLAN: `auto`: if the gateway is on another"
                  + " subnet; `always`; `never`");

  // The peers.

  public static final ConfigKey<List<Values>> REGIONS =
      sections("regions").live("peer regions that are declared here");
  public static final ConfigKey<String> PEER_NAME =
      required("regions[].name", Notations.LABEL, "write the peer region's short name, such as mn")
          .live("short name of the peer");
  public static final ConfigKey<RegionDomain> PEER_DOMAIN =
      domain("regions[].domain", PEER_NAME).live("domain of its names");
  public static final ConfigKey<List<Cidr>> PEER_POD_CIDRS =
      list("regions[].podCIDRs", Notations.REGION_CIDR, DISCOVERED)
          .live("address ranges of its pods");
  public static final ConfigKey<List<Cidr>> PEER_SERVICE_CIDRS =
      list("regions[].serviceCIDRs", Notations.REGION_CIDR, DISCOVERED)
          .live("address ranges of its ClusterIPs");
  public static final ConfigKey<List<Values>> PEER_ALIAS_RANGES =
      sections("regions[].aliasRanges")
          .live("its alias ranges, as in `region.aliasRanges` of its own configuration");
  public static final ConfigKey<Cidr> PEER_ALIAS_RANGE =
      required(
              "regions[].aliasRanges[].range",
              Notations.REGION_CIDR,
              "write a range of that region, such as 10.42.0.0/16")
          .live("one of its `podCIDRs` or `serviceCIDRs`, or a part of one");
  public static final ConfigKey<Cidr> PEER_ALIAS_ALIAS =
      required(
              "regions[].aliasRanges[].alias",
              Notations.REGION_CIDR,
              "write the range of the same size that others know it by, such as 10.142.0.0/16")
          .live("the range that other regions see in its place; of the same size");
  public static final ConfigKey<List<InetSocketAddress>> PEER_GATEWAYS =
      gateways("regions[].gateways")
          .live("its bridges, `address[:1053]`; with `tls`, `address[:853]`");
  public static final ConfigKey<List<InetSocketAddress>> PEER_ADMIN =
      list(
              "regions[].admin",
              Notations.gateway(DEFAULT_HTTP_PORT),
              "its gateways, the port of `admin.listen`")
          .live("`address[:8053]` of its directory feed");
  public static final ConfigKey<Boolean> PEER_CONTAIN =
      toggle("regions[].contain", true).live("drop addresses outside its ranges from its answers");
  public static final ConfigKey<Optional<String>> PEER_TLS_SERVER_NAME =
      requiredWithin(
              "regions[].tls.serverName",
              Notations.HOST_NAME,
              "write the name in the certificates of the region's gateways")
          .live("ask its gateways over TLS only; the name that their certificates must have");
  public static final ConfigKey<Optional<Path>> PEER_TLS_CA =
      file("regions[].tls.ca", "the CAs that Java trusts")
          .live("PEM file of the CA of these certificates");
  public static final ConfigKey<Optional<String>> PEER_WIREGUARD_PUBLIC_KEY =
      optional("regions[].wireguard.publicKey", Notations.WIREGUARD_KEY, NONE)
          .live("`manage`: public key of its first gateway");
  public static final ConfigKey<Optional<InetSocketAddress>> PEER_WIREGUARD_ENDPOINT =
      optional("regions[].wireguard.endpoint", Notations.gateway(DEFAULT_WIREGUARD_PORT), NONE)
          .live(
              "`manage`: `address[:51820]` of that gateway; without it, the peer opens the tunnel");
  public static final ConfigKey<Integer> PEER_WIREGUARD_KEEPALIVE =
      number("regions[].wireguard.persistentKeepalive", 0, MAX_PORT, 25)
          .live("`manage`: seconds between keepalives; 0: none");
  public static final ConfigKey<List<String>> PEER_OVERLAY_KEYS =
      list("regions[].overlayKeys", Notations.OVERLAY_KEY, "the first that announce it")
          .live(
              "the only keys that may announce the region on the overlay: WireGuard public keys, or"
                  + " node IDs of Tailscale");
  public static final ConfigKey<Boolean> REPLICATION_ENABLED =
      toggle("replication.enabled", true)
          .live(
              "keep replicas of the peers' directories and answer from them; `false`: queries are"
                  + " relayed");
  public static final ConfigKey<Long> REPLICATION_MAX_MEMORY =
      value("replication.maxMemory", Notations.memory(1L << 20, 1L << 36), "48MiB")
          .live("memory of all replicas together; queries to a peer that does not fit are relayed");
  public static final ConfigKey<Optional<RegionDomain>> ALL_NAMES_DOMAIN =
      value("allNames.domain", Notations.domainOrNothing(), "any.internal")
          .restart("domain of the names over all regions; `\"\"` switches them off");
  public static final ConfigKey<Boolean> MULTICLUSTER_ENABLED =
      toggle("multicluster.enabled", false)
          .restart(
              "the Multi-Cluster Services API: read ServiceExports and write ServiceImports. Needs"
                  + " its CustomResourceDefinitions, and the rights that the chart gives with this"
                  + " key");
  public static final ConfigKey<String> MULTICLUSTER_DOMAIN =
      value("multicluster.domain", Notations.HOST_NAME, "clusterset.local")
          .restart("the domain of imported Services");
  public static final ConfigKey<List<Cidr>> TRUST_SUPERNETS =
      list(
              "trust.supernets",
              Notations.CIDR,
              "private and shared ranges: `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`,"
                  + " `100.64.0.0/10`, `fc00::/7`",
              "10.0.0.0/8",
              "172.16.0.0/12",
              "192.168.0.0/16",
              "100.64.0.0/10",
              "fc00::/7")
          .live("ranges inside which any peer may claim ranges of its own");

  // The process.

  public static final ConfigKey<LogFormat> LOG_FORMAT =
      word("log.format", LogFormat.AUTO)
          .restart("`text`, `json`, or `auto`: text on a terminal, JSON otherwise");
  public static final ConfigKey<Level> LOG_LEVEL =
      word("log.level", Level.INFO)
          .live("lowest level that is logged: `error`, `warn`, `info`, `debug` or `trace`");
  public static final ConfigKey<InetSocketAddress> ADMIN_LISTEN =
      value("admin.listen", Notations.listener(DEFAULT_HTTP_PORT), "127.0.0.1:8053")
          .restart("address and port of HTTP: probes, metrics, API, status page");
  public static final ConfigKey<Optional<Path>> ADMIN_TOKEN_FILE =
      file("admin.tokenFile", NONE)
          .restart(
              "file with the token that requests need (`Authorization: Bearer …`); probes, status"
                  + " page and API document need none. A new content takes effect live");
  public static final ConfigKey<Optional<Path>> ADMIN_TLS_CERTIFICATE =
      file("admin.tls.certificate", NONE)
          .restart(
              "PEM file of the certificate chain; if set, HTTP is served over TLS. A new content"
                  + " takes effect live");
  public static final ConfigKey<Optional<Path>> ADMIN_TLS_KEY =
      file("admin.tls.key", NONE)
          .restart("PEM file of its key, as for `dns.tls.key`. A new content takes effect live");

  /** All keys in the order of the reference page. */
  public static final List<ConfigKey<?>> ALL = List.copyOf(TABLE);

  private ConfigKeys() {}

  /** The keys of the entries of a list; of the file itself where the list has no name. */
  static List<ConfigKey<?>> of(String list) {
    return ALL.stream().filter(key -> key.list().equals(list)).toList();
  }

  /** A key without what a change of it takes and what it means; saying that enters it. */
  private record Draft<T>(String path, Shape<T> shape, String fallback) {
    ConfigKey<T> live(String meaning) {
      return enter(Effect.LIVE, meaning);
    }

    ConfigKey<T> restart(String meaning) {
      return enter(Effect.RESTART, meaning);
    }

    private ConfigKey<T> enter(Effect effect, String meaning) {
      ConfigKey<T> key = new ConfigKey<>(path, effect, shape, fallback, meaning);
      TABLE.add(key);
      return key;
    }
  }

  /** One with a default, as it would be written. */
  private static <T> Draft<T> value(String path, Notation<T> notation, String fallback) {
    T value = notation.good(fallback);
    return new Draft<>(path, place -> place.value(notation, value), code(fallback));
  }

  private static Draft<Integer> number(String path, int min, int max, int fallback) {
    return value(path, Notations.number(min, max), Integer.toString(fallback));
  }

  private static Draft<Duration> duration(String path, Duration min, Duration max, String value) {
    return value(path, Notations.duration(min, max), value);
  }

  private static Draft<Duration> ttl(String path, Duration max, String fallback) {
    return value(path, Notations.ttl(max), fallback);
  }

  private static Draft<Boolean> toggle(String path, boolean fallback) {
    return value(path, Notations.SWITCH, Boolean.toString(fallback));
  }

  private static <E extends Enum<E>> Draft<E> word(String path, E fallback) {
    return value(path, Notations.word(fallback.getDeclaringClass()), Notations.word(fallback));
  }

  /** A number up to another key's. */
  private static Draft<Integer> atMost(String path, ConfigKey<Integer> limit, int fallback) {
    Shape<Integer> shape =
        place -> {
          int most = place.before(limit).orElse(Integer.MAX_VALUE);
          return place.value(Notations.number(1, most), Math.min(fallback, most));
        };
    return new Draft<>(path, shape, code(Integer.toString(fallback)));
  }

  private static <T> Draft<T> required(String path, Notation<T> notation, String advice) {
    return new Draft<>(path, place -> place.required(notation, advice), "required");
  }

  /** Required where its section is there. */
  private static <T> Draft<Optional<T>> requiredWithin(
      String path, Notation<T> notation, String advice) {
    Shape<Optional<T>> shape =
        place ->
            place.hasSection()
                ? place.required(notation, advice).map(Optional::of)
                : place.optional(notation);
    return new Draft<>(path, shape, NONE);
  }

  private static <T> Draft<Optional<T>> optional(
      String path, Notation<T> notation, String fallback) {
    return new Draft<>(path, place -> place.optional(notation), fallback);
  }

  private static Draft<Optional<Path>> file(String path, String fallback) {
    return new Draft<>(path, place -> place.optional(place.files()), fallback);
  }

  private static Draft<Path> file(String path, Path fallback) {
    return new Draft<>(
        path, place -> place.value(place.files(), fallback), code(fallback.toString()));
  }

  private static Draft<List<Path>> files(String path) {
    return new Draft<>(path, place -> place.list(place.files(), List.of()), NONE);
  }

  private static <T> Draft<List<T>> list(
      String path, Notation<T> notation, String fallback, String... values) {
    List<T> defaults = Arrays.stream(values).map(notation::good).toList();
    return new Draft<>(path, place -> place.list(notation, defaults), fallback);
  }

  private static Draft<List<InetSocketAddress>> listeners(String path, int port, String fallback) {
    return list(path, Notations.listener(port), fallback);
  }

  private static Draft<List<InetSocketAddress>> gateways(String path) {
    Shape<List<InetSocketAddress>> shape =
        place -> {
          int port = place.hasBeside("tls") ? DEFAULT_TLS_PORT : DEFAULT_DNS_PORT;
          return place.list(Notations.gateway(port), List.of());
        };
    return new Draft<>(path, shape, DISCOVERED);
  }

  private static <T> Draft<Optional<List<T>>> listOrOff(
      String path, Notation<T> notation, String fallback) {
    return new Draft<>(path, place -> place.listOrOff(notation), fallback);
  }

  /** A list whose entries have keys of their own. */
  private static Draft<List<Values>> sections(String path) {
    return new Draft<>(path, place -> place.sections(of(path), Values::new), NONE);
  }

  /** A region's domain: that of its name unless it has another. */
  private static Draft<RegionDomain> domain(String path, ConfigKey<String> region) {
    Shape<RegionDomain> shape =
        place ->
            place
                .optional(Notations.REGION_DOMAIN)
                .map(given ->
                    given.or(() -> place.before(region).map(RegionDomain::ofRegion)).orElse(null));
    return new Draft<>(path, shape, "`<name>.internal`");
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
