package io.regionbridge.api.config;

import io.regionbridge.api.config.BridgeConfig.ClusterIpPolicy;
import io.regionbridge.api.config.BridgeConfig.EgressEngine;
import io.regionbridge.api.config.BridgeConfig.Encapsulation;
import io.regionbridge.api.config.BridgeConfig.ExportPolicy;
import io.regionbridge.api.config.BridgeConfig.ForwardTo;
import io.regionbridge.api.config.BridgeConfig.HostInNetwork;
import io.regionbridge.api.config.BridgeConfig.LogFormat;
import io.regionbridge.api.config.BridgeConfig.LogLevel;
import io.regionbridge.api.config.BridgeConfig.OverlayMode;
import io.regionbridge.api.config.ConfigKey.Effect;
import io.regionbridge.api.config.ConfigKey.Shape;
import io.regionbridge.router.net.Cidr;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The table of all keys, in the order of the reference page: path, notation with limits, default,
 * what a change takes, and meaning. To add a key, add a constant.
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

  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** Filled by the constants below, in their order. */
  private static final List<ConfigKey<?>> TABLE = new ArrayList<>();

  // The local region.

  public static final ConfigKey<String> REGION_NAME =
      restart(
          TABLE,
          "region.name",
          required(Notation.LABEL, "write the region's short name, such as fsn1"),
          "required",
          "short name of this region (RFC 1123 label)");
  public static final ConfigKey<Domain> REGION_DOMAIN =
      restart(
          TABLE,
          "region.domain",
          domain(REGION_NAME),
          "`<name>.internal`",
          "domain that it answers for");
  public static final ConfigKey<List<Cidr>> REGION_POD_CIDRS =
      live(
          TABLE,
          "region.podCIDRs",
          list(Notation.REGION_CIDR),
          "discovered",
          "address ranges of its pods");
  public static final ConfigKey<List<Cidr>> REGION_SERVICE_CIDRS =
      live(
          TABLE,
          "region.serviceCIDRs",
          list(Notation.REGION_CIDR),
          "discovered",
          "address ranges of its ClusterIPs");

  // DNS.

  public static final ConfigKey<List<InetSocketAddress>> DNS_LISTEN =
      restart(
          TABLE,
          "dns.listen",
          list(Notation.listenAddress(DEFAULT_DNS_PORT)),
          "node and overlay address, port 1053",
          "UDP and TCP; never the wildcard");
  public static final ConfigKey<List<Cidr>> DNS_ALLOW =
      live(
          TABLE,
          "dns.allow",
          list(Notation.CIDR),
          "local pod, node and overlay ranges, loopback",
          "who may ask");
  public static final ConfigKey<Optional<List<InetSocketAddress>>> DNS_UPSTREAM =
      live(
          TABLE,
          "dns.upstream",
          listOrOff(Notation.resolver()),
          "the node's resolvers (`/etc/resolv.conf`)",
          "resolvers (`address[:53]`) for aliases that lead out of all regions, and nothing else;"
              + " `off`: such aliases are answered alone");
  public static final ConfigKey<Duration> DNS_TTL =
      live(TABLE, "dns.ttl", Notation.ttl(HOUR), "5s", "TTL of the region's own answers");
  public static final ConfigKey<Integer> DNS_CACHE_MAX_ENTRIES =
      restart(
          TABLE,
          "dns.cache.maxEntries",
          Notation.number(1, 10 * MILLION),
          "100000",
          "relayed answers kept");
  public static final ConfigKey<Duration> DNS_CACHE_MAX_TTL =
      live(TABLE, "dns.cache.maxTtl", Notation.ttl(DAY), "30s", "longest time that they are fresh");
  public static final ConfigKey<Duration> DNS_CACHE_MAX_NEGATIVE_TTL =
      live(
          TABLE,
          "dns.cache.maxNegativeTtl",
          Notation.ttl(HOUR),
          "5s",
          "the same of negative answers");
  public static final ConfigKey<Duration> DNS_CACHE_SERVE_STALE =
      live(
          TABLE,
          "dns.cache.serveStale",
          // RFC 8767, section 5 suggests one to three days at most; a week is already far.
          Notation.duration(Duration.ZERO, Duration.ofDays(7)),
          "1h",
          "how much longer they may be given when no gateway answers");
  public static final ConfigKey<Boolean> DNS_CACHE_PREFETCH =
      live(
          TABLE,
          "dns.cache.prefetch",
          Notation.SWITCH,
          "true",
          "ask again for names in demand before they expire");
  public static final ConfigKey<Duration> DNS_RELAY_TIMEOUT =
      live(
          TABLE,
          "dns.relay.timeout",
          Notation.duration(SHORTEST, Duration.ofSeconds(10)),
          "1500ms",
          "for one question, all tries together");
  public static final ConfigKey<Duration> DNS_RELAY_HEALTH_INTERVAL =
      live(
          TABLE,
          "dns.relay.healthInterval",
          Notation.duration(SHORTEST, MINUTE),
          "500ms",
          "between probes of a gateway");
  public static final ConfigKey<Integer> DNS_THREADS =
      restart(
          TABLE,
          "dns.threads",
          Notation.number(0, 64),
          "0",
          "event loops; 0 is one for each core, at most 8");
  public static final ConfigKey<Duration> DNS_DRAIN =
      live(
          TABLE,
          "dns.drain",
          Notation.duration(Duration.ZERO, MINUTE),
          "5s",
          "how long queries are answered after SIGTERM");
  public static final ConfigKey<Integer> DNS_MAX_INFLIGHT =
      live(
          TABLE,
          "dns.maxInflight",
          Notation.number(1, MILLION),
          "32768",
          "queries that may wait for peers; more are answered SERVFAIL");
  public static final ConfigKey<Integer> DNS_MAX_INFLIGHT_PER_CLIENT =
      live(
          TABLE,
          "dns.maxInflightPerClient",
          atMost(DNS_MAX_INFLIGHT, 16_384),
          "`16384`",
          "the same of one client address");
  public static final ConfigKey<Integer> DNS_TCP_MAX_CONNECTIONS =
      live(
          TABLE,
          "dns.tcp.maxConnections",
          Notation.number(1, MILLION),
          "1024",
          "TCP connections at once");
  public static final ConfigKey<Integer> DNS_TCP_MAX_CONNECTIONS_PER_CLIENT =
      live(
          TABLE,
          "dns.tcp.maxConnectionsPerClient",
          atMost(DNS_TCP_MAX_CONNECTIONS, 64),
          "`64`",
          "the same of one client address");
  public static final ConfigKey<Duration> DNS_TCP_IDLE_TIMEOUT =
      live(
          TABLE,
          "dns.tcp.idleTimeout",
          Notation.duration(SECOND, HOUR),
          "10s",
          "after which a connection without a query in flight is closed");
  public static final ConfigKey<Integer> DNS_REFUSED_PER_SECOND =
      live(
          TABLE,
          "dns.refusedPerSecond",
          Notation.number(0, MILLION),
          "50",
          "REFUSED to one client network over UDP");
  public static final ConfigKey<List<InetSocketAddress>> DNS_TLS_LISTEN =
      restart(
          TABLE,
          "dns.tls.listen",
          list(Notation.listenAddress(DEFAULT_TLS_PORT)),
          NONE,
          "DNS over TLS (RFC 7858) on these addresses, port 853 unless given");
  public static final ConfigKey<Optional<Path>> DNS_TLS_CERTIFICATE =
      live(TABLE, "dns.tls.certificate", file(), NONE, "PEM: the certificate chain");
  public static final ConfigKey<Optional<Path>> DNS_TLS_KEY =
      live(
          TABLE,
          "dns.tls.key",
          file(),
          NONE,
          "PEM: its key (PKCS #8, or as cert-manager and OpenSSL write RSA and EC)");

  // The overlay.

  public static final ConfigKey<Optional<String>> OVERLAY_INTERFACE =
      restart(
          TABLE,
          "overlay.interface",
          optional(Notation.INTERFACE),
          "first of `wt0`, `tailscale0`, `wg0`; `manage`: `rb0`",
          "the overlay's device");
  public static final ConfigKey<OverlayMode> OVERLAY_MODE =
      restart(
          TABLE,
          "overlay.mode",
          Notation.word(OverlayMode.class),
          "observe",
          "`observe` a device that somebody else runs, `manage` one, or `none`");
  public static final ConfigKey<Optional<HostInNetwork>> OVERLAY_ADDRESS =
      restart(
          TABLE,
          "overlay.address",
          optional(Notation.HOST_IN_NETWORK),
          "required unless `nodes`",
          "`manage`: this node's address with prefix");
  public static final ConfigKey<Integer> OVERLAY_LISTEN_PORT =
      restart(
          TABLE,
          "overlay.listenPort",
          Notation.number(0, MAX_PORT),
          Integer.toString(DEFAULT_WIREGUARD_PORT),
          "`manage`: UDP port; 0 is any");
  public static final ConfigKey<Path> OVERLAY_KEYS =
      restart(
          TABLE,
          "overlay.keys",
          (section, name, _) ->
              section.value(
                  name, Notation.path(section.directory()), Path.of("/var/lib/region-bridge")),
          "`/var/lib/region-bridge`",
          "`manage`: directory of the key without a cluster");

  /** An entry of {@code overlay.nodes}: a router node, where one configuration serves several. */
  public static final class NodeKeys {
    private static final List<ConfigKey<?>> KEYS = new ArrayList<>();

    public static final ConfigKey<Domain> NAME =
        live(
            KEYS,
            "name",
            required(Notation.SERVER_NAME, "write the name of the Node"),
            "required",
            "the Node's name; without a cluster, the host's");
    public static final ConfigKey<HostInNetwork> ADDRESS =
        live(
            KEYS,
            "address",
            required(
                Notation.HOST_IN_NETWORK,
                "write the node's address on the overlay, such as 100.99.0.1/24"),
            "required",
            "its address with prefix");
    public static final ConfigKey<Optional<InetSocketAddress>> ENDPOINT =
        live(
            KEYS,
            "endpoint",
            optional(Notation.gatewayAddress(DEFAULT_WIREGUARD_PORT)),
            NONE,
            "`address[:51820]`, where it is reached from outside");

    static final List<ConfigKey<?>> ALL = List.copyOf(KEYS);

    private NodeKeys() {}
  }

  public static final ConfigKey<List<Values>> OVERLAY_NODES =
      live(
          TABLE,
          "overlay.nodes",
          sections(NodeKeys.ALL),
          NONE,
          "`manage` with several router nodes");

  // The cluster.

  public static final ConfigKey<Boolean> KUBERNETES_ENABLED =
      restart(
          TABLE, "kubernetes.enabled", Notation.SWITCH, "true", "`false`: standalone, from files");
  public static final ConfigKey<String> KUBERNETES_ROUTER_LABEL =
      restart(
          TABLE,
          "kubernetes.routerLabel",
          Notation.NODE_LABEL,
          "netbird-router=true",
          "label of router nodes, `key` or `key=value`");
  public static final ConfigKey<ForwardTo> KUBERNETES_FORWARD_TO =
      restart(
          TABLE,
          "kubernetes.forwardTo",
          Notation.word(ForwardTo.class),
          "nodes",
          "where CoreDNS forwards the regions' domains to: to the router `nodes`, or to the"
              + " ClusterIP of a `service`");
  public static final ConfigKey<String> KUBERNETES_SERVICE =
      restart(
          TABLE,
          "kubernetes.service",
          Notation.LABEL,
          "region-bridge",
          "that Service, in the bridge's namespace");
  public static final ConfigKey<Boolean> NETBIRD_HOST_NETWORK =
      restart(
          TABLE,
          "kubernetes.netbird.hostNetwork",
          Notation.SWITCH,
          "false",
          "keep the routers of NetBird's operator on the host network");
  public static final ConfigKey<String> NETBIRD_NAMESPACE =
      restart(
          TABLE,
          "kubernetes.netbird.namespace",
          Notation.LABEL,
          DEFAULT_NETBIRD_NAMESPACE,
          "where they are");

  // The local Services.

  public static final ConfigKey<List<Path>> DIRECTORY_FILES =
      live(
          TABLE,
          "directory.files",
          (section, name, _) -> section.list(name, Notation.path(section.directory()), List.of()),
          NONE,
          "manifests of Services and EndpointSlices");
  public static final ConfigKey<ClusterIpPolicy> DIRECTORY_CLUSTER_IP =
      live(
          TABLE,
          "directory.clusterIP",
          Notation.word(ClusterIpPolicy.class),
          "auto",
          "what peers get for a ClusterIP Service: `expand` (pods), `keep`, or `auto`: pods unless"
              + " a port is remapped and the region can translate");
  public static final ConfigKey<ExportPolicy> DIRECTORY_EXPORT =
      live(
          TABLE,
          "directory.export",
          Notation.word(ExportPolicy.class),
          "all",
          "or `annotated`: only Services with `region-bridge.io/export: \"true\"`");
  public static final ConfigKey<List<String>> DIRECTORY_EXCLUDE_NAMESPACES =
      live(
          TABLE,
          "directory.excludeNamespaces",
          list(Notation.LABEL),
          NONE,
          "never answered to peers");

  // Traffic to peers.

  public static final ConfigKey<EgressEngine> EGRESS_ENGINE =
      live(
          TABLE,
          "egress.engine",
          Notation.word(EgressEngine.class),
          "auto",
          "who sends pods' traffic to peers: `cilium` (egress gateway policies), `routes` (agents"
              + " on all nodes), `none`; `auto`: Cilium");
  public static final ConfigKey<List<String>> EGRESS_NAMESPACES =
      live(TABLE, "egress.namespaces", list(Notation.LABEL), "all", "whose pods, with Cilium");
  public static final ConfigKey<List<String>> EGRESS_EXCLUDE_NAMESPACES =
      live(
          TABLE,
          "egress.excludeNamespaces",
          list(Notation.LABEL),
          NONE,
          "whose pods not, with Cilium");
  public static final ConfigKey<Boolean> EGRESS_SERVICE_CIDRS =
      live(
          TABLE,
          "egress.serviceCIDRs",
          Notation.SWITCH,
          "false",
          "also send traffic for peers' ClusterIPs");
  public static final ConfigKey<Integer> EGRESS_MIN_PREFIX_IPV4 =
      live(
          TABLE,
          "egress.minPrefixIPv4",
          Notation.number(1, 32),
          "10",
          "a range with a shorter prefix is never sent to a peer");
  public static final ConfigKey<Integer> EGRESS_MIN_PREFIX_IPV6 =
      live(TABLE, "egress.minPrefixIPv6", Notation.number(1, 128), "40", "the same of IPv6");
  public static final ConfigKey<Encapsulation> EGRESS_ENCAPSULATION =
      live(
          TABLE,
          "egress.encapsulation",
          Notation.word(Encapsulation.class),
          "auto",
          "agents wrap traffic in VXLAN: `auto` (gateway on another subnet), `always`, `never`");

  // The peers.

  /** An entry of {@code regions}: a peer region. */
  public static final class PeerKeys {
    private static final List<ConfigKey<?>> KEYS = new ArrayList<>();

    public static final ConfigKey<String> NAME =
        live(
            KEYS,
            "name",
            required(Notation.LABEL, "write the peer region's short name, such as mn"),
            "required",
            "short name of the peer");
    public static final ConfigKey<Domain> DOMAIN =
        live(KEYS, "domain", domain(NAME), "`<name>.internal`", "domain that it answers for");
    public static final ConfigKey<List<Cidr>> POD_CIDRS =
        live(
            KEYS,
            "podCIDRs",
            list(Notation.REGION_CIDR),
            "discovered",
            "address ranges of its pods");
    public static final ConfigKey<List<Cidr>> SERVICE_CIDRS =
        live(
            KEYS,
            "serviceCIDRs",
            list(Notation.REGION_CIDR),
            "discovered",
            "address ranges of its ClusterIPs");
    public static final ConfigKey<List<InetSocketAddress>> GATEWAYS =
        live(
            KEYS,
            "gateways",
            (section, name, _) ->
                section.list(
                    name,
                    Notation.gatewayAddress(
                        section.has("tls") ? DEFAULT_TLS_PORT : DEFAULT_DNS_PORT),
                    List.of()),
            "discovered",
            "`address[:1053]`; with `tls`, `address[:853]`");
    public static final ConfigKey<Boolean> CONTAIN =
        live(
            KEYS,
            "contain",
            Notation.SWITCH,
            "true",
            "refuse addresses outside its ranges in its answers");
    public static final ConfigKey<Optional<Domain>> TLS_SERVER_NAME =
        live(
            KEYS,
            "tls.serverName",
            (section, name, _) ->
                section.isThere()
                    ? section
                        .required(
                            name,
                            Notation.SERVER_NAME,
                            "write the name in the certificates of the region's gateways")
                        .map(Optional::of)
                    : section.optional(name, Notation.SERVER_NAME),
            NONE,
            "ask its gateways over TLS only, with this name in their certificates");
    public static final ConfigKey<Optional<Path>> TLS_CA =
        live(KEYS, "tls.ca", file(), "whom Java trusts", "PEM: who vouches for their certificates");
    public static final ConfigKey<Optional<String>> WIREGUARD_PUBLIC_KEY =
        live(
            KEYS,
            "wireguard.publicKey",
            optional(Notation.WIREGUARD_KEY),
            NONE,
            "`manage`: the public key of its end of the tunnel");
    public static final ConfigKey<Optional<InetSocketAddress>> WIREGUARD_ENDPOINT =
        live(
            KEYS,
            "wireguard.endpoint",
            optional(Notation.gatewayAddress(DEFAULT_WIREGUARD_PORT)),
            NONE,
            "`address[:51820]`, where that end is reached; without it, it calls");
    public static final ConfigKey<Integer> WIREGUARD_KEEPALIVE =
        live(
            KEYS,
            "wireguard.persistentKeepalive",
            Notation.number(0, MAX_PORT),
            "25",
            "seconds between keepalives; 0: none");
    public static final ConfigKey<List<String>> OVERLAY_KEYS =
        live(
            KEYS,
            "overlayKeys",
            list(Notation.OVERLAY_KEY),
            "the first that speak for it",
            "keys that speak for the region on the overlay: WireGuard public keys, or node IDs of"
                + " tailscaled");

    static final List<ConfigKey<?>> ALL = List.copyOf(KEYS);

    private PeerKeys() {}
  }

  public static final ConfigKey<List<Values>> REGIONS =
      live(TABLE, "regions", sections(PeerKeys.ALL), NONE, "the peer regions");
  public static final ConfigKey<Boolean> REPLICATION_ENABLED =
      live(
          TABLE,
          "replication.enabled",
          Notation.SWITCH,
          "true",
          "follow the directories of the peers and answer from copies of them; otherwise they are"
              + " asked");
  public static final ConfigKey<Long> REPLICATION_MAX_MEMORY =
      live(
          TABLE,
          "replication.maxMemory",
          Notation.memory(1L << 20, 1L << 36),
          "48MiB",
          "of all copies together; a peer whose directory does not fit is asked instead");
  public static final ConfigKey<Optional<Domain>> ALL_NAMES_DOMAIN =
      restart(
          TABLE,
          "allNames.domain",
          Notation.domainOrNothing(),
          "any.internal",
          "domain in which a Service has one name over all regions; `\"\"` switches it off");
  public static final ConfigKey<Boolean> MULTICLUSTER_ENABLED =
      restart(
          TABLE,
          "multicluster.enabled",
          Notation.SWITCH,
          "false",
          "the Multi-Cluster Services API (ServiceExport, ServiceImport); this version does not"
              + " have it and refuses `true`");
  public static final ConfigKey<Domain> MULTICLUSTER_DOMAIN =
      restart(
          TABLE,
          "multicluster.domain",
          Notation.SERVER_NAME,
          "clusterset.local",
          "the domain of imported Services");
  public static final ConfigKey<List<Cidr>> TRUST_SUPERNETS =
      live(
          TABLE,
          "trust.supernets",
          list(
              Notation.CIDR,
              "10.0.0.0/8",
              "172.16.0.0/12",
              "192.168.0.0/16",
              "100.64.0.0/10",
              "fc00::/7"),
          "private and shared ranges: `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`,"
              + " `100.64.0.0/10`, `fc00::/7`",
          "ranges that any peer may claim");

  // The process.

  public static final ConfigKey<LogFormat> LOG_FORMAT =
      restart(
          TABLE,
          "log.format",
          Notation.word(LogFormat.class),
          "auto",
          "`text`, `json`, or `auto`: text on a terminal, JSON otherwise");
  public static final ConfigKey<LogLevel> LOG_LEVEL =
      live(
          TABLE,
          "log.level",
          Notation.word(LogLevel.class),
          "info",
          "least severe level that is logged: `error`, `warn`, `info`, `debug`, `trace`");
  public static final ConfigKey<InetSocketAddress> ADMIN_LISTEN =
      restart(
          TABLE,
          "admin.listen",
          Notation.listenAddress(DEFAULT_HTTP_PORT),
          "127.0.0.1:8053",
          "HTTP");
  public static final ConfigKey<Optional<Path>> ADMIN_TOKEN_FILE =
      restart(
          TABLE,
          "admin.tokenFile",
          file(),
          NONE,
          "file with a token that clients must show (`Authorization: Bearer …`); probes, page and"
              + " API document stay open. Its content changes live");
  public static final ConfigKey<Optional<Path>> ADMIN_TLS_CERTIFICATE =
      restart(
          TABLE,
          "admin.tls.certificate",
          file(),
          NONE,
          "PEM: the certificate chain; HTTP is served over TLS then. Its content changes live");
  public static final ConfigKey<Optional<Path>> ADMIN_TLS_KEY =
      restart(
          TABLE,
          "admin.tls.key",
          file(),
          NONE,
          "PEM: its key, as for `dns.tls.key`. Its content changes live");

  /** Every key there is, in the order of the reference page. */
  public static final List<ConfigKey<?>> ALL = List.copyOf(TABLE);

  private ConfigKeys() {}

  /** Where a key of this name is, if some section has it. */
  static Optional<String> elsewhere(String name) {
    String plain = Suggestion.plain(name);
    return ALL.stream()
        .filter(key -> Suggestion.plain(key.name()).equals(plain))
        .map(ConfigKey::path)
        .findFirst();
  }

  // Entries of the table.

  private static <T> ConfigKey<T> live(
      List<ConfigKey<?>> table, String path, Shape<T> shape, String fallback, String meaning) {
    return add(table, new ConfigKey<>(path, Effect.LIVE, shape, fallback, meaning));
  }

  private static <T> ConfigKey<T> restart(
      List<ConfigKey<?>> table, String path, Shape<T> shape, String fallback, String meaning) {
    return add(table, new ConfigKey<>(path, Effect.RESTART, shape, fallback, meaning));
  }

  /** One with a default, as it would be written. */
  private static <T> ConfigKey<T> live(
      List<ConfigKey<?>> table, String path, Notation<T> written, String value, String meaning) {
    return live(table, path, value(written, value), "`" + value + "`", meaning);
  }

  private static <T> ConfigKey<T> restart(
      List<ConfigKey<?>> table, String path, Notation<T> written, String value, String meaning) {
    return restart(table, path, value(written, value), "`" + value + "`", meaning);
  }

  private static <T> ConfigKey<T> add(List<ConfigKey<?>> table, ConfigKey<T> key) {
    table.add(key);
    return key;
  }

  // Shapes.

  private static <T> Shape<T> value(Notation<T> notation, String fallback) {
    T value = good(notation, fallback);
    return (section, name, _) -> section.value(name, notation, value);
  }

  private static <T> Shape<Optional<T>> optional(Notation<T> notation) {
    return (section, name, _) -> section.optional(name, notation);
  }

  private static <T> Shape<T> required(Notation<T> notation, String advice) {
    return (section, name, _) -> section.required(name, notation, advice);
  }

  private static <T> Shape<List<T>> list(Notation<T> notation) {
    return (section, name, _) -> section.list(name, notation, List.of());
  }

  /** A list that is not empty where it is not there. */
  private static <T> Shape<List<T>> list(Notation<T> notation, String... fallback) {
    List<T> values = Arrays.stream(fallback).map(text -> good(notation, text)).toList();
    return (section, name, _) -> section.list(name, notation, values);
  }

  private static <T> Shape<Optional<List<T>>> listOrOff(Notation<T> notation) {
    return (section, name, _) -> section.listOrOff(name, notation);
  }

  private static Shape<List<Values>> sections(List<ConfigKey<?>> keys) {
    return (section, name, _) -> section.sections(name, keys);
  }

  private static Shape<Optional<Path>> file() {
    return (section, name, _) -> section.optional(name, Notation.path(section.directory()));
  }

  /** A number up to another key's. */
  private static Shape<Integer> atMost(ConfigKey<Integer> limit, int fallback) {
    return (section, name, before) -> {
      int most = before.get(limit);
      return section.value(name, Notation.number(1, most), Math.min(fallback, most));
    };
  }

  /** A region's domain: that of its name unless it has another. */
  private static Shape<Domain> domain(ConfigKey<String> region) {
    return (section, name, before) -> {
      ReadValue<Optional<Domain>> given = section.optional(name, Notation.REGION_DOMAIN);
      Function<Located<String>, Domain> usual = n -> new Domain(n.value() + ".internal");
      return given.map(d -> d.or(() -> before.located(region).map(usual)).orElse(null));
    };
  }

  private static <T> T good(Notation<T> notation, String text) {
    return switch (notation.read(text)) {
      case Parsed.Value<T>(T value) -> value;
      case Parsed.Wrong<T>(String reason, _) ->
          throw new IllegalArgumentException("default " + text + " " + reason);
    };
  }
}
