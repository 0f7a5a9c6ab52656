package io.regionbridge.api.config;

import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What must hold of the alias ranges of this region and of declared peers: an address has one
 * alias, an alias is one region's, and peers can believe it. Pure.
 */
final class AliasRules {
  private final Values root;
  private final List<ConfigProblem> problems = new ArrayList<>();

  /** Those of peers without a problem, by the path of the peer's name. */
  private final Map<String, AliasRanges> valid = new HashMap<>();

  private AliasRules(Values root) {
    this.root = root;
  }

  static AliasRules check(Values root) {
    AliasRules rules = new AliasRules(root);
    for (Values peer : root.get(ConfigKeys.REGIONS)) {
      if (rules.checkRegion(peer, AliasKeys.PEER, true, List.of())) {
        List<Values> entries = peer.get(ConfigKeys.PEER_ALIAS_RANGES);
        rules.valid.put(peer.place(ConfigKeys.PEER_NAME), AliasKeys.PEER.ranges(entries));
      }
    }
    // What is not written is discovered, and an alias may be of that.
    boolean whole =
        !root.get(ConfigKeys.KUBERNETES_ENABLED)
            || !root.get(ConfigKeys.REGION_POD_CIDRS).isEmpty()
                && !root.get(ConfigKeys.REGION_SERVICE_CIDRS).isEmpty();
    rules.checkRegion(root, AliasKeys.LOCAL, whole, rules.takenRanges());
    aliases(root, AliasKeys.LOCAL).forEach(rules::checkTrusted);
    return rules;
  }

  /** The problems, each of which makes the configuration invalid. */
  List<ConfigProblem> problems() {
    return problems;
  }

  /** The ranges of a declared peer as this region knows them, each with the key that says so. */
  List<Located<Cidr>> known(Values peer) {
    AliasRanges ranges = valid.getOrDefault(peer.place(ConfigKeys.PEER_NAME), AliasRanges.NONE);
    List<Located<Cidr>> aliases = aliases(peer, AliasKeys.PEER);
    List<Located<Cidr>> known = new ArrayList<>();
    for (Located<Cidr> own : own(peer, AliasKeys.PEER)) {
      for (Cidr range : ranges.known(List.of(own.value()))) {
        Optional<Located<Cidr>> alias =
            aliases.stream().filter(entry -> entry.value().contains(range)).findFirst();
        known.add(new Located<>(alias.map(Located::path).orElse(own.path()), range));
      }
    }
    return known;
  }

  /**
   * Checks the entries of one region, and returns whether all of them are valid.
   *
   * @param whole whether the region has no other ranges
   * @param others what no alias may touch
   */
  private boolean checkRegion(
      Values region, AliasKeys keys, boolean whole, List<Located<Cidr>> others) {
    int before = problems.size();
    boolean complete = true;
    List<Located<Cidr>> own = own(region, keys);
    List<Located<Cidr>> ranges = new ArrayList<>();
    for (Values entry : region.get(keys.entries())) {
      Optional<Located<Cidr>> range = entry.located(keys.range());
      Optional<Located<Cidr>> alias = entry.located(keys.alias());
      complete &= range.isPresent() && alias.isPresent();
      range.ifPresent(located -> {
        checkOverlap(located, ranges, "write one alias for each address");
        ranges.add(located);
        if (whole) {
          checkOwn(located, own, region, keys);
        }
        alias.ifPresent(other -> checkSize(located.value(), other));
      });
    }
    List<Located<Cidr>> taken = new ArrayList<>(own);
    taken.addAll(others);
    taken.addAll(ranges);
    for (Located<Cidr> alias : aliases(region, keys)) {
      checkOverlap(alias, taken, "write a range that nothing else uses");
      taken.add(alias);
    }
    return complete && problems.size() == before;
  }

  private void checkOwn(
      Located<Cidr> range, List<Located<Cidr>> own, Values region, AliasKeys keys) {
    if (own.stream().noneMatch(each -> each.value().contains(range.value()))) {
      String places =
          "%s %s %s"
              .formatted(
                  region.place(keys.pods()),
                  own.isEmpty() ? "and" : "or",
                  region.place(keys.services()));
      report(
          range,
          "is in no range of this region",
          own.isEmpty()
              ? "write the region's ranges in " + places
              : "write a range that is within one of " + places);
    }
  }

  private void checkTrusted(Located<Cidr> alias) {
    List<Cidr> supernets = root.get(ConfigKeys.TRUST_SUPERNETS);
    if (!supernets.isEmpty() && supernets.stream().noneMatch(net -> net.contains(alias.value()))) {
      String nets = supernets.stream().map(Cidr::toString).collect(Collectors.joining(", "));
      report(
          alias,
          "is in none of trust.supernets, so peers would not believe it",
          "write a range within " + nets);
    }
  }

  private void checkSize(Cidr range, Located<Cidr> alias) {
    boolean sameFamily = range.isIpv6() == alias.value().isIpv6();
    if (!sameFamily || range.prefixLength() != alias.value().prefixLength()) {
      report(
          alias,
          (sameFamily ? "is not of the size of its range " : "is of another family than its range ")
              + range,
          "write an %s range of length /%d"
              .formatted(range.isIpv6() ? "IPv6" : "IPv4", range.prefixLength()));
    }
  }

  private void checkOverlap(Located<Cidr> range, List<Located<Cidr>> taken, String advice) {
    taken.stream()
        .filter(other -> other.value().overlaps(range.value()))
        .findFirst()
        .ifPresent(other -> {
          boolean same = other.value().equals(range.value());
          report(
              range, "overlaps " + other.path() + (same ? "" : " (" + other.value() + ")"), advice);
        });
  }

  private void report(Located<Cidr> at, String reason, String advice) {
    problems.add(new ConfigProblem(at.path(), reason, at.value().toString(), advice));
  }

  /** What no alias of this region may have, beside its own ranges. */
  private List<Located<Cidr>> takenRanges() {
    List<Located<Cidr>> taken = new ArrayList<>();
    List<Located<HostInNetwork>> overlay = new ArrayList<>();
    root.given(ConfigKeys.OVERLAY_ADDRESS).ifPresent(overlay::add);
    for (Values node : root.get(ConfigKeys.OVERLAY_NODES)) {
      node.located(ConfigKeys.NODE_ADDRESS).ifPresent(overlay::add);
    }
    for (Located<HostInNetwork> host : overlay) {
      Cidr network = Cidr.containing(host.value().address(), host.value().prefixLength());
      taken.add(new Located<>(host.path(), network));
    }
    List<Located<InetSocketAddress>> hosts = new ArrayList<>(root.items(ConfigKeys.DNS_LISTEN));
    for (Values peer : root.get(ConfigKeys.REGIONS)) {
      taken.addAll(known(peer));
      hosts.addAll(peer.items(ConfigKeys.PEER_GATEWAYS));
    }
    for (Located<InetSocketAddress> host : hosts) {
      taken.add(new Located<>(host.path(), Cidr.host(host.value().getAddress())));
    }
    return taken;
  }

  private static List<Located<Cidr>> own(Values region, AliasKeys keys) {
    return Stream.concat(region.items(keys.pods()).stream(), region.items(keys.services()).stream())
        .toList();
  }

  private static List<Located<Cidr>> aliases(Values region, AliasKeys keys) {
    return region.get(keys.entries()).stream()
        .flatMap(entry -> entry.located(keys.alias()).stream())
        .toList();
  }
}
