package io.regionbridge.dns.upstream;

import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.ZoneRoute;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The gateways as one loop knows them, and which of a route's is asked next. On the loop. */
final class GatewayLinks {
  /**
   * A region whose gateways are all down for so many timeouts has a poor prospect until a probe
   * finds one of them again.
   */
  private static final int GRACE_TIMEOUTS = 2;

  private final GatewayRegistry registry;
  private final LoopState loop;
  private final Map<GatewayRegistry.Key, GatewayLink> links = new HashMap<>();
  private Cached[] routes = new Cached[16]; // by the route's id

  /** How much each region's gateways may be asked, by the region's name. */
  private final Map<String, PacketBudget> budgets = new HashMap<>();

  /** What was looked up for a route. Does not hold the route, which may have a large replica. */
  private record Cached(
      String region,
      List<InetSocketAddress> gateways,
      List<InetSocketAddress> siblings,
      List<GatewayLink> links,
      @Nullable PacketBudget budget) {
    static final Cached NONE = new Cached("", List.of(), List.of(), List.of(), null);

    boolean isOf(ForwardZone zone) {
      return budget != null
          && gateways.equals(zone.gateways())
          && siblings.equals(zone.siblings())
          && region.equals(zone.region());
    }
  }

  GatewayLinks(GatewayRegistry registry, LoopState loop) {
    this.registry = registry;
    this.loop = loop;
    Arrays.fill(routes, Cached.NONE);
  }

  /** Those of a route: the region's gateways, then the siblings. */
  private List<GatewayLink> of(ZoneRoute.Forward route) {
    return cached(route).links();
  }

  /** How much the route's region may be asked. */
  PacketBudget budget(ZoneRoute.Forward route) {
    return Objects.requireNonNull(cached(route).budget());
  }

  private Cached cached(ZoneRoute.Forward route) {
    int id = route.id();
    if (id >= routes.length) {
      int before = routes.length;
      routes = Arrays.copyOf(routes, Math.max(id + 1, before * 2));
      Arrays.fill(routes, before, routes.length, Cached.NONE);
    }
    Cached cached = routes[id];
    ForwardZone zone = route.zone();
    if (cached.isOf(zone)) {
      return cached;
    }
    List<GatewayLink> found = new ArrayList<>();
    zone.gateways().forEach(address -> found.add(link(zone, address, false)));
    zone.siblings().forEach(address -> found.add(link(zone, address, true)));
    PacketBudget budget = budgets.computeIfAbsent(zone.region(), _ -> new PacketBudget(loop.now()));
    Cached made = new Cached(zone.region(), zone.gateways(), zone.siblings(), found, budget);
    routes[id] = made;
    return made;
  }

  private GatewayLink link(ForwardZone zone, InetSocketAddress address, boolean sibling) {
    return links.computeIfAbsent(
        new GatewayRegistry.Key(zone.region(), address),
        k -> new GatewayLink(registry.health(k.region(), k.address(), sibling), loop));
  }

  /** Closes links to gateways that no route names any more; their exchanges go on with others. */
  void keepOnly(List<ZoneRoute.Forward> current) {
    Set<GatewayRegistry.Key> named = new HashSet<>();
    Set<String> regions = new HashSet<>();
    for (ZoneRoute.Forward forward : current) {
      ForwardZone zone = forward.zone();
      regions.add(zone.region());
      zone.gateways().forEach(a -> named.add(new GatewayRegistry.Key(zone.region(), a)));
      zone.siblings().forEach(a -> named.add(new GatewayRegistry.Key(zone.region(), a)));
    }
    for (Iterator<Map.Entry<GatewayRegistry.Key, GatewayLink>> i = links.entrySet().iterator();
        i.hasNext(); ) {
      Map.Entry<GatewayRegistry.Key, GatewayLink> entry = i.next();
      if (!named.contains(entry.getKey())) {
        i.remove();
        entry.getValue().close();
      }
    }
    budgets.keySet().retainAll(regions);
    Arrays.fill(routes, Cached.NONE);
  }

  /** Closes all. */
  void close() {
    links.values().forEach(GatewayLink::close);
    links.clear();
  }

  /** Whether no gateway of the region answers now: each is down, or silent for a while. */
  boolean noneAnswers(ZoneRoute.Forward route, long now) {
    List<GatewayLink> all = of(route);
    for (int i = 0; i < all.size(); i++) {
      if (!all.get(i).down() && !all.get(i).longSilent(now)) {
        return false;
      }
    }
    return true;
  }

  /** How often the route's gateways have recovered, all together. */
  int recoveries(ZoneRoute.Forward route) {
    int sum = 0;
    List<GatewayLink> all = of(route);
    for (int i = 0; i < all.size(); i++) {
      sum += all.get(i).health().recoveries();
    }
    return sum;
  }

  /** What a question to the region can hope for. */
  Prospect prospect(ZoneRoute.Forward route, boolean fromSibling, long now) {
    long grace = GRACE_TIMEOUTS * registry.settings().timeout();
    Prospect prospect = Prospect.NONE;
    for (GatewayLink link : of(route)) {
      if (mayAsk(link, fromSibling)) {
        if (!link.down() || now - link.health().changedAt() < grace) {
          return Prospect.FAIR;
        }
        prospect = Prospect.POOR;
      }
    }
    return prospect;
  }

  /**
   * The best gateway among those that were asked the fewest times for this exchange; null if each
   * was asked often enough.
   */
  @Nullable GatewayLink choose(Exchange e, long now) {
    GatewayLink best = null;
    double bestCost = Double.MAX_VALUE;
    List<GatewayLink> all = of(e.route());
    boolean repeated = e.tryCount() > 0;
    for (int i = 0; i < all.size(); i++) {
      GatewayLink link = all.get(i);
      int packets = e.packets(link);
      if (packets >= RelaySettings.MOST_PER_GATEWAY || !mayAsk(link, e.fromSibling())) {
        continue;
      }
      double cost = packets * 1e15 + cost(link, i == 0, repeated, now);
      if (cost < bestCost) {
        bestCost = cost;
        best = link;
      }
    }
    return best;
  }

  /** Whether some gateway was not asked yet for this exchange. */
  boolean anyFresh(Exchange e) {
    List<GatewayLink> all = of(e.route());
    for (int i = 0; i < all.size(); i++) {
      GatewayLink link = all.get(i);
      if (e.packets(link) == 0 && mayAsk(link, e.fromSibling())) {
        return true;
      }
    }
    return false;
  }

  /** A sibling that asks is not asked in turn: that would go round in circles. */
  private static boolean mayAsk(GatewayLink link, boolean fromSibling) {
    return !(fromSibling && link.sibling());
  }

  /**
   * Nanoseconds that a reply is expected to take; much more for those that fail, are silent or have
   * too much to do, more for siblings, and more still when down.
   */
  private static double cost(GatewayLink link, boolean first, boolean repeated, long now) {
    // The first of the list wins between equals, so that gateways do not take turns for a
    // microsecond's difference.
    double cost = link.pessimisticRoundTrip(now) * (first ? 0.8 : 1) + (first ? 0 : 200_000);
    if (link.failing(now)) {
      cost += 5e11;
    }
    if (link.silent()) {
      cost += 1e12;
    }
    if (!link.hasRoom(repeated, now)) {
      cost += 2e12;
    }
    if (link.sibling()) {
      cost += 5e12;
    }
    return link.down() ? cost + 1e13 : cost;
  }
}
