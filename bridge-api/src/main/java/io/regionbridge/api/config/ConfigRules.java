package io.regionbridge.api.config;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.settings.RegionSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What must hold between values of different keys. Of two values that clash, the problem is
 * reported at the later one and names the earlier. A value that is wrong by itself is reported when
 * it is read, and is skipped here. Pure.
 */
final class ConfigRules {
  private final Values root;
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<ConfigProblem> warnings = new ArrayList<>();

  /** Values of which no two may clash. */
  private static final class Claims<T> {
    private final List<Claim<T>> all = new ArrayList<>();

    void add(String owner, Optional<Located<T>> value) {
      value.ifPresent(located -> all.add(new Claim<>(owner, located)));
    }

    void add(String owner, List<Located<T>> values) {
      values.forEach(located -> all.add(new Claim<>(owner, located)));
    }
  }

  /** A value and the path of the name of the region that it belongs to; empty: to none. */
  private record Claim<T>(String owner, Located<T> located) {}

  /** How a clash of two values is treated. */
  private enum Outcome {
    /** The configuration is refused. */
    REFUSED,
    /** It is refused if both are one region's; else neither region has what both claim. */
    REFUSED_WITHIN_A_REGION,
    /** It can be run with. */
    TOLERATED
  }

  private ConfigRules(Values root) {
    this.root = root;
  }

  static ConfigRules check(Values root) {
    ConfigRules rules = new ConfigRules(root);
    rules.checkServerTls();
    rules.checkOverlay();
    rules.checkMulticluster();
    AliasRules aliases = AliasRules.check(root);
    rules.checkRegions(aliases);
    rules.problems.addAll(aliases.problems());
    rules.checkListeners();
    rules.checkAdminTls();
    return rules;
  }

  /** The problems, each of which makes the configuration invalid. */
  List<ConfigProblem> problems() {
    return problems;
  }

  /** Values that are probably unintended, and clashes that can be tolerated. */
  List<ConfigProblem> warnings() {
    return warnings;
  }

  /**
   * All of it or none: half of it would be a service that no client reaches, or one without a key.
   */
  private void checkServerTls() {
    boolean listen = !root.get(ConfigKeys.DNS_TLS_LISTEN).isEmpty();
    boolean certificate = root.get(ConfigKeys.DNS_TLS_CERTIFICATE).isPresent();
    boolean key = root.get(ConfigKeys.DNS_TLS_KEY).isPresent();
    if (!listen && (certificate || key)) {
      reportMissing(
          "dns.tls.listen", "write the addresses for DNS over TLS, such as [10.0.0.1:853]");
    }
    if (!certificate && (listen || key)) {
      reportMissing(
          "dns.tls.certificate", "write the path of a PEM file with the certificate chain");
    }
    if (!key && (listen || certificate)) {
      reportMissing("dns.tls.key", "write the path of a PEM file with the private key");
    }
  }

  private void checkAdminTls() {
    boolean certificate = root.get(ConfigKeys.ADMIN_TLS_CERTIFICATE).isPresent();
    if (certificate != root.get(ConfigKeys.ADMIN_TLS_KEY).isPresent()) {
      String one = root.place(ConfigKeys.ADMIN_TLS_CERTIFICATE);
      String other = root.place(ConfigKeys.ADMIN_TLS_KEY);
      String reason = "is missing, though " + (certificate ? one : other) + " is there";
      report(certificate ? other : one, reason, null, "write both, or none");
    }
  }

  private void checkMulticluster() {
    if (!root.get(ConfigKeys.MULTICLUSTER_ENABLED)) {
      return;
    }
    if (!root.get(ConfigKeys.KUBERNETES_ENABLED)) {
      report(
          "multicluster.enabled",
          "ServiceExports are objects of a cluster, and kubernetes.enabled is false",
          "true",
          "write false; allNames.domain has one name for each Service over all regions");
    }
    String domain = root.get(ConfigKeys.MULTICLUSTER_DOMAIN).toLowerCase(Locale.ROOT);
    List<Located<RegionDomain>> others = new ArrayList<>();
    root.located(ConfigKeys.REGION_DOMAIN).ifPresent(others::add);
    root.given(ConfigKeys.ALL_NAMES_DOMAIN).ifPresent(others::add);
    root.get(ConfigKeys.REGIONS)
        .forEach(peer -> peer.located(ConfigKeys.PEER_DOMAIN).ifPresent(others::add));
    others.stream()
        .filter(other -> other.value().overlaps(domain))
        .forEach(other ->
            report(
                "multicluster.domain",
                "is the same domain, or one inside the other, as " + other.path(),
                domain,
                "write a domain that nothing else has, such as clusterset.local"));
  }

  private void checkOverlay() {
    Optional<Located<HostInNetwork>> address = root.given(ConfigKeys.OVERLAY_ADDRESS);
    List<Values> nodes = root.get(ConfigKeys.OVERLAY_NODES);
    boolean manage = root.get(ConfigKeys.OVERLAY_MODE) == RegionSettings.OverlayMode.MANAGE;
    if (manage && address.isEmpty() && !root.isGiven(ConfigKeys.OVERLAY_NODES)) {
      reportMissing(
          "overlay.address",
          "write this node's address on the overlay, such as 100.99.0.1/24, or those of all router"
              + " nodes in overlay.nodes");
    }
    if (address.isPresent() && !nodes.isEmpty()) {
      String reason = "overlay.nodes give each node its own";
      report("overlay.address", reason, null, "take one of the two out");
    }
    Claims<String> names = new Claims<>();
    Claims<HostInNetwork> addresses = new Claims<>();
    addresses.add("", address);
    for (Values node : nodes) {
      names.add("", node.located(ConfigKeys.NODE_NAME));
      addresses.add("", node.located(ConfigKeys.NODE_ADDRESS));
    }
    requireDistinct(
        names, String::equals, n -> n, "is also the node at", "list it once", Outcome.REFUSED);
    requireDistinct(
        addresses,
        (a, b) -> a.address().equals(b.address()),
        host -> IpLiteral.format(host.address()),
        "is also",
        "give each node an address of its own",
        Outcome.REFUSED);
  }

  private void checkRegions(AliasRules aliases) {
    Claims<String> names = new Claims<>();
    Claims<RegionDomain> domains = new Claims<>();
    Claims<Cidr> ranges = new Claims<>();
    Claims<InetSocketAddress> gateways = new Claims<>();
    String local = root.place(ConfigKeys.REGION_NAME);
    names.add(local, root.located(ConfigKeys.REGION_NAME));
    domains.add(local, root.located(ConfigKeys.REGION_DOMAIN));
    domains.add(root.place(ConfigKeys.ALL_NAMES_DOMAIN), root.given(ConfigKeys.ALL_NAMES_DOMAIN));
    ranges.add(local, root.items(ConfigKeys.REGION_POD_CIDRS));
    ranges.add(local, root.items(ConfigKeys.REGION_SERVICE_CIDRS));
    for (Values peer : root.get(ConfigKeys.REGIONS)) {
      String owner = peer.place(ConfigKeys.PEER_NAME);
      names.add(owner, peer.located(ConfigKeys.PEER_NAME));
      domains.add(owner, peer.located(ConfigKeys.PEER_DOMAIN));
      ranges.add(owner, aliases.known(peer));
      gateways.add(owner, peer.items(ConfigKeys.PEER_GATEWAYS));
    }
    requireDistinct(
        names,
        String::equals,
        n -> n,
        "is also the name at",
        "give each its own name",
        Outcome.REFUSED);
    // Names below one region's domain would have to be asked of two regions.
    requireDistinct(
        domains,
        RegionDomain::overlaps,
        RegionDomain::name,
        "is the same domain, or one inside the other, as",
        "give each region, and allNames, a domain of its own",
        Outcome.REFUSED);
    requireDistinct(
        ranges,
        Cidr::overlaps,
        Cidr::toString,
        "overlaps",
        "regions that reach each other need ranges that do not overlap: give one of them other"
            + " ranges, or an alias in its region.aliasRanges",
        Outcome.REFUSED_WITHIN_A_REGION);
    requireDistinct(
        gateways,
        InetSocketAddress::equals,
        SocketLiteral::format,
        "is also",
        "a gateway belongs to one region and is listed once",
        Outcome.TOLERATED);
    for (Claim<InetSocketAddress> gateway : gateways.all) {
      InetSocketAddress address = gateway.located().value();
      listening().all.stream()
          .filter(listener -> listener.located().value().equals(address))
          .forEach(listener ->
              report(
                  gateway.located().path(),
                  "is this bridge itself, by " + listener.located().path(),
                  SocketLiteral.format(address),
                  "write the address of the peer's bridge"));
    }
  }

  /** DNS listens by TCP as well, so HTTP cannot share its port. */
  private void checkListeners() {
    requireDistinct(
        listening(),
        (a, b) -> a.equals(b) && a.getPort() != 0,
        SocketLiteral::format,
        "is taken by",
        "write another address or port",
        Outcome.REFUSED);
    Claims<Path> files = new Claims<>();
    files.add("", root.items(ConfigKeys.DIRECTORY_FILES));
    requireDistinct(
        files, Path::equals, Path::toString, "is also", "list it once", Outcome.REFUSED);
  }

  private Claims<InetSocketAddress> listening() {
    Claims<InetSocketAddress> listeners = new Claims<>();
    listeners.add("", root.items(ConfigKeys.DNS_LISTEN));
    listeners.add("", root.items(ConfigKeys.DNS_TLS_LISTEN));
    listeners.add("", root.located(ConfigKeys.ADMIN_LISTEN));
    return listeners;
  }

  private void reportMissing(String path, String advice) {
    report(path, "is missing", null, advice);
  }

  private void report(String path, String reason, @Nullable String text, String advice) {
    problems.add(new ConfigProblem(path, reason, text, advice));
  }

  private <T> void requireDistinct(
      Claims<T> claims,
      BiPredicate<T, T> clash,
      Function<T, String> words,
      String relation,
      String advice,
      Outcome outcome) {
    for (int i = 0; i < claims.all.size(); i++) {
      Claim<T> claim = claims.all.get(i);
      claims.all.subList(0, i).stream()
          .filter(earlier -> clash.test(claim.located().value(), earlier.located().value()))
          .findFirst()
          .ifPresent(other -> {
            boolean sameOwner = other.owner().equals(claim.owner());
            boolean refused =
                outcome == Outcome.REFUSED
                    || outcome == Outcome.REFUSED_WITHIN_A_REGION && sameOwner;
            String text = words.apply(claim.located().value());
            String otherText = words.apply(other.located().value());
            String named = otherText.equals(text) ? "" : " (" + otherText + ")";
            String reason = relation + " " + other.located().path() + named;
            boolean tolerated = !refused && !sameOwner;
            (refused ? problems : warnings)
                .add(new ConfigProblem(claim.located().path(), reason, text, advice, tolerated));
          });
    }
  }
}
