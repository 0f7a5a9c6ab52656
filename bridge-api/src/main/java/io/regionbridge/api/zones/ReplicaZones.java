package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ReplicaZone;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.feed.FollowerState.Replica;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.xbill.DNS.Name;

/**
 * Compiles the zones of peer regions from replicas of their directories, as the peers compile them
 * for other regions. Costs time in proportion to what changed. Owned by one thread.
 */
public final class ReplicaZones {
  private final Map<String, Compiled> compiled = new HashMap<>();

  /** The zones of the peers' domains as they were compiled last, by region. */
  private final Map<String, LocalZone> domains = new HashMap<>();

  /** A peer's compiler and what it compiles by. */
  private record Compiled(ZoneSettings settings, ZoneCompiler compiler) {}

  /**
   * The zones of a peer with their replicas.
   *
   * @param zones the same without
   * @param reverse the pod ranges that have zones among them
   * @param state what is known of the peer's directory
   * @param now the time that serial numbers are taken from
   */
  public List<ForwardZone> with(
      List<ForwardZone> zones, List<Cidr> reverse, FollowerState state, Instant now) {
    String region = zones.getFirst().region();
    if (state.replica().isEmpty()) {
      forget(region);
      return zones;
    }
    Replica replica = state.replica().get();
    ZoneSettings settings =
        new ZoneSettings(
            Name.fromConstantString(replica.domain() + "."),
            replica.ttl(),
            reverse,
            List.of(),
            PeerRule.AS_GIVEN);
    Compiled known = compiled.get(region);
    if (known == null || !known.settings().equals(settings)) {
      known = new Compiled(settings, new ZoneCompiler(settings, false));
      compiled.put(region, known);
    }
    CompiledZones made = known.compiler().compile(replica.directory(), now);
    domains.put(region, made.domain());
    Map<Name, LocalZone> byApex = new HashMap<>();
    byApex.put(made.domain().apex(), made.domain());
    made.reverse().forEach(zone -> byApex.put(zone.apex(), zone));
    boolean current = state.standing() == FollowerState.Standing.CURRENT;
    return zones.stream()
        .map(zone -> {
          LocalZone compiled = byApex.get(zone.apex());
          return compiled == null ? zone : zone.with(new ReplicaZone(compiled, current));
        })
        .toList();
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
