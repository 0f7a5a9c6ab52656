package io.regionbridge.router.egress;

import io.regionbridge.router.egress.EgressPlan.RegionEgress;
import io.regionbridge.router.egress.RefusedRange.Reason;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.CidrIndex;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SpecialRanges;
import io.regionbridge.router.topology.Conflict;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides what may be sent to which peer. Pure: the same topology gives the same plan. It holds
 * every range against all that it must not touch by itself and does not rely on the topology's own
 * list of conflicts, since what is let through here goes into every node's routing.
 */
public final class EgressPlanner {
  private final Topology topology;
  private final EgressRules rules;
  private final CidrIndex<Owned> forbidden;
  private final Set<String> peers;
  private final CidrIndex<Owned> claimed;
  private final Map<String, CidrIndex<Dispute>> disputes;

  /**
   * A range that no traffic for another may touch.
   *
   * @param region the peer that has it, or empty
   */
  private record Owned(Cidr cidr, Reason reason, String owner, String region) {
    Owned(Cidr cidr, Reason reason, String owner) {
      this(cidr, reason, owner, "");
    }

    /** Compared as what it stands for. */
    private Owned {
      cidr = SpecialRanges.plain(cidr);
    }
  }

  /** A known conflict of a region's range, by its place among all conflicts. */
  private record Dispute(int order, Conflict.Ranges conflict, String owner, Cidr other) {}

  private EgressPlanner(Topology topology, EgressRules rules) {
    this.topology = topology;
    this.rules = rules;
    peers = topology.peers().stream().map(PeerRegion::name).collect(Collectors.toSet());
    forbidden = index(forbidden());
    claimed = index(claimed());
    disputes = disputes(topology.conflicts());
  }

  private static CidrIndex<Owned> index(List<Owned> ranges) {
    CidrIndex<Owned> index = new CidrIndex<>();
    ranges.forEach(owned -> index.add(owned.cidr(), owned));
    return index;
  }

  private static Map<String, CidrIndex<Dispute>> disputes(List<Conflict> conflicts) {
    Map<String, CidrIndex<Dispute>> disputes = new HashMap<>();
    for (int i = 0; i < conflicts.size(); i++) {
      if (conflicts.get(i) instanceof Conflict.Ranges c) {
        disputes
            .computeIfAbsent(c.region(), _ -> new CidrIndex<>())
            .add(c.cidr(), new Dispute(i, c, c.other(), c.otherCidr()));
        disputes
            .computeIfAbsent(c.other(), _ -> new CidrIndex<>())
            .add(c.otherCidr(), new Dispute(i, c, c.region(), c.cidr()));
      }
    }
    return disputes;
  }

  /**
   * Makes the plan.
   *
   * @param remembered what was sent to each region before this process started and is not yet
   *     confirmed: a region keeps it until it says something else, if it passes the same checks
   */
  public static EgressPlan plan(
      Topology topology, EgressRules rules, Map<String, List<Cidr>> remembered) {
    return new EgressPlanner(topology, rules).plan(remembered);
  }

  private EgressPlan plan(Map<String, List<Cidr>> remembered) {
    Map<String, List<Cidr>> kept = new TreeMap<>(remembered);
    kept.remove(topology.local().name());
    Map<String, List<Cidr>> taken = new TreeMap<>();
    for (PeerRegion peer : topology.peers()) {
      List<Cidr> claims = rules.services() ? claims(peer) : peer.podCidrs();
      if (!claims.isEmpty() || !kept.containsKey(peer.name())) {
        taken.put(peer.name(), claims);
        kept.remove(peer.name());
      }
    }
    Map<String, RegionEgress> regions = new TreeMap<>();
    taken.forEach((name, cidrs) -> regions.put(name, region(name, cidrs, new CidrIndex<>())));
    // What is only remembered yields to everything that is known, and to its like.
    List<Owned> likes = new ArrayList<>();
    kept.forEach((name, cidrs) -> cidrs.forEach(cidr -> likes.add(ofPeer(cidr, name))));
    CidrIndex<Owned> besides = index(likes);
    kept.forEach((name, cidrs) -> regions.put(name, region(name, cidrs, besides)));
    return new EgressPlan(List.copyOf(regions.values()));
  }

  private static Owned ofPeer(Cidr cidr, String region) {
    return new Owned(cidr, Reason.ANOTHER_REGION, "region " + region, region);
  }

  private RegionEgress region(String region, List<Cidr> cidrs, CidrIndex<Owned> besides) {
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

  private Optional<RefusedRange> refusal(String region, Cidr cidr, CidrIndex<Owned> besides) {
    return unfit(cidr)
        .or(() ->
            overlapping(
                cidr,
                Stream.concat(overlaps(cidr, claimed), overlaps(cidr, besides))
                    .filter(other -> !other.region().equals(region))))
        .or(() -> disputed(region, cidr));
  }

  /** Why no region may have a range. */
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
        : overlapping(cidr, overlaps(cidr, forbidden));
  }

  private static <V> Stream<V> overlaps(Cidr cidr, CidrIndex<V> ranges) {
    return ranges.overlapping(cidr).stream().map(CidrIndex.Entry::value);
  }

  private static Optional<RefusedRange> overlapping(Cidr cidr, Stream<Owned> others) {
    return others
        .min(
            Comparator.comparing(Owned::reason)
                .thenComparing(Owned::cidr)
                .thenComparing(Owned::owner))
        .flatMap(other ->
            refused(cidr, other.reason(), "overlaps " + other.cidr() + " of " + other.owner()));
  }

  /** What the topology knows besides. */
  private Optional<RefusedRange> disputed(String region, Cidr cidr) {
    return overlaps(cidr, disputes.getOrDefault(region, new CidrIndex<>()))
        .filter(dispute -> counts(dispute.owner(), dispute.other()))
        .min(Comparator.comparingInt(Dispute::order))
        .flatMap(
            dispute -> refused(cidr, Reason.ANOTHER_REGION, "is disputed: " + dispute.conflict()));
  }

  /** A peer that claims everything would take everything away from the others. */
  private boolean counts(String owner, Cidr range) {
    return !peers.contains(owner) || unfit(range).isEmpty();
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

  /** Whatever peers claim and could be theirs, whether or not it is sent to them. */
  private List<Owned> claimed() {
    List<Owned> owned = new ArrayList<>();
    for (PeerRegion peer : topology.peers()) {
      for (Cidr cidr : claims(peer)) {
        if (unfit(cidr).isEmpty()) {
          owned.add(ofPeer(cidr, peer.name()));
        }
      }
    }
    return owned;
  }

  private static List<Cidr> claims(PeerRegion peer) {
    return Stream.concat(peer.podCidrs().stream(), peer.serviceCidrs().stream()).toList();
  }

  private static Optional<RefusedRange> refused(Cidr cidr, Reason reason, String why) {
    return Optional.of(new RefusedRange(cidr, reason, cidr + " " + why));
  }
}
