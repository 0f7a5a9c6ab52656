package io.regionbridge.router.egress;

import io.regionbridge.router.egress.EgressPlan.RegionEgress;
import io.regionbridge.router.egress.RefusedRange.Reason;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SpecialRanges;
import io.regionbridge.router.topology.Conflict;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Decides what may be sent to which peer. Pure: the same topology gives the same plan. It holds
 * every range against all that it must not touch by itself and does not rely on the topology's own
 * list of conflicts, since what is let through here goes into every node's routing.
 */
public final class EgressPlanner {
  private final Topology topology;
  private final EgressRules rules;
  private final List<Owned> forbidden;

  /** A range that no traffic for a peer may touch. */
  private record Owned(Cidr cidr, Reason reason, String owner) {
    /** Compared as what it stands for. */
    private Owned {
      cidr = SpecialRanges.plain(cidr);
    }
  }

  private EgressPlanner(Topology topology, EgressRules rules) {
    this.topology = topology;
    this.rules = rules;
    this.forbidden = forbidden();
  }

  /**
   * The plan.
   *
   * @param remembered what was sent to each region before this process started, as far as it is not
   *     known yet whether that still holds: a region keeps it until it says something else, if it
   *     passes like everything else
   */
  public static EgressPlan plan(
      Topology topology, EgressRules rules, Map<String, List<Cidr>> remembered) {
    return new EgressPlanner(topology, rules).plan(remembered);
  }

  private EgressPlan plan(Map<String, List<Cidr>> remembered) {
    Map<String, List<Cidr>> kept = new TreeMap<>(remembered);
    kept.remove(topology.local().name());
    Map<String, List<Cidr>> claimed = new TreeMap<>();
    for (PeerRegion peer : topology.peers()) {
      List<Cidr> claims = rules.services() ? claims(peer) : peer.podCidrs();
      if (!claims.isEmpty() || !kept.containsKey(peer.name())) {
        claimed.put(peer.name(), claims);
        kept.remove(peer.name());
      }
    }
    Map<String, RegionEgress> regions = new TreeMap<>();
    claimed.forEach((name, cidrs) -> regions.put(name, region(name, cidrs, List.of())));
    kept.forEach((name, cidrs) -> regions.put(name, region(name, cidrs, othersThan(name, kept))));
    return new EgressPlan(List.copyOf(regions.values()));
  }

  /** What is only remembered yields to everything that is known, and to its like. */
  private static List<Owned> othersThan(String region, Map<String, List<Cidr>> kept) {
    List<Owned> others = new ArrayList<>();
    kept.forEach((other, cidrs) -> {
      if (!other.equals(region)) {
        cidrs.forEach(
            cidr -> others.add(new Owned(cidr, Reason.ANOTHER_REGION, "region " + other)));
      }
    });
    return others;
  }

  private RegionEgress region(String region, List<Cidr> cidrs, List<Owned> besides) {
    List<Cidr> destinations = new ArrayList<>();
    List<RefusedRange> refusals = new ArrayList<>();
    // In order, whatever contains a range comes before it.
    for (Cidr cidr : cidrs.stream().sorted().distinct().toList()) {
      Optional<RefusedRange> refusal = refusal(region, cidr, besides);
      refusal.ifPresent(refusals::add);
      if (refusal.isEmpty() && (destinations.isEmpty() || !destinations.getLast().contains(cidr))) {
        destinations.add(cidr);
      }
    }
    return new RegionEgress(region, destinations, refusals);
  }

  private Optional<RefusedRange> refusal(String region, Cidr cidr, List<Owned> besides) {
    return unfit(cidr)
        .or(() -> overlapping(cidr, Stream.concat(othersThan(region), besides.stream())))
        .or(() -> disputed(region, cidr));
  }

  /** What is wrong with a range, whoever claims it. */
  private Optional<RefusedRange> unfit(Cidr cidr) {
    if (cidr.prefixLength() == 0) {
      return refused(cidr, Reason.DEFAULT_ROUTE, "is a default route: name the pods' own range");
    }
    Optional<String> special = SpecialRanges.in(cidr);
    if (special.isPresent()) {
      return refused(cidr, Reason.SPECIAL, "has " + special.get() + " in it");
    }
    int shortest = cidr.isIpv6() ? rules.shortestIpv6() : rules.shortestIpv4();
    return cidr.prefixLength() < shortest
        ? refused(
            cidr, Reason.TOO_WIDE, "is wider than /" + shortest + ", the widest that is allowed")
        : overlapping(cidr, forbidden.stream());
  }

  private static Optional<RefusedRange> overlapping(Cidr cidr, Stream<Owned> others) {
    return others
        .filter(other -> other.cidr().overlaps(cidr))
        .min(
            Comparator.comparing(Owned::reason)
                .thenComparing(Owned::cidr)
                .thenComparing(Owned::owner))
        .flatMap(other ->
            refused(cidr, other.reason(), "overlaps " + other.cidr() + " of " + other.owner()));
  }

  /** What the topology knows besides. */
  private Optional<RefusedRange> disputed(String region, Cidr cidr) {
    return topology.conflicts().stream()
        .filter(Conflict.Ranges.class::isInstance)
        .map(Conflict.Ranges.class::cast)
        .filter(conflict ->
            conflict.region().equals(region)
                    && conflict.cidr().overlaps(cidr)
                    && counts(conflict.other(), conflict.otherCidr())
                || conflict.other().equals(region)
                    && conflict.otherCidr().overlaps(cidr)
                    && counts(conflict.region(), conflict.cidr()))
        .findFirst()
        .flatMap(conflict -> refused(cidr, Reason.ANOTHER_REGION, "is disputed: " + conflict));
  }

  /** A peer that claims everything would take everything away from the others. */
  private boolean counts(String owner, Cidr claimed) {
    return topology.peer(owner).isEmpty() || unfit(claimed).isEmpty();
  }

  private List<Owned> forbidden() {
    List<Owned> owned = new ArrayList<>();
    rules.overlay().forEach(cidr -> owned.add(new Owned(cidr, Reason.OVERLAY, "the overlay")));
    LocalRegion local = topology.local();
    for (LocalRegion.Gateway gateway : local.gateways()) {
      gateway
          .overlayAddress()
          .ifPresent(address ->
              owned.add(
                  new Owned(
                      Cidr.host(address),
                      Reason.OVERLAY,
                      "router node " + gateway.node() + " on the overlay")));
      gateway
          .nodeAddress()
          .ifPresent(address ->
              owned.add(
                  new Owned(
                      Cidr.host(address), Reason.THIS_REGION, "router node " + gateway.node())));
    }
    for (PeerRegion peer : topology.peers()) {
      for (PeerRegion.Gateway gateway : peer.gateways()) {
        // What leads to the tunnel must not lead through it.
        owned.add(
            new Owned(
                Cidr.host(gateway.address().getAddress()),
                Reason.OVERLAY,
                "gateway "
                    + IpLiteral.format(gateway.address().getAddress())
                    + " of region "
                    + peer.name()));
      }
    }
    local
        .podCidrs()
        .cidrs()
        .forEach(cidr -> owned.add(new Owned(cidr, Reason.THIS_REGION, "this region's pods")));
    local
        .serviceCidrs()
        .cidrs()
        .forEach(cidr -> owned.add(new Owned(cidr, Reason.THIS_REGION, "this region's Services")));
    local.aliases().ranges().stream()
        .map(AliasRange::alias)
        .forEach(cidr ->
            owned.add(new Owned(cidr, Reason.THIS_REGION, "this region, which peers know by it")));
    local
        .nodeAddresses()
        .forEach(address ->
            owned.add(new Owned(Cidr.host(address), Reason.THIS_REGION, "this region's nodes")));
    return owned;
  }

  /** Whatever other regions claim and could be theirs, whether or not it is sent to them. */
  private Stream<Owned> othersThan(String region) {
    return topology.peers().stream()
        .filter(peer -> !peer.name().equals(region))
        .flatMap(peer ->
            claims(peer).stream()
                .filter(cidr -> unfit(cidr).isEmpty())
                .map(cidr -> new Owned(cidr, Reason.ANOTHER_REGION, "region " + peer.name())));
  }

  private static List<Cidr> claims(PeerRegion peer) {
    return Stream.concat(peer.podCidrs().stream(), peer.serviceCidrs().stream()).toList();
  }

  private static Optional<RefusedRange> refused(Cidr cidr, Reason reason, String why) {
    return Optional.of(new RefusedRange(cidr, reason, cidr + " " + why));
  }
}
