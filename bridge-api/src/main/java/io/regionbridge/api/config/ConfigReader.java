package io.regionbridge.api.config;

import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a configuration: every key with its notation, limits and default, in the order of the
 * reference. Pure; finds every problem at once.
 */
public final class ConfigReader {
  /** Where bridges answer unless told otherwise. */
  public static final int DEFAULT_DNS_PORT = 1053;

  /** Where DNS over TLS is served unless told otherwise (RFC 7858, section 3.1). */
  private static final int DEFAULT_TLS_PORT = 853;

  private static final int DEFAULT_ADMIN_PORT = 8053;
  private static final InetSocketAddress DEFAULT_ADMIN_LISTEN =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), DEFAULT_ADMIN_PORT);
  private static final Duration HOUR = Duration.ofHours(1);

  /** Of another file nothing is shown: it may be a Secret, a kubeconfig, or a list of passwords. */
  private static final ConfigProblem NO_CONFIGURATION =
      new ConfigProblem(
          "",
          "it has no key of the configuration, such as region",
          null,
          "name the bridge's own file; nothing of this one is shown, as it may hold secrets");

  private final Path directory;
  private final CrossChecks checks;

  private ConfigReader(Path directory, CrossChecks checks) {
    this.directory = directory;
    this.checks = checks;
  }

  /**
   * Reads a configuration.
   *
   * @param yaml the content of the file
   * @param directory what relative paths in it are relative to: the file's own directory
   * @param environment the variables of the process, all of them
   */
  public static ConfigResult read(String yaml, Path directory, Map<String, String> environment) {
    List<ConfigProblem> problems = new ArrayList<>();
    YamlNode root = YamlTree.read(yaml, "", problems);
    if (root instanceof YamlNode.Absent && !problems.isEmpty()) {
      // Of a file that is not YAML, nothing more is known: every key would seem to be missing, and
      // what was taken for keys before may be anything.
      return new ConfigResult.Invalid(List.of(problems.getLast()));
    }
    if (!(root instanceof YamlNode.Absent || root instanceof YamlNode.Mapping)) {
      return new ConfigResult.Invalid(List.of(noMapping(root)));
    }
    Environment variables = new Environment(environment);
    CrossChecks checks = new CrossChecks();
    Section section = Section.of(new Located<>("", root), variables, problems);
    BridgeConfig config = new ConfigReader(directory, checks).config(section);
    if (section.isForeign()) {
      return new ConfigResult.Invalid(List.of(NO_CONFIGURATION));
    }
    section.end();
    variables.end(problems);
    problems.addAll(checks.problems());
    List<ConfigProblem> warnings = new ArrayList<>(checks.warnings());
    if (!problems.isEmpty()) {
      warnings.stream().filter(ConfigProblem::clash).forEach(problems::add);
      return new ConfigResult.Invalid(problems);
    }
    warnings.addAll(ConfigWarnings.of(config));
    return new ConfigResult.Valid(config, warnings);
  }

  /** A token or a key in PEM is YAML too: one long text. */
  private static ConfigProblem noMapping(YamlNode root) {
    return new ConfigProblem(
        "",
        "is no configuration: expected a mapping with region:, this is " + root.description(),
        null,
        NO_CONFIGURATION.advice());
  }

  private BridgeConfig config(Section root) {
    return new BridgeConfig(
        region(root.section("region")),
        dns(root.section("dns")),
        overlay(root.section("overlay")),
        kubernetes(root.section("kubernetes")),
        directory(root.section("directory")),
        egress(root.section("egress")),
        root.sections("regions", this::peer),
        admin(root.section("admin")));
  }

  private BridgeConfig.Region region(Section s) {
    Located<String> name = name(s, "write the region's short name, such as fsn1");
    Domain domain = domain(s, name);
    BridgeConfig.Region region =
        new BridgeConfig.Region(
            name.value(), domain, ranges(s, "podCIDRs"), ranges(s, "serviceCIDRs"));
    s.end();
    return region;
  }

  private BridgeConfig.Peer peer(Section s) {
    Located<String> name = name(s, "write the peer region's short name, such as mn");
    boolean tls = s.has("tls");
    return new BridgeConfig.Peer(
        name.value(),
        domain(s, name),
        ranges(s, "podCIDRs"),
        ranges(s, "serviceCIDRs"),
        gateways(s, tls ? DEFAULT_TLS_PORT : DEFAULT_DNS_PORT),
        s.flag("contain", true),
        tls ? peerTls(s.section("tls")) : Optional.empty(),
        wireguard(s.section("wireguard")));
  }

  private BridgeConfig.Dns dns(Section s) {
    int maxInflight = s.number("maxInflight", 32_768, 1, 1_000_000);
    BridgeConfig.Dns dns =
        new BridgeConfig.Dns(
            listen(s.list("listen", Notation.listenAddress(DEFAULT_DNS_PORT))),
            Located.values(s.list("allow", Notation.CIDR)),
            s.value("ttl", Notation.ttl(HOUR), Duration.ofSeconds(5)),
            cache(s.section("cache")),
            relay(s.section("relay")),
            s.number("threads", 0, 0, 64),
            s.value("drain", duration(Duration.ZERO, Duration.ofMinutes(1)), Duration.ofSeconds(5)),
            maxInflight,
            s.number("maxInflightPerClient", Math.min(16_384, maxInflight), 1, maxInflight),
            tcp(s.section("tcp")),
            s.number("refusedPerSecond", 50, 0, 1_000_000),
            serverTls(s.section("tls")));
    s.end();
    return dns;
  }

  private static BridgeConfig.Cache cache(Section s) {
    BridgeConfig.Cache cache =
        new BridgeConfig.Cache(
            s.number("maxEntries", 100_000, 1, 10_000_000),
            s.value("maxTtl", Notation.ttl(Duration.ofHours(24)), Duration.ofSeconds(30)),
            s.value("maxNegativeTtl", Notation.ttl(HOUR), Duration.ofSeconds(5)),
            // RFC 8767, section 5 suggests one to three days at most; a week is already far.
            s.value("serveStale", duration(Duration.ZERO, Duration.ofHours(168)), HOUR),
            s.flag("prefetch", true));
    s.end();
    return cache;
  }

  private static BridgeConfig.Relay relay(Section s) {
    Duration least = Duration.ofMillis(50);
    BridgeConfig.Relay relay =
        new BridgeConfig.Relay(
            s.value("timeout", duration(least, Duration.ofSeconds(10)), Duration.ofMillis(1500)),
            s.value(
                "healthInterval", duration(least, Duration.ofMinutes(1)), Duration.ofMillis(500)));
    s.end();
    return relay;
  }

  private static BridgeConfig.Tcp tcp(Section s) {
    int maxConnections = s.number("maxConnections", 1024, 1, 1_000_000);
    BridgeConfig.Tcp tcp =
        new BridgeConfig.Tcp(
            maxConnections,
            s.number("maxConnectionsPerClient", Math.min(64, maxConnections), 1, maxConnections),
            s.value("idleTimeout", duration(Duration.ofSeconds(1), HOUR), Duration.ofSeconds(10)));
    s.end();
    return tcp;
  }

  /** All of it or none: half of it would be a service that nobody gets, or one without a key. */
  private BridgeConfig.ServerTls serverTls(Section s) {
    List<InetSocketAddress> listen =
        listen(s.list("listen", Notation.listenAddress(DEFAULT_TLS_PORT)));
    Optional<Path> certificate = file(s, "certificate").map(Located::value);
    Optional<Path> key = file(s, "key").map(Located::value);
    s.end();
    boolean any = !listen.isEmpty() || certificate.isPresent() || key.isPresent();
    if (any && listen.isEmpty()) {
      s.missing("listen", "write the addresses for DNS over TLS, such as [10.0.0.1:853]");
    }
    if (any && certificate.isEmpty()) {
      s.missing("certificate", "write the path of a PEM file with the certificate chain");
    }
    if (any && key.isEmpty()) {
      s.missing("key", "write the path of a PEM file with the private key");
    }
    return new BridgeConfig.ServerTls(listen, certificate, key);
  }

  private Optional<BridgeConfig.PeerTls> peerTls(Section s) {
    Optional<Located<Domain>> serverName =
        s.required(
            "serverName",
            Notation.SERVER_NAME,
            "write the name in the certificates of the region's gateways");
    Optional<Path> authority = file(s, "ca").map(Located::value);
    s.end();
    return serverName.map(name -> new BridgeConfig.PeerTls(name.value(), authority));
  }

  private Path resolve(Located<String> file) {
    return directory.resolve(file.value()).normalize();
  }

  private BridgeConfig.Overlay overlay(Section s) {
    Optional<String> name = s.optional("interface", Notation.INTERFACE).map(Located::value);
    BridgeConfig.OverlayMode mode =
        s.value(
            "mode",
            Notation.word(BridgeConfig.OverlayMode.class),
            BridgeConfig.OverlayMode.OBSERVE);
    Optional<Located<BridgeConfig.HostInNetwork>> address =
        s.optional("address", Notation.HOST_IN_NETWORK);
    address.ifPresent(checks::overlayAddress);
    List<BridgeConfig.OverlayNode> nodes =
        s.sections("nodes", this::overlayNode).stream().flatMap(Optional::stream).toList();
    if (mode == BridgeConfig.OverlayMode.MANAGE && address.isEmpty() && !s.has("nodes")) {
      s.missing(
          "address",
          "write this node's address on the overlay, such as 100.99.0.1/24, or those of all router"
              + " nodes in overlay.nodes");
    }
    if (address.isPresent() && !nodes.isEmpty()) {
      s.wrong("address", "overlay.nodes give each node its own", "take one of the two out");
    }
    BridgeConfig.Overlay overlay =
        new BridgeConfig.Overlay(
            name,
            mode,
            address.map(Located::value),
            nodes,
            s.number("listenPort", BridgeConfig.Overlay.DEFAULT_PORT, 0, 65_535),
            file(s, "keys").map(Located::value).orElse(BridgeConfig.Overlay.DEFAULT_KEYS));
    s.end();
    return overlay;
  }

  private Optional<BridgeConfig.OverlayNode> overlayNode(Section s) {
    Optional<Located<Domain>> name =
        s.required("name", Notation.SERVER_NAME, "write the name of the Node");
    name.map(n -> new Located<>(n.path(), n.value().name())).ifPresent(checks::overlayNode);
    Optional<Located<BridgeConfig.HostInNetwork>> address =
        s.required(
            "address",
            Notation.HOST_IN_NETWORK,
            "write the node's address on the overlay, such as 100.99.0.1/24");
    address.ifPresent(checks::overlayAddress);
    Optional<Located<InetSocketAddress>> endpoint =
        s.optional("endpoint", Notation.gatewayAddress(BridgeConfig.Overlay.DEFAULT_PORT));
    return name.isPresent() && address.isPresent()
        ? Optional.of(
            new BridgeConfig.OverlayNode(
                name.get().value().name(), address.get().value(), endpoint.map(Located::value)))
        : Optional.empty();
  }

  private static Optional<BridgeConfig.WireGuard> wireguard(Section s) {
    Optional<Located<String>> key = s.optional("publicKey", Notation.WIREGUARD_KEY);
    Optional<Located<InetSocketAddress>> endpoint =
        s.optional("endpoint", Notation.gatewayAddress(BridgeConfig.Overlay.DEFAULT_PORT));
    int keepalive = s.number("persistentKeepalive", 25, 0, 65_535);
    s.end();
    return key.map(
        k -> new BridgeConfig.WireGuard(k.value(), endpoint.map(Located::value), keepalive));
  }

  private static BridgeConfig.Kubernetes kubernetes(Section s) {
    BridgeConfig.Kubernetes kubernetes =
        new BridgeConfig.Kubernetes(
            s.flag("enabled", true),
            s.value("routerLabel", Notation.NODE_LABEL, "netbird-router=true"),
            s.value(
                "forwardTo",
                Notation.word(BridgeConfig.ForwardTo.class),
                BridgeConfig.ForwardTo.NODES),
            s.value("service", Notation.LABEL, BridgeConfig.Kubernetes.DEFAULT_SERVICE),
            netBird(s.section("netbird")));
    s.end();
    return kubernetes;
  }

  private static BridgeConfig.NetBird netBird(Section s) {
    BridgeConfig.NetBird netBird =
        new BridgeConfig.NetBird(
            s.flag("hostNetwork", false),
            s.value("namespace", Notation.LABEL, BridgeConfig.NetBird.DEFAULT_NAMESPACE));
    s.end();
    return netBird;
  }

  private BridgeConfig.Directory directory(Section s) {
    List<Located<Path>> files = new ArrayList<>();
    for (Located<String> file : s.list("files", Notation.PATH)) {
      files.add(new Located<>(file.path(), resolve(file)));
    }
    files.forEach(checks::file);
    BridgeConfig.Directory result =
        new BridgeConfig.Directory(
            Located.values(files),
            s.value(
                "clusterIP",
                Notation.word(BridgeConfig.ClusterIpPolicy.class),
                BridgeConfig.ClusterIpPolicy.AUTO),
            s.value(
                "export",
                Notation.word(BridgeConfig.ExportPolicy.class),
                BridgeConfig.ExportPolicy.ALL),
            Located.values(s.list("excludeNamespaces", Notation.LABEL)));
    s.end();
    return result;
  }

  private static BridgeConfig.Egress egress(Section s) {
    BridgeConfig.Egress egress =
        new BridgeConfig.Egress(
            s.value(
                "engine",
                Notation.word(BridgeConfig.EgressEngine.class),
                BridgeConfig.EgressEngine.AUTO),
            Located.values(s.list("namespaces", Notation.LABEL)),
            Located.values(s.list("excludeNamespaces", Notation.LABEL)),
            s.flag("serviceCIDRs", false),
            s.number("minPrefixIPv4", 10, 1, 32),
            s.number("minPrefixIPv6", 40, 1, 128),
            s.value(
                "encapsulation",
                Notation.word(BridgeConfig.Encapsulation.class),
                BridgeConfig.Encapsulation.AUTO));
    s.end();
    return egress;
  }

  private BridgeConfig.Admin admin(Section s) {
    Located<InetSocketAddress> listen =
        s.optional("listen", Notation.listenAddress(DEFAULT_ADMIN_PORT))
            .orElseGet(() -> new Located<>(s.pathOf("listen"), DEFAULT_ADMIN_LISTEN));
    checks.listen(listen);
    Optional<Path> tokenFile = file(s, "tokenFile").map(Located::value);
    Optional<BridgeConfig.Tls> tls = tls(s.section("tls"));
    s.end();
    return new BridgeConfig.Admin(listen.value(), tokenFile, tls);
  }

  private Optional<BridgeConfig.Tls> tls(Section s) {
    Optional<Located<Path>> certificate = file(s, "certificate");
    Optional<Located<Path>> key = file(s, "key");
    checks.together(certificate, s.pathOf("certificate"), key, s.pathOf("key"));
    s.end();
    return certificate.isPresent() && key.isPresent()
        ? Optional.of(new BridgeConfig.Tls(certificate.get().value(), key.get().value()))
        : Optional.empty();
  }

  private Optional<Located<Path>> file(Section s, String key) {
    return s.optional(key, Notation.PATH).map(text -> new Located<>(text.path(), resolve(text)));
  }

  private Located<String> name(Section s, String advice) {
    Optional<Located<String>> name = s.required("name", Notation.LABEL, advice);
    name.ifPresent(checks::name);
    // The path is no label, so this can neither get out nor clash with a region that has a name.
    return name.orElseGet(() -> new Located<>(s.pathOf("name"), s.pathOf("name")));
  }

  private Domain domain(Section s, Located<String> name) {
    Optional<Located<Domain>> given = s.optional("domain", Notation.REGION_DOMAIN);
    boolean named = Domain.labelFlaw(name.value()).isEmpty();
    Domain domain =
        given
            .map(Located::value)
            .orElseGet(() -> new Domain(named ? name.value() + ".internal" : "internal"));
    if (given.isPresent() || named) {
      checks.domain(new Located<>(given.map(Located::path).orElse(s.pathOf("domain")), domain));
    }
    return domain;
  }

  private List<Cidr> ranges(Section s, String key) {
    List<Located<Cidr>> ranges = s.list(key, Notation.REGION_CIDR);
    ranges.forEach(range -> checks.range(s.pathOf("name"), range));
    return Located.values(ranges);
  }

  private List<InetSocketAddress> listen(List<Located<InetSocketAddress>> addresses) {
    addresses.forEach(checks::listen);
    return Located.values(addresses);
  }

  private List<InetSocketAddress> gateways(Section s, int defaultPort) {
    List<Located<InetSocketAddress>> gateways =
        s.list("gateways", Notation.gatewayAddress(defaultPort));
    gateways.forEach(gateway -> checks.gateway(s.pathOf("name"), gateway));
    return Located.values(gateways).stream().distinct().toList();
  }

  private static Notation<Duration> duration(Duration min, Duration max) {
    return Notation.duration(min, max);
  }
}
