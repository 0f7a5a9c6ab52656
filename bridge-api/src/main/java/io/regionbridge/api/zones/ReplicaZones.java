package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ReplicaZone;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.feed.FollowerState.Replica;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.Cidr;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Compiles the zones of peer regions from replicas of their directories, as the peers compile them
 * for other regions. Costs time in proportion to what changed. Owned by one thread.
 */
public final class ReplicaZones {
  private final Map<String, Compiled> compiled = new HashMap<>();

  /** The zones of the peers' domains as they were compiled last, by region. */
  private final Map<String, LocalZone> domains = new HashMap<>();

  /**
   * The last result for a peer.
   *
   * @param from without replicas
   * @param with replicas, which are of {@code made}
   */
  private record Compiled(
      List<ForwardZone> from,
      List<Cidr> reverse,
      String domain,
      Duration ttl,
      ZoneCompiler compiler,
      CompiledZones made,
      boolean current,
      List<ForwardZone> with) {
    /** Whether the compiler is the one for such a replica. */
    boolean isFor(List<Cidr> ranges, Replica replica) {
      return reverse.equals(ranges) && domain.equals(replica.domain()) && ttl.equals(replica.ttl());
    }

    @SuppressWarnings("ReferenceEquality") // the same objects make the same zones
    boolean isOf(List<ForwardZone> zones, CompiledZones now, boolean nowCurrent) {
      return from == zones && made == now && current == nowCurrent;
    }
  }

  /**
   * Adds replicas to the zones of a peer; the same list as last time for the same arguments.
   *
   * @param reverse the pod ranges that have zones among them
   * @param now the time for serial numbers
   */
  public List<ForwardZone> with(
      List<ForwardZone> zones, List<Cidr> reverse, FollowerState state, Instant now) {
    String region = zones.getFirst().region();
    if (state.replica().isEmpty()) {
      forget(region);
      return zones;
    }
    Replica replica = state.replica().get();
    boolean current = state.standing() == FollowerState.Standing.CURRENT;
    Compiled known = compiled.get(region);
    ZoneCompiler compiler =
        known != null && known.isFor(reverse, replica)
            ? known.compiler()
            : compiler(reverse, replica);
    CompiledZones made = compiler.compile(replica.directory(), now);
    if (known != null && known.isOf(zones, made, current)) {
      return known.with();
    }
    domains.put(region, made.domain());
    List<ForwardZone> with = new ArrayList<>(zones.size());
    for (ForwardZone zone : zones) {
      LocalZone copy = zone(made, zone.apex());
      with.add(copy == null ? zone : zone.with(new ReplicaZone(copy, current)));
    }
    compiled.put(
        region,
        new Compiled(
            zones, reverse, replica.domain(), replica.ttl(), compiler, made, current, with));
    return with;
  }

  private static ZoneCompiler compiler(List<Cidr> reverse, Replica replica) {
    ZoneSettings settings =
        new ZoneSettings(
            Name.fromConstantString(replica.domain() + "."),
            replica.ttl(),
            reverse,
            List.of(),
            PeerRule.AS_GIVEN);
    return new ZoneCompiler(settings, false);
  }

  private static @Nullable LocalZone zone(CompiledZones made, Name apex) {
    if (made.domain().apex().equals(apex)) {
      return made.domain();
    }
    for (LocalZone zone : made.reverse()) {
      if (zone.apex().equals(apex)) {
        return zone;
      }
    }
    return null;
  }

  /** The zones of the domains of those peers that have a replica, by region. */
  public Map<String, LocalZone> domains() {
    return Collections.unmodifiableMap(domains);
  }

  private void forget(String region) {
    compiled.remove(region);
    domains.remove(region);
  }

  /** Forgets all peers but these. */
  public void retain(Set<String> regions) {
    Set.copyOf(compiled.keySet()).stream()
        .filter(region -> !regions.contains(region))
        .forEach(this::forget);
  }
}
