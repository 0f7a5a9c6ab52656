package io.regionbridge.router.border;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.net.SpecialRanges;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Refusal;
import io.regionbridge.router.topology.Refusal.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Holds the claims of one region against the rules, each value by itself. Pure. */
final class ClaimCheck {
  /** Ranges of one region, of pods and Services together. */
  static final int MOST_RANGES = 64;

  static final int MOST_GATEWAYS = 16;

  private final BorderRules rules;
  private final List<PeerClaim> claims;
  private final Consumer<Refusal> refusals;

  private ClaimCheck(BorderRules rules, List<PeerClaim> claims, Consumer<Refusal> refusals) {
    this.rules = rules;
    this.claims = claims;
    this.refusals = refusals;
  }

  /** What is left of one region's claims, which are in order of their sources. */
  static List<PeerClaim> passed(
      BorderRules rules, List<PeerClaim> claims, Consumer<Refusal> refusals) {
    return new ClaimCheck(rules, claims, refusals).passed();
  }

  /**
   * Why a region cannot have a domain, or empty. The usual domain, which nobody claims, may be the
   * zone of a block in CoreDNS's configuration: the block keeps it, and is named where that is
   * written.
   */
  static Optional<String> unfit(BorderRules rules, RegionDomain domain) {
    return rules.clusterDomains().stream()
        .filter(domain::overlaps)
        .findFirst()
        .map(own -> "it is %s, a domain of this cluster, or above or below it".formatted(own))
        .or(() ->
            rules.foreignZones().stream()
                .filter(zone -> !zone.equals(domain.name()) && domain.overlaps(zone))
                .findFirst()
                .map(zone ->
                    "it is above or below %s, which a block of CoreDNS's configuration has"
                        .formatted(zone)));
  }

  private List<PeerClaim> passed() {
    List<PeerClaim> passed = new ArrayList<>();
    for (PeerSource source : PeerSource.values()) {
      Set<Cidr> ranges = new LinkedHashSet<>();
      Set<InetSocketAddress> gateways = new LinkedHashSet<>();
      int cutRanges = 0;
      int cutGateways = 0;
      for (PeerClaim claim : claims) {
        if (claim.source() != source) {
          continue;
        }
        List<Cidr> pods = ranges(claim, claim.podCidrs());
        List<Cidr> services = ranges(claim, claim.serviceCidrs());
        List<Cidr> keptPods = within(pods, ranges, MOST_RANGES, range -> range);
        List<Cidr> keptServices = within(services, ranges, MOST_RANGES, range -> range);
        cutRanges += pods.size() + services.size() - keptPods.size() - keptServices.size();
        List<PeerRegion.Gateway> ways = gateways(claim);
        List<PeerRegion.Gateway> keptWays =
            within(ways, gateways, MOST_GATEWAYS, PeerRegion.Gateway::address);
        cutGateways += ways.size() - keptWays.size();
        passed.add(claim.with(domain(claim), keptPods, keptServices, keptWays));
      }
      tellCut(source, Field.RANGE, cutRanges, MOST_RANGES);
      tellCut(source, Field.GATEWAY, cutGateways, MOST_GATEWAYS);
    }
    return passed;
  }

  private void tellCut(PeerSource source, Field field, int cut, int most) {
    if (cut > 0) {
      refuse(
          source,
          field,
          "too many %ss: the first %d count, %d are left out"
              .formatted(field.name().toLowerCase(Locale.ROOT), most, cut));
    }
  }

  /** The first values as long as there is room for them; one that is there already takes none. */
  private static <V, K> List<V> within(
      List<V> values, Collection<K> taken, int most, Function<V, K> key) {
    List<V> kept = new ArrayList<>();
    for (V value : values) {
      if (taken.contains(key.apply(value)) || taken.size() < most) {
        taken.add(key.apply(value));
        kept.add(value);
      }
    }
    return kept;
  }

  private Optional<RegionDomain> domain(PeerClaim claim) {
    Optional<RegionDomain> claimed = claim.domain();
    if (claimed.isEmpty()) {
      return claimed;
    }
    Optional<String> flaw =
        unfit(rules, claimed.get())
            .or(() ->
                rules.foreignZones().contains(claimed.get().name())
                    ? Optional.of("a block of CoreDNS's configuration has it")
                    : Optional.empty());
    if (flaw.isPresent()) {
      refuse(claim.source(), Field.DOMAIN, "domain %s: %s".formatted(claimed.get(), flaw.get()));
      return Optional.empty();
    }
    RegionDomain standard = RegionDomain.ofRegion(claim.name());
    if (claim.source().declares() || claimed.get().equals(standard)) {
      return claimed;
    }
    refuse(
        claim.source(),
        Field.DOMAIN,
        "domain %s: from there only %s is believed; declare another in its Region object or in the"
                .formatted(claimed.get(), standard)
            + " configuration");
    return Optional.empty();
  }

  private List<Cidr> ranges(PeerClaim claim, List<Cidr> claimed) {
    List<Cidr> fit = new ArrayList<>();
    int refused = 0;
    for (Cidr range : claimed) {
      Optional<String> flaw = unfit(claim.source(), range);
      if (flaw.isEmpty()) {
        fit.add(range);
      } else if (++refused <= MOST_RANGES) {
        refuse(claim.source(), Field.RANGE, "range %s: %s".formatted(range, flaw.get()));
      }
    }
    return fit;
  }

  private Optional<String> unfit(PeerSource source, Cidr range) {
    if (range.prefixLength() == 0) {
      return Optional.of("it is every address there is");
    }
    if (source == PeerSource.CONFIGURATION || isConfigured(range)) {
      return Optional.empty();
    }
    return SpecialRanges.in(range)
        .map(special -> "it has " + special + " in it")
        .or(() ->
            rules.permits(range)
                ? Optional.empty()
                : Optional.of(
                    "it is outside trust.supernets; name it in the configuration if it is right"));
  }

  private boolean isConfigured(Cidr range) {
    return claims.stream()
        .filter(claim -> claim.source() == PeerSource.CONFIGURATION)
        .anyMatch(claim ->
            claim.podCidrs().stream().anyMatch(named -> named.contains(range))
                || claim.serviceCidrs().stream().anyMatch(named -> named.contains(range)));
  }

  private List<PeerRegion.Gateway> gateways(PeerClaim claim) {
    List<PeerRegion.Gateway> fit = new ArrayList<>();
    int refused = 0;
    for (PeerRegion.Gateway gateway : claim.gateways()) {
      Optional<String> flaw = unfit(claim.source(), gateway.address());
      if (flaw.isEmpty()) {
        fit.add(gateway);
      } else if (++refused <= MOST_GATEWAYS) {
        refuse(
            claim.source(),
            Field.GATEWAY,
            "gateway %s, port %d: %s"
                .formatted(
                    IpLiteral.format(gateway.address().getAddress()),
                    gateway.address().getPort(),
                    flaw.get()));
      }
    }
    return fit;
  }

  private Optional<String> unfit(PeerSource source, InetSocketAddress gateway) {
    InetAddress address = gateway.getAddress();
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      return Optional.of("no host has this address");
    }
    if (address.isLinkLocalAddress()) {
      return Optional.of("it is a link-local address, where clouds keep credentials");
    }
    Optional<String> special =
        address.isLoopbackAddress() ? Optional.empty() : SpecialRanges.in(Cidr.host(address));
    if (special.isPresent()) {
      return Optional.of("it is one of the " + special.get());
    }
    // The operator of a machine may well run two regions on it.
    if (address.isLoopbackAddress() && source != PeerSource.CONFIGURATION && !rules.onLoopback()) {
      return Optional.of("it is a loopback address");
    }
    if (source != PeerSource.CONFIGURATION && rules.isOwn(gateway)) {
      return Optional.of("it is this node");
    }
    return source != PeerSource.CONFIGURATION && rules.isApiServer(gateway)
        ? Optional.of("it is the API server of this cluster")
        : Optional.empty();
  }

  private void refuse(PeerSource source, Field field, String what) {
    refusals.accept(new Refusal(claims.getFirst().name(), source, field, what));
  }
}
