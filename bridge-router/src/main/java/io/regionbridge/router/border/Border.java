package io.regionbridge.router.border;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.CidrIndex;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.Conflict;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Refusal;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is believed of peer regions, and remembers who has what: a domain, a range or a
 * gateway that a region has is not taken from it by a less trusted or a later claim. Of the same
 * claims in the same order of looks it always makes the same.
 *
 * <p>What a region has is given up when it claims it no longer, or is declared no longer. A region
 * that was only ever heard of on the overlay keeps what it has while it is silent, and over a
 * restart if the caller writes {@link Admitted#undeclared} down. Owned by one thread.
 */
public final class Border {
  /** Regions that nobody declares: found on the overlay, or remembered from there. */
  static final int MOST_UNDECLARED = 64;

  /** Claims that reach this process within so much of each other are made at the same time. */
  static final long TOGETHER_MILLIS = 1000;

  /** When whatever was written down before this process started was got. */
  private static final long BEFORE = Long.MIN_VALUE / 2;

  private static final int LONGEST_NAME = 63;

  private Map<String, Holding> holdings = new TreeMap<>();
  private final LongSupplier millis;

  /**
   * The precedence of a claim to a value.
   *
   * @param at when the region got the value, in milliseconds
   * @param since when it was declared, which decides between claims that came together
   */
  private record Precedence(PeerSource source, long at, Instant since)
      implements Comparable<Precedence> {
    private static final Comparator<Precedence> ORDER =
        Comparator.comparing(Precedence::source)
            .thenComparingLong(Precedence::at)
            .thenComparing(Precedence::since);

    /**
     * Whether this one keeps what the other would take. Of two that come together by sources that
     * are trusted alike, neither does.
     */
    boolean beats(Precedence other) {
      if (source != other.source) {
        return source.compareTo(other.source) < 0;
      }
      return Math.abs(at - other.at) < TOGETHER_MILLIS
          ? since.isBefore(other.since)
          : at < other.at;
    }

    @Override
    public int compareTo(Precedence other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * What a region has.
   *
   * @param keys of its gateways on the overlay
   * @param undeclared whether it is known by the overlay only
   */
  private record Holding(
      RegionDomain domain,
      Precedence precedence,
      Map<Cidr, Precedence> ranges,
      Map<InetSocketAddress, Precedence> gateways,
      Set<String> keys,
      boolean undeclared) {}

  /** A value that a region claims. */
  private record Owned<V>(String region, V value, Precedence precedence) {}

  /** One look in the making. */
  private final class Look {
    private final BorderRules rules;
    private final Map<String, Remembered> remembered;
    private final long now = millis.getAsLong();
    private final List<Refusal> refusals = new ArrayList<>();
    private final List<Conflict> conflicts = new ArrayList<>();
    private final Map<String, Set<String>> keys = new TreeMap<>();
    private final Map<String, Holding> next = new TreeMap<>();

    /** Keys that speak for a region now. */
    private final Set<String> speakers = new HashSet<>();

    Look(BorderRules rules, Map<String, Remembered> remembered) {
      this.rules = rules;
      this.remembered = remembered;
    }

    Admitted admit(List<PeerClaim> claims) {
      Map<String, List<PeerClaim>> regions = new TreeMap<>();
      grouped(claims)
          .forEach((name, ofRegion) -> {
            OverlayIdentity identity = OverlayIdentity.of(ofRegion, pinned(name), refusals::add);
            keys.put(name, identity.keys());
            identity
                .claims()
                .forEach(claim ->
                    claim.identity().announcer().ifPresent(who -> speakers.add(who.key())));
            List<PeerClaim> passed =
                ClaimCheck.passed(rules, firstToSay(identity.claims()), refusals::add);
            if (!passed.isEmpty()) {
              regions.put(name, passed);
            }
          });
      arbitrateDomains(regions);
      arbitrateRanges(regions);
      arbitrateGateways(regions);
      regions.entrySet().removeIf(this::isEmpty);
      List<PeerClaim> admitted = new ArrayList<>();
      regions.forEach((name, all) -> {
        admitted.addAll(all);
        next.put(name, holding(name, all));
      });
      remember(regions.keySet());
      keys.keySet().retainAll(regions.keySet());
      return new Admitted(admitted, refusals, conflicts, keys, undeclared(regions.keySet()));
    }

    /** What is to be written down: first of those that are present, then of the oldest others. */
    private Map<String, Remembered> undeclared(Set<String> present) {
      Map<String, Remembered> undeclared = new TreeMap<>();
      next.entrySet().stream()
          .filter(entry -> entry.getValue().undeclared())
          .sorted(
              Comparator.comparing(
                      (Map.Entry<String, Holding> entry) -> !present.contains(entry.getKey()))
                  .thenComparing(entry -> entry.getValue().precedence())
                  .thenComparing(Map.Entry::getKey))
          .limit(MOST_UNDECLARED)
          .forEach(entry -> {
            Holding held = entry.getValue();
            undeclared.put(
                entry.getKey(), new Remembered(held.keys(), held.ranges().keySet(), true));
          });
      return undeclared;
    }

    private Set<String> pinned(String name) {
      Set<String> all =
          new HashSet<>(remembered.getOrDefault(name, Remembered.NOTHING).overlayKeys());
      Holding held = holdings.get(name);
      if (all.isEmpty() && held != null) {
        all.addAll(held.keys());
      }
      return all;
    }

    private Map<String, List<PeerClaim>> grouped(List<PeerClaim> claims) {
      Map<String, List<PeerClaim>> regions = new TreeMap<>();
      for (PeerClaim claim : claims) {
        if (!RegionDomain.isLabel(claim.name())) {
          refusals.add(
              new Refusal(
                  claim.name().substring(0, Math.min(LONGEST_NAME, claim.name().length())),
                  claim.source(),
                  Refusal.Field.ALL,
                  "its name is no label of 1 to 63 small letters, digits and inner hyphens"));
        } else if (!claim.name().equals(rules.region())) {
          regions.computeIfAbsent(claim.name(), _ -> new ArrayList<>()).add(claim);
        }
      }
      regions.values().forEach(all -> all.sort(PeerClaim.ORDER));
      int room =
          MOST_UNDECLARED
              - (int)
                  regions.entrySet().stream()
                      .filter(r -> isUndeclared(r.getValue()) && holdings.containsKey(r.getKey()))
                      .count();
      for (String name : List.copyOf(regions.keySet())) {
        if (isUndeclared(regions.getOrDefault(name, List.of()))
            && !holdings.containsKey(name)
            && --room < 0) {
          regions.remove(name);
          refusals.add(
              new Refusal(
                  name,
                  PeerSource.OVERLAY,
                  Refusal.Field.ALL,
                  "too many regions that nobody declares: %d count".formatted(MOST_UNDECLARED)));
        }
      }
      return regions;
    }

    /**
     * Of each field the values of the first source that says any, whether they are right or not.
     */
    private List<PeerClaim> firstToSay(List<PeerClaim> claims) {
      Optional<PeerSource> domain = first(claims, c -> c.domain().stream().toList());
      Optional<PeerSource> pods = first(claims, PeerClaim::podCidrs);
      Optional<PeerSource> services = first(claims, PeerClaim::serviceCidrs);
      Optional<PeerSource> gateways = first(claims, PeerClaim::gateways);
      return claims.stream()
          .map(claim ->
              claim.with(
                  claim.domain().filter(_ -> domain.equals(Optional.of(claim.source()))),
                  pods.equals(Optional.of(claim.source())) ? claim.podCidrs() : List.of(),
                  services.equals(Optional.of(claim.source())) ? claim.serviceCidrs() : List.of(),
                  gateways.equals(Optional.of(claim.source())) ? claim.gateways() : List.of()))
          .toList();
    }

    private void arbitrateDomains(Map<String, List<PeerClaim>> regions) {
      List<Owned<RegionDomain>> claimed = new ArrayList<>();
      regions.forEach((name, claims) -> {
        RegionDomain domain = domain(name, claims);
        ClaimCheck.unfit(rules, domain)
            .ifPresentOrElse(
                flaw ->
                    refusals.add(
                        new Refusal(
                            name,
                            claims.getFirst().source(),
                            Refusal.Field.ALL,
                            "its domain would be %s: %s; declare another".formatted(domain, flaw))),
                () ->
                    claimed.add(new Owned<>(name, domain, domainPrecedence(name, claims, domain))));
      });
      silent(regions.keySet())
          .forEach(
              (name, held) -> claimed.add(new Owned<>(name, held.domain(), held.precedence())));
      claimed.sort(
          Comparator.comparing((Owned<RegionDomain> o) -> o.precedence())
              .thenComparing(Owned::region));
      Map<String, List<Owned<RegionDomain>>> zones = new HashMap<>();
      Set<String> kept = new HashSet<>();
      for (Owned<RegionDomain> claim : claimed) {
        Optional<Owned<RegionDomain>> holder =
            overlapping(zones, claim.value())
                .filter(other -> other.precedence().beats(claim.precedence()));
        if (holder.isPresent()) {
          conflicts.add(
              new Conflict.Domains(
                  claim.region(),
                  claim.value().name(),
                  holder.get().region(),
                  holder.get().value().name()));
        } else {
          kept.add(claim.region());
          for (String zone = claim.value().name(); ; zone = zone.substring(zone.indexOf('.') + 1)) {
            zones.computeIfAbsent(zone, _ -> new ArrayList<>()).add(claim);
            if (zone.indexOf('.') < 0) {
              break;
            }
          }
        }
      }
      regions.keySet().retainAll(kept);
    }

    /** The best of those whose domain is this one, above it or below it. */
    private static Optional<Owned<RegionDomain>> overlapping(
        Map<String, List<Owned<RegionDomain>>> zones, RegionDomain domain) {
      // Each is filed under its domain and everything above: those at or below are filed here.
      List<Owned<RegionDomain>> found =
          new ArrayList<>(zones.getOrDefault(domain.name(), List.of()));
      for (String zone = domain.name(); zone.indexOf('.') >= 0; ) {
        zone = zone.substring(zone.indexOf('.') + 1);
        String above = zone;
        zones.getOrDefault(above, List.of()).stream()
            .filter(other -> other.value().name().equals(above))
            .forEach(found::add);
      }
      return found.stream().min(Comparator.comparing(Owned::precedence));
    }

    private void arbitrateRanges(Map<String, List<PeerClaim>> regions) {
      List<Owned<Cidr>> claimed = new ArrayList<>();
      regions.forEach((name, claims) ->
          precedences(claims, Border::ranges, Holding::ranges)
              .forEach((range, t) -> claimed.add(new Owned<>(name, range, t))));
      silent(regions.keySet())
          .forEach((name, held) ->
              held.ranges().forEach((range, t) -> claimed.add(new Owned<>(name, range, t))));
      claimed.sort(Comparator.comparing(Owned::precedence));
      CidrIndex<Owned<Cidr>> index = new CidrIndex<>();
      Map<String, Set<Cidr>> lost = new HashMap<>();
      for (Owned<Cidr> claim : claimed) {
        Optional<Owned<Cidr>> holder =
            index.overlapping(claim.value()).stream()
                .map(CidrIndex.Entry::value)
                .filter(other ->
                    !other.region().equals(claim.region())
                        && other.precedence().beats(claim.precedence()))
                .findFirst();
        if (holder.isEmpty()) {
          index.add(claim.value(), claim);
        } else if (lost.computeIfAbsent(claim.region(), _ -> new HashSet<>()).add(claim.value())) {
          conflicts.add(
              new Conflict.Held(
                  claim.region(), claim.value(), holder.get().region(), holder.get().value()));
        }
      }
      lost.forEach((name, values) ->
          regions.computeIfPresent(
              name,
              (_, claims) ->
                  claims.stream()
                      .map(claim ->
                          claim.with(
                              claim.domain(),
                              without(claim.podCidrs(), values, range -> range),
                              without(claim.serviceCidrs(), values, range -> range),
                              claim.gateways()))
                      .toList()));
    }

    private void arbitrateGateways(Map<String, List<PeerClaim>> regions) {
      List<Owned<InetSocketAddress>> claimed = new ArrayList<>();
      regions.forEach((name, claims) ->
          precedences(claims, Border::gateways, Holding::gateways)
              .forEach((address, t) -> claimed.add(new Owned<>(name, address, t))));
      claimed.sort(Comparator.comparing(Owned::precedence));
      Map<InetSocketAddress, Owned<InetSocketAddress>> holders = new HashMap<>();
      Map<String, Set<InetSocketAddress>> lost = new HashMap<>();
      for (Owned<InetSocketAddress> claim : claimed) {
        Owned<InetSocketAddress> holder = holders.putIfAbsent(claim.value(), claim);
        if (holder != null
            && !holder.region().equals(claim.region())
            && holder.precedence().beats(claim.precedence())
            && lost.computeIfAbsent(claim.region(), _ -> new HashSet<>()).add(claim.value())) {
          refusals.add(
              new Refusal(
                  claim.region(),
                  claim.precedence().source(),
                  Refusal.Field.GATEWAY,
                  "gateway %s: region %s has it already"
                      .formatted(SocketLiteral.format(claim.value()), holder.region())));
        }
      }
      lost.forEach((name, values) ->
          regions.computeIfPresent(
              name,
              (_, claims) ->
                  claims.stream()
                      .map(claim ->
                          claim.with(
                              claim.domain(),
                              claim.podCidrs(),
                              claim.serviceCidrs(),
                              without(claim.gateways(), values, PeerRegion.Gateway::address)))
                      .toList()));
    }

    /** Somebody on the overlay who has no range is nobody: anyone could say so. */
    private boolean isEmpty(Map.Entry<String, List<PeerClaim>> region) {
      return isUndeclared(region.getValue())
          && region.getValue().stream().allMatch(claim -> ranges(claim).isEmpty());
    }

    private Holding holding(String name, List<PeerClaim> claims) {
      RegionDomain domain = domain(name, claims);
      return new Holding(
          domain,
          domainPrecedence(name, claims, domain),
          precedences(claims, Border::ranges, Holding::ranges),
          precedences(claims, Border::gateways, Holding::gateways),
          keys.getOrDefault(name, Set.of()),
          isUndeclared(claims));
    }

    private void remember(Set<String> present) {
      silent(present).entrySet().stream()
          .sorted(Map.Entry.comparingByValue(Comparator.comparing(Holding::precedence)))
          .limit(MOST_UNDECLARED)
          .forEach(entry -> next.put(entry.getKey(), entry.getValue()));
    }

    /**
     * Regions that were only ever heard of on the overlay, and are not now; but none whose gateway
     * has given itself another name.
     */
    private Map<String, Holding> silent(Set<String> present) {
      Map<String, Holding> silent = new TreeMap<>(holdings);
      silent.keySet().removeAll(present);
      silent
          .values()
          .removeIf(held -> !held.undeclared() || !Collections.disjoint(held.keys(), speakers));
      return silent;
    }

    private Precedence domainPrecedence(
        String region, List<PeerClaim> claims, RegionDomain domain) {
      Holding held = holdings.get(region);
      // Whoever declares a region without a domain declares the usual one.
      PeerClaim best =
          claims.stream()
              .filter(claim -> claim.domain().isPresent())
              .findFirst()
              .orElse(claims.getFirst());
      return precedence(
          best, held != null && held.domain().equals(domain) ? held.precedence() : null);
    }

    /** How good a region's claims are to its values; of several that claim one, the best. */
    private <V> Map<V, Precedence> precedences(
        List<PeerClaim> claims,
        Function<PeerClaim, List<V>> field,
        Function<Holding, Map<V, Precedence>> before) {
      Map<V, Precedence> precedences = new LinkedHashMap<>();
      for (PeerClaim claim : claims) {
        Holding held = holdings.get(claim.name());
        for (V value : field.apply(claim)) {
          Precedence its =
              held == null && isRemembered(claim.name(), value)
                  ? new Precedence(claim.source(), BEFORE, claim.since())
                  : precedence(claim, held == null ? null : before.apply(held).get(value));
          precedences.merge(value, its, Border::better);
        }
      }
      return precedences;
    }

    /** Nobody gets older by what a less trusted source said before. */
    private Precedence precedence(PeerClaim claim, @Nullable Precedence was) {
      return new Precedence(
          claim.source(),
          was != null && was.source().compareTo(claim.source()) <= 0 ? was.at() : now,
          claim.since());
    }

    private boolean isRemembered(String region, Object value) {
      return value instanceof Cidr range
          && remembered.getOrDefault(region, Remembered.NOTHING).ranges().contains(range);
    }

    private static RegionDomain domain(String region, List<PeerClaim> claims) {
      return claims.stream()
          .flatMap(claim -> claim.domain().stream())
          .findFirst()
          .orElseGet(() -> RegionDomain.ofRegion(region));
    }
  }

  private static boolean isUndeclared(List<PeerClaim> claims) {
    return claims.stream().allMatch(claim -> claim.source() == PeerSource.OVERLAY);
  }

  private static <V> Optional<PeerSource> first(
      List<PeerClaim> claims, Function<PeerClaim, Collection<V>> field) {
    return claims.stream()
        .filter(claim -> !field.apply(claim).isEmpty())
        .map(PeerClaim::source)
        .findFirst();
  }

  private static List<Cidr> ranges(PeerClaim claim) {
    return Stream.concat(claim.podCidrs().stream(), claim.serviceCidrs().stream()).toList();
  }

  private static List<InetSocketAddress> gateways(PeerClaim claim) {
    return claim.gateways().stream().map(PeerRegion.Gateway::address).toList();
  }

  private static <V, K> List<V> without(List<V> values, Set<K> lost, Function<V, K> key) {
    return values.stream().filter(value -> !lost.contains(key.apply(value))).toList();
  }

  private static Precedence better(Precedence one, Precedence other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  /** Creates one without observations. */
  public Border() {
    this(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /**
   * The same by another clock.
   *
   * @param millis that never go back
   */
  Border(LongSupplier millis) {
    this.millis = millis;
  }

  /**
   * Looks at all claims.
   *
   * @param remembered by region
   */
  public Admitted admit(
      List<PeerClaim> claims, BorderRules rules, Map<String, Remembered> remembered) {
    remembered.forEach((name, written) -> {
      if (written.undeclared() && RegionDomain.isLabel(name)) {
        holdings.computeIfAbsent(name, region -> restored(region, written));
      }
    });
    Look now = new Look(rules, remembered);
    Admitted admitted = now.admit(claims);
    holdings = now.next;
    return admitted;
  }

  /** A region that another process heard of, before all that this one hears. */
  private static Holding restored(String name, Remembered written) {
    Precedence before = new Precedence(PeerSource.OVERLAY, BEFORE, Instant.EPOCH);
    Map<Cidr, Precedence> ranges = new TreeMap<>();
    written.ranges().forEach(range -> ranges.put(range, before));
    return new Holding(
        RegionDomain.ofRegion(name), before, ranges, Map.of(), written.overlayKeys(), true);
  }
}
