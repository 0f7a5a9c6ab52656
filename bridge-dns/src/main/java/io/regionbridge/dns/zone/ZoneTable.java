package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Query;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Everything that decides an answer, at one moment: zones by name and clients by address.
 * Immutable. The control side makes the next table from this one and publishes it in one step; an
 * event loop reads the current one once per query.
 */
public final class ZoneTable {
  private final Registry registry;
  private final List<ZoneRoute> routes;
  private final List<ZoneRoute.Forward> forwards;
  private final ClientPolicy clients;
  private final boolean complete;
  private final @Nullable Resolvers resolvers;

  /** The same object in all tables in a row that have the same regions and gateways. */
  private final Object ways;

  /** Who is asked for names of no region, and below which names nobody is asked. */
  private record Resolvers(ZoneRoute.Forward route, List<Name> names, List<byte[]> except) {}

  /**
   * Bit d is set when some apex has d labels; deeper ones, as IPv6 reverse zones have, use the same
   * bits up to 63.
   */
  private final long depths;

  private final @Nullable ZoneRoute[] slots;

  private ZoneTable(
      Registry registry,
      List<ZoneRoute> routes,
      ClientPolicy clients,
      boolean complete,
      @Nullable Resolvers resolvers,
      Object ways) {
    this.complete = complete;
    this.ways = ways;
    this.resolvers = resolvers;
    this.registry = registry;
    this.routes = List.copyOf(routes);
    this.forwards = routes.stream().flatMap(route -> forward(route).stream()).toList();
    this.clients = clients;
    int size = Integer.highestOneBit(Math.max(4, routes.size() * 4)) << 1;
    slots = new @Nullable ZoneRoute[size];
    long seen = 0;
    for (ZoneRoute route : routes) {
      seen |= 1L << labels(route.apex());
      int i = slot(route.apex(), 0, route.apex().length);
      while (slots[i] != null) {
        i = i + 1 & size - 1;
      }
      slots[i] = route;
    }
    depths = seen;
  }

  /** A table without zones that refuses everyone. */
  public static ZoneTable empty() {
    return new ZoneTable(
        new Registry(), List.of(), ClientPolicy.nobody(), true, null, new Object());
  }

  /**
   * The next table, with all zones that there are. They are distinguished by their apex, so the
   * lists must not name one twice.
   */
  public ZoneTable next(
      Collection<LocalZone> local, Collection<ForwardZone> forward, ClientPolicy clients) {
    return next(local, forward, clients, true);
  }

  /**
   * Makes the next table.
   *
   * @param nowComplete whether these are all zones
   */
  public ZoneTable next(
      Collection<LocalZone> local,
      Collection<ForwardZone> forward,
      ClientPolicy clients,
      boolean nowComplete) {
    Registry ids = registry.copy();
    List<ZoneRoute> next = new ArrayList<>();
    Set<Name> seen = new HashSet<>();
    for (LocalZone zone : local) {
      requireUnique(seen, zone.apex());
      next.add(new ZoneRoute.Local(zone, ids.id(zone.apex(), find(zone.apexOctets()))));
    }
    boolean same = forward.size() == forwards.size();
    for (ForwardZone zone : forward) {
      requireUnique(seen, zone.apex());
      ZoneRoute known = find(zone.apex());
      ZoneRoute.Forward before = forward(known).orElse(null);
      same &= before != null && before.zone().leadsWhere(zone);
      // The same object where it can be: exchanges under way are joined by it.
      ZoneRoute.Forward way =
          before != null && before.zone().equals(zone)
              ? before
              : new ZoneRoute.Forward(zone, ids.id(zone.apex(), known), ids.epoch(zone, before));
      ReplicaZone replica = zone.replica();
      next.add(
          replica != null && replica.current() ? new ZoneRoute.Replica(replica.zone(), way) : way);
    }
    return new ZoneTable(ids, next, clients, nowComplete, resolvers, same ? ways : new Object());
  }

  /**
   * The same table with resolvers for names outside all regions.
   *
   * @param next see {@link ForwardZone#resolvers}; null: none
   * @param except names at and below which nobody is asked, such as the cluster's own
   */
  public ZoneTable following(@Nullable ForwardZone next, List<Name> except) {
    Resolvers before = resolvers;
    if (next == null) {
      return before == null
          ? this
          : new ZoneTable(registry, routes, clients, complete, null, new Object());
    }
    ZoneRoute.Forward route = before == null ? null : before.route();
    if (before != null && before.route().zone().equals(next) && before.names().equals(except)) {
      return this;
    }
    Registry ids = registry.copy();
    if (route == null || !route.zone().equals(next)) {
      route = new ZoneRoute.Forward(next, ids.id(Name.root, route), ids.epoch(next, route));
    }
    List<byte[]> wire = except.stream().map(Name::toWireCanonical).toList();
    return new ZoneTable(
        ids,
        routes,
        clients,
        complete,
        new Resolvers(route, List.copyOf(except), wire),
        new Object());
  }

  /** Whether resolvers are asked for names outside all regions. */
  public boolean asksResolvers() {
    return resolvers != null;
  }

  /** The resolvers for a name in none of the zones, or null. */
  public ZoneRoute.@Nullable Forward resolvers(Query query) {
    Resolvers now = resolvers;
    if (now == null) {
      return null;
    }
    for (byte[] name : now.except()) {
      if (Names.within(query.name(), query.nameLength(), name)) {
        return null;
      }
    }
    return now.route();
  }

  /** Whether a folded name is at or below the apex of one of the zones. */
  public boolean serves(byte[] name, int length) {
    for (int at = 0; ; at += 1 + name[at]) {
      if (find(name, at, length - at) != null) {
        return true;
      }
      if (name[at] == 0) {
        return false;
      }
    }
  }

  private static Optional<ZoneRoute.Forward> forward(@Nullable ZoneRoute route) {
    return route instanceof ZoneRoute.Replica replica
        ? Optional.of(replica.forward())
        : route instanceof ZoneRoute.Forward forward ? Optional.of(forward) : Optional.empty();
  }

  private static void requireUnique(Set<Name> seen, Name apex) {
    if (!seen.add(apex)) {
      throw new IllegalArgumentException("two zones have the apex " + apex);
    }
  }

  private @Nullable ZoneRoute find(Name apex) {
    return find(apex.toWireCanonical());
  }

  private @Nullable ZoneRoute find(byte[] apex) {
    return find(apex, 0, apex.length);
  }

  private @Nullable ZoneRoute find(byte[] name, int at, int length) {
    int i = slot(name, at, length);
    for (ZoneRoute route = slots[i]; route != null; route = slots[i]) {
      byte[] apex = route.apex();
      if (apex.length == length && Names.equal(apex, 0, name, at, length)) {
        return route;
      }
      i = i + 1 & slots.length - 1;
    }
    return null;
  }

  private static int labels(byte[] apex) {
    int count = 0;
    for (int i = 0; apex[i] != 0; i += 1 + apex[i]) {
      count++;
    }
    return Math.min(count, 63);
  }

  private int slot(byte[] name, int at, int length) {
    return (int) NameHash.of(name, at, length) & slots.length - 1;
  }

  /**
   * The zone with the longest apex that the query's name is at or below, or null. Allocates
   * nothing.
   */
  public @Nullable ZoneRoute route(Query query) {
    byte[] name = query.name();
    int count = query.labelCount();
    for (int depth = Math.min(count, 63); depth >= 0; depth--) {
      if ((depths & 1L << depth) == 0) {
        continue;
      }
      int at = query.labelAt(count - depth);
      ZoneRoute route = find(name, at, query.nameLength() - at);
      if (route != null) {
        return route;
      }
    }
    return null;
  }

  /**
   * Whether a name that is in none of the zones is nobody's. If not, it may be in one that is not
   * known yet.
   */
  public boolean complete() {
    return complete;
  }

  /** All zones. */
  public List<ZoneRoute> routes() {
    return routes;
  }

  /** The ways to peer regions, those included that stand behind a replica. */
  public List<ZoneRoute.Forward> forwards() {
    return forwards;
  }

  /** All routes that questions are sent to: those of {@link #forwards} and the resolvers. */
  public List<ZoneRoute.Forward> ways() {
    Resolvers now = resolvers;
    return now == null
        ? forwards
        : Stream.concat(forwards.stream(), Stream.of(now.route())).toList();
  }

  /**
   * Whether {@link #ways} are known to lead to the same regions and gateways as those of a table
   * that this one was made from, whatever else has changed.
   */
  @SuppressWarnings("ReferenceEquality") // whether it is the same object is what counts
  public boolean leadsWhere(ZoneTable before) {
    return ways == before.ways;
  }

  /**
   * The same object in all tables in a row whose {@link #ways} lead to the same regions and
   * gateways. Holds no table.
   */
  public Object waysMark() {
    return ways;
  }

  /**
   * The route in this table to the zone of an earlier route, which is returned if the zone is gone.
   */
  public ZoneRoute.Forward latest(ZoneRoute.Forward earlier) {
    return switch (earlier.zone().isResolvers() ? null : find(earlier.apex())) {
      case ZoneRoute.Forward forward -> forward;
      case ZoneRoute.Replica replica -> replica.forward();
      case ZoneRoute.Local _ -> earlier;
      case null -> earlier;
    };
  }

  /** The policy for clients. */
  public ClientPolicy clients() {
    return clients;
  }

  /**
   * The apex for each {@link ZoneRoute#id}, in text without the final dot, of all zones that ever
   * were.
   */
  public List<String> zoneNames() {
    return List.copyOf(registry.ids.keySet());
  }

  /**
   * Numbers given to apexes and to the terms on which their answers were taken; only ever grows.
   */
  private static final class Registry {
    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private int lastEpoch;

    Registry copy() {
      Registry copy = new Registry();
      copy.ids.putAll(ids);
      copy.lastEpoch = lastEpoch;
      return copy;
    }

    /** The number of an apex, which a route of the table before may have. */
    int id(Name apex, @Nullable ZoneRoute before) {
      return before != null
          ? before.id()
          : ids.computeIfAbsent(apex.toString(true), _ -> ids.size());
    }

    int epoch(ForwardZone zone, ZoneRoute.@Nullable Forward before) {
      // What was cached before a replica was answered from is older than what the replica said.
      boolean replicaEnds = before != null && before.zone().replicated() && !zone.replicated();
      if (before != null
          && !replicaEnds
          && before.zone().region().equals(zone.region())
          && before.zone().addresses().isNoWiderThan(zone.addresses())) {
        return before.epoch();
      }
      return ++lastEpoch;
    }
  }
}
