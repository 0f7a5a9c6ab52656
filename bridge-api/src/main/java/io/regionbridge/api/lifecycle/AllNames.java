package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.zones.AllNamesCompiler;
import io.regionbridge.api.zones.ImportedZoneCompiler;
import io.regionbridge.api.zones.RegionOrder;
import io.regionbridge.api.zones.ZoneSettings;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * The zones in which a Service has one name over all regions, as the regions are now.
 *
 * <p>{@link #zones} belongs to one thread, the rest to any.
 */
final class AllNames {
  /** An answer may lead to a region that has just been lost: it must not be kept for long. */
  private static final Duration LONGEST_TTL = Duration.ofSeconds(1);

  /** After which a peer whose directory has not come is not waited for. */
  private static final Duration START_GRACE = Duration.ofSeconds(3);

  private static final double MILLI = 1e6;
  private static final String SERVICES = "svc";

  private volatile Supplier<? extends Collection<GatewayHealth>> gateways = List::of;
  private Map<String, Standing> standings = Map.of();
  private final RegionOrder order = new RegionOrder();
  private Optional<ZoneSettings> compiledWith = Optional.empty();
  private @Nullable AllNamesCompiler compiler;
  private Optional<ZoneSettings> importsCompiledWith = Optional.empty();
  private @Nullable ImportedZoneCompiler importCompiler;
  private Optional<Instant> begun = Optional.empty();
  private volatile List<RegionServices> regions = List.of();
  private volatile Directory services = Directory.EMPTY;

  /** What is measured of a region's gateways. */
  private record Reach(boolean reachable, double millis) {
    Standing standing() {
      return new Standing(reachable, millis > 0);
    }
  }

  /** What makes other zones at once: everything else waits for the next look at all that is. */
  private record Standing(boolean reachable, boolean measured) {}

  /**
   * Starts a loop that looks at the gateways when one of them changes: an unreachable region leaves
   * the names at once, and one whose round trip is known gets its place.
   */
  Loop watch(DnsBridge dns, Runnable onChange, Loops loops) {
    gateways = dns::gateways;
    Loop loop = loops.loop("reach", Timing.onCall(), () -> look(onChange));
    dns.onGatewayChange(loop::lookAgain);
    loop.start();
    loop.lookAgain();
    return loop;
  }

  private void look(Runnable onChange) {
    Map<String, Standing> now = new HashMap<>();
    reach().forEach((region, reach) -> now.put(region, reach.standing()));
    if (!now.equals(standings)) {
      onChange.run();
      standings = now; // afterwards: a change that could not be reported is reported again
    }
  }

  /** The domain of all Services; empty if there is none, or if it is the region's own. */
  private static Optional<Name> allNames(BridgeConfig config) {
    return config
        .get(ConfigKeys.ALL_NAMES_DOMAIN)
        .filter(domain -> !domain.equals(config.get(ConfigKeys.REGION_DOMAIN)))
        .map(domain -> Name.fromConstantString(domain + "."));
  }

  /** The domains that there are zones for. */
  List<Name> domains(BridgeConfig config) {
    return Stream.concat(allNames(config).stream(), imports(config).stream()).toList();
  }

  /** The domain of imported Services, if there is one. */
  private static Optional<Name> imports(BridgeConfig config) {
    return Settings.multiCluster(config).map(domain -> Name.fromConstantString(domain + "."));
  }

  /**
   * Makes one zone for each domain.
   *
   * @param local all local Services
   * @param given those that peers get, with local addresses
   * @param domains zones of the regions' own domains, by region
   */
  List<LocalZone> zones(
      BridgeConfig config,
      ZoneSettings settings,
      Directory local,
      Directory given,
      Topology topology,
      Map<String, FollowerState> states,
      Map<String, LocalZone> domains,
      Instant now) {
    Optional<ZoneSettings> all = allNames(config).map(domain -> settings(domain, settings));
    Optional<ZoneSettings> imported = imports(config).map(domain -> settings(domain, settings));
    if (all.isEmpty() && imported.isEmpty()) {
      return List.of();
    }
    if (begun.isEmpty() && given.complete()) {
      begun = Optional.of(now);
    }
    services = local;
    regions = regions(config, given, topology, states);
    boolean waited = begun.isPresent() && now.isAfter(begun.get().plus(START_GRACE));
    boolean settled = states.values().stream().allMatch(FollowerState::isSettled);
    boolean loaded = given.complete() && (settled || waited);
    List<LocalZone> zones = new ArrayList<>();
    if (all.isPresent()) {
      if (compiler == null || !all.equals(compiledWith)) {
        compiler = new AllNamesCompiler(all.get());
        compiledWith = all;
      }
      zones.add(compiler.compile(regions, domains, loaded, now));
    }
    if (imported.isPresent()) {
      if (importCompiler == null || !imported.equals(importsCompiledWith)) {
        importCompiler = new ImportedZoneCompiler(imported.get());
        importsCompiledWith = imported;
      }
      zones.add(importCompiler.compile(regions, local, loaded, now));
    }
    return zones;
  }

  private static ZoneSettings settings(Name domain, ZoneSettings of) {
    Duration ttl = of.ttl().compareTo(LONGEST_TTL) > 0 ? LONGEST_TTL : of.ttl();
    return new ZoneSettings(domain, ttl, List.of(), of.nameServers(), of.peers());
  }

  /** The regions of the last zones, in order of preference; none before the first. Any thread. */
  List<RegionServices> regions() {
    return regions;
  }

  private List<RegionServices> regions(
      BridgeConfig config, Directory local, Topology topology, Map<String, FollowerState> states) {
    List<RegionServices> all = new ArrayList<>();
    String domain = config.get(ConfigKeys.REGION_DOMAIN).toString();
    all.add(new RegionServices(config.get(ConfigKeys.REGION_NAME), domain, local, true, true, 0));
    Map<String, Reach> reach = reach();
    Map<String, Double> millis = new HashMap<>();
    Map<String, PeerRegion> peers = new HashMap<>();
    for (PeerRegion peer : topology.peers()) {
      peers.put(peer.name(), peer);
      Reach known = reach.getOrDefault(peer.name(), new Reach(true, 0));
      millis.put(peer.name(), known.millis());
    }
    for (String region : order.of(millis)) {
      FollowerState state = states.get(region);
      PeerRegion peer = peers.get(region);
      if (state != null && state.replica().isPresent() && peer != null) {
        Reach known = reach.getOrDefault(region, new Reach(true, 0));
        all.add(
            new RegionServices(
                region,
                peer.domain(),
                state.replica().get().directory(),
                false,
                known.reachable(),
                known.millis()));
      }
    }
    return all;
  }

  private Map<String, Reach> reach() {
    Map<String, Reach> reach = new HashMap<>();
    for (GatewayHealth gateway : gateways.get()) {
      boolean up = gateway.state() != GatewayHealth.State.DOWN && !gateway.silent();
      reach.merge(
          gateway.region(),
          new Reach(up, up ? gateway.distance() / MILLI : 0),
          (one, other) ->
              new Reach(
                  one.reachable() || other.reachable(), nearest(one.millis(), other.millis())));
    }
    return reach;
  }

  private static double nearest(double one, double other) {
    if (one == 0 || other == 0) {
      return Math.max(one, other);
    }
    return Math.min(one, other);
  }

  /**
   * Which regions have the Service of a name, in order of preference, and which of them answer;
   * nothing for a name that is in none of the domains.
   */
  List<String> explain(BridgeConfig config, Name name) {
    List<String> lines = new ArrayList<>();
    allNames(config)
        .flatMap(domain -> service(name, domain))
        .ifPresent(key -> lines.addAll(AllNamesCompiler.explain(key, regions)));
    imports(config)
        .flatMap(domain -> service(name, domain))
        .ifPresent(key -> lines.addAll(ImportedZoneCompiler.explain(key, regions, services)));
    return lines;
  }

  /** The regions that answer for a name; none for one that is in none of the domains. */
  List<String> answering(BridgeConfig config, Name name) {
    List<String> names = new ArrayList<>();
    allNames(config)
        .flatMap(domain -> service(name, domain))
        .ifPresent(key -> names.addAll(AllNamesCompiler.answering(key, regions)));
    imports(config)
        .flatMap(domain -> service(name, domain))
        .ifPresent(key -> names.addAll(ImportedZoneCompiler.answering(key, regions)));
    return names;
  }

  /** The Service that a name is for, if it is below a domain. */
  private static Optional<ServiceKey> service(Name name, Name domain) {
    if (!name.subdomain(domain)) {
      return Optional.empty();
    }
    int labels = name.labels() - domain.labels();
    if (labels > 0 && name.getLabelString(labels - 1).equals(SERVICES)) {
      labels--;
    }
    return labels < 2
        ? Optional.empty()
        : Optional.of(
            new ServiceKey(
                name.getLabelString(labels - 1).toLowerCase(Locale.ROOT),
                name.getLabelString(labels - 2).toLowerCase(Locale.ROOT)));
  }
}
