package io.regionbridge.api.config;

import io.regionbridge.api.config.ConfigKeys.NodeKeys;
import io.regionbridge.api.config.ConfigKeys.PeerKeys;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * What must hold between values of different keys. Of two values that clash, the problem is
 * reported at the later one and names the earlier. A value that is wrong by itself is reported when
 * it is read, and is skipped here. Pure.
 */
final class ConfigRules {
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<ConfigProblem> warnings = new ArrayList<>();

  /** A value and the path of the name of the region that it belongs to; empty: to none. */
  private record Claim<T>(String owner, Located<T> located) {}

  /** What becomes of two values that clash. */
  private enum Outcome {
    /** The configuration is refused. */
    REFUSED,
    /** It is refused if both are one region's; else neither region has what both claim. */
    REFUSED_WITHIN_A_REGION,
    /** It can be run with. */
    TOLERATED
  }

  private ConfigRules() {}

  /** Checks all rules. */
  static ConfigRules check(Values root) {
    ConfigRules rules = new ConfigRules();
    rules.serverTls(root);
    rules.overlay(root);
    rules.multicluster(root);
    rules.regions(root);
    rules.listeners(root);
    rules.together(
        root.given(ConfigKeys.ADMIN_TLS_CERTIFICATE),
        root.place(ConfigKeys.ADMIN_TLS_CERTIFICATE),
        root.given(ConfigKeys.ADMIN_TLS_KEY),
        root.place(ConfigKeys.ADMIN_TLS_KEY));
    return rules;
  }

  /** All that cannot be. */
  List<ConfigProblem> problems() {
    return problems;
  }

  /** What is strange, and what clashes but can be run with. */
  List<ConfigProblem> warnings() {
    return warnings;
  }

  /** All of it or none: half of it would be a service that nobody gets, or one without a key. */
  private void serverTls(Values root) {
    boolean listen = !root.get(ConfigKeys.DNS_TLS_LISTEN).isEmpty();
    boolean certificate = root.get(ConfigKeys.DNS_TLS_CERTIFICATE).isPresent();
    boolean key = root.get(ConfigKeys.DNS_TLS_KEY).isPresent();
    if (!listen && (certificate || key)) {
      missing("dns.tls.listen", "write the addresses for DNS over TLS, such as [10.0.0.1:853]");
    }
    if (!certificate && (listen || key)) {
      missing("dns.tls.certificate", "write the path of a PEM file with the certificate chain");
    }
    if (!key && (listen || certificate)) {
      missing("dns.tls.key", "write the path of a PEM file with the private key");
    }
  }

  private void multicluster(Values root) {
    if (root.get(ConfigKeys.MULTICLUSTER_ENABLED)) {
      problems.add(
          new ConfigProblem(
              "multicluster.enabled",
              "this version does not have the Multi-Cluster Services API",
              "true",
              "write false; allNames.domain has one name for each Service over all regions"));
    }
  }

  private void overlay(Values root) {
    Optional<Located<BridgeConfig.HostInNetwork>> address = root.given(ConfigKeys.OVERLAY_ADDRESS);
    List<Values> nodes = root.get(ConfigKeys.OVERLAY_NODES);
    boolean manage = root.get(ConfigKeys.OVERLAY_MODE) == BridgeConfig.OverlayMode.MANAGE;
    if (manage && address.isEmpty() && !root.isGiven(ConfigKeys.OVERLAY_NODES)) {
      missing(
          "overlay.address",
          "write this node's address on the overlay, such as 100.99.0.1/24, or those of all router"
              + " nodes in overlay.nodes");
    }
    if (address.isPresent() && !nodes.isEmpty()) {
      problems.add(
          new ConfigProblem(
              "overlay.address",
              "overlay.nodes give each node its own",
              null,
              "take one of the two out"));
    }
    List<Claim<String>> names = new ArrayList<>();
    List<Claim<BridgeConfig.HostInNetwork>> addresses = new ArrayList<>();
    address.ifPresent(a -> addresses.add(new Claim<>("", a)));
    for (Values node : nodes) {
      node.located(NodeKeys.NAME)
          .map(name -> new Located<>(name.path(), name.value().name()))
          .ifPresent(name -> names.add(new Claim<>("", name)));
      node.located(NodeKeys.ADDRESS).ifPresent(a -> addresses.add(new Claim<>("", a)));
    }
    distinct(names, String::equals, n -> n, "is also the node at", "list it once");
    distinct(
        addresses,
        (a, b) -> a.address().equals(b.address()),
        host -> IpLiteral.format(host.address()),
        "is also",
        "give each node an address of its own");
  }

  private void regions(Values root) {
    List<Claim<String>> names = new ArrayList<>();
    List<Claim<Domain>> domains = new ArrayList<>();
    List<Claim<Cidr>> ranges = new ArrayList<>();
    List<Claim<InetSocketAddress>> gateways = new ArrayList<>();
    String local = root.place(ConfigKeys.REGION_NAME);
    root.located(ConfigKeys.REGION_NAME).ifPresent(name -> names.add(new Claim<>(local, name)));
    root.located(ConfigKeys.REGION_DOMAIN).ifPresent(d -> domains.add(new Claim<>(local, d)));
    String all = root.place(ConfigKeys.ALL_NAMES_DOMAIN);
    root.given(ConfigKeys.ALL_NAMES_DOMAIN).ifPresent(d -> domains.add(new Claim<>(all, d)));
    add(local, root.items(ConfigKeys.REGION_POD_CIDRS), ranges);
    add(local, root.items(ConfigKeys.REGION_SERVICE_CIDRS), ranges);
    for (Values peer : root.get(ConfigKeys.REGIONS)) {
      String owner = peer.place(PeerKeys.NAME);
      peer.located(PeerKeys.NAME).ifPresent(name -> names.add(new Claim<>(owner, name)));
      peer.located(PeerKeys.DOMAIN).ifPresent(d -> domains.add(new Claim<>(owner, d)));
      add(owner, peer.items(PeerKeys.POD_CIDRS), ranges);
      add(owner, peer.items(PeerKeys.SERVICE_CIDRS), ranges);
      add(owner, peer.items(PeerKeys.GATEWAYS), gateways);
    }
    distinct(names, String::equals, n -> n, "is also the name at", "give each its own name");
    // Names below one region's domain would have to be asked of two regions.
    distinct(
        domains,
        (a, b) -> a.isWithin(b) || b.isWithin(a),
        Domain::name,
        "is the same domain, or one inside the other, as",
        "give each region, and allNames, a domain of its own");
    distinct(
        ranges,
        Cidr::overlaps,
        Cidr::toString,
        "overlaps",
        "regions that reach each other need ranges that do not overlap",
        Outcome.REFUSED_WITHIN_A_REGION);
    distinct(
        gateways,
        InetSocketAddress::equals,
        SocketLiteral::format,
        "is also",
        "a gateway belongs to one region and is listed once",
        Outcome.TOLERATED);
    for (Claim<InetSocketAddress> gateway : gateways) {
      listening(root).stream()
          .filter(listener -> listener.located().value().equals(gateway.located().value()))
          .forEach(listener ->
              problems.add(
                  new ConfigProblem(
                      gateway.located().path(),
                      "is this bridge itself, by " + listener.located().path(),
                      SocketLiteral.format(gateway.located().value()),
                      "write the address of the peer's bridge")));
    }
  }

  /** DNS listens by TCP as well, so HTTP cannot share its port. */
  private void listeners(Values root) {
    distinct(
        listening(root),
        (a, b) -> a.equals(b) && a.getPort() != 0,
        SocketLiteral::format,
        "is taken by",
        "write another address or port");
    List<Claim<Path>> files = new ArrayList<>();
    add("", root.items(ConfigKeys.DIRECTORY_FILES), files);
    distinct(files, Path::equals, Path::toString, "is also", "list it once");
  }

  private static List<Claim<InetSocketAddress>> listening(Values root) {
    List<Claim<InetSocketAddress>> listeners = new ArrayList<>();
    add("", root.items(ConfigKeys.DNS_LISTEN), listeners);
    add("", root.items(ConfigKeys.DNS_TLS_LISTEN), listeners);
    root.located(ConfigKeys.ADMIN_LISTEN).ifPresent(at -> listeners.add(new Claim<>("", at)));
    return listeners;
  }

  /** Of two values that only make sense together, one is there. */
  private void together(
      Optional<? extends Located<?>> one,
      String onePath,
      Optional<? extends Located<?>> other,
      String otherPath) {
    if (one.isPresent() != other.isPresent()) {
      String missing = one.isPresent() ? otherPath : onePath;
      String present = one.isPresent() ? onePath : otherPath;
      problems.add(
          new ConfigProblem(
              missing, "is missing, though " + present + " is there", null, "write both, or none"));
    }
  }

  private void missing(String path, String advice) {
    problems.add(new ConfigProblem(path, "is missing", null, advice));
  }

  private static <T> void add(String owner, List<Located<T>> values, List<Claim<T>> claims) {
    values.forEach(value -> claims.add(new Claim<>(owner, value)));
  }

  private <T> void distinct(
      List<Claim<T>> claims,
      BiPredicate<T, T> clash,
      Function<T, String> words,
      String relation,
      String advice) {
    distinct(claims, clash, words, relation, advice, Outcome.REFUSED);
  }

  private <T> void distinct(
      List<Claim<T>> claims,
      BiPredicate<T, T> clash,
      Function<T, String> words,
      String relation,
      String advice,
      Outcome outcome) {
    for (int i = 0; i < claims.size(); i++) {
      Claim<T> claim = claims.get(i);
      Optional<Claim<T>> earlier =
          claims.subList(0, i).stream()
              .filter(other -> clash.test(claim.located().value(), other.located().value()))
              .findFirst();
      if (earlier.isPresent()) {
        Claim<T> other = earlier.get();
        boolean sameOwner = other.owner().equals(claim.owner());
        boolean refused =
            outcome == Outcome.REFUSED || outcome == Outcome.REFUSED_WITHIN_A_REGION && sameOwner;
        String text = words.apply(claim.located().value());
        String otherText = words.apply(other.located().value());
        String named = otherText.equals(text) ? "" : " (" + otherText + ")";
        String reason = relation + " " + other.located().path() + named;
        ConfigProblem problem =
            new ConfigProblem(claim.located().path(), reason, text, advice, !refused && !sameOwner);
        (refused ? problems : warnings).add(problem);
      }
    }
  }
}
