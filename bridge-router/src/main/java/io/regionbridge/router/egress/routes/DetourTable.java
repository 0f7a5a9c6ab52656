package io.regionbridge.router.egress.routes;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.netlink.RoutingRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A routing table of our own with rules that lead to it, for where the main table, or a table of
 * the overlay's agent, has routes that packets of pods must not take. Nobody else's route or rule
 * is touched. Needs CAP_NET_ADMIN. Owned by one thread.
 */
final class DetourTable {
  /** The number of the table. */
  static final int TABLE = 115;

  /** Before the rules of NetBird (from 100) and Tailscale (from 5210). */
  static final int PRIORITY = 90;

  /**
   * For ranges of this region: before Tailscale's rules, after those of AWS's VPC CNI (to 1536).
   */
  static final int OWN_PRIORITY = 5180;

  private static final Logger log = LoggerFactory.getLogger(DetourTable.class);

  private final RouteNetlink netlink;

  DetourTable(RouteNetlink netlink) {
    this.netlink = netlink;
  }

  /**
   * Rules that look this region's pods up in the main table, for each range that another table
   * takes: an overlay's agent that accepts routes also accepts those of its own region.
   */
  static List<RoutingRule> ownRanges(List<Cidr> pods, List<Route> foreign) {
    return pods.stream()
        .filter(own ->
            foreign.stream()
                .filter(route -> route.table() != Route.MAIN && !route.toHost())
                .anyMatch(route -> own.overlaps(route.destination())))
        .map(own ->
            new RoutingRule(
                Optional.empty(), own, Route.MAIN, OWN_PRIORITY, LinuxRouteHost.ROUTE_PROTOCOL))
        .toList();
  }

  /**
   * Replaces the routes of {@link #TABLE} and our rules; without any, removes all that the bridge
   * made.
   */
  void keep(List<Route> routes, List<RoutingRule> rules) throws ErrnoException {
    List<RoutingRule> presentRules =
        netlink.rules().stream()
            .filter(rule -> rule.protocol() == LinuxRouteHost.ROUTE_PROTOCOL)
            .toList();
    List<Route> presentRoutes =
        netlink.routes().stream()
            .filter(route -> route.table() == TABLE)
            .filter(route -> route.protocol() == LinuxRouteHost.ROUTE_PROTOCOL)
            .toList();
    if (rules.isEmpty() && presentRules.isEmpty() && presentRoutes.isEmpty()) {
      return;
    }
    for (Route route : routes) {
      if (!presentRoutes.contains(route)) {
        netlink.replaceRoute(route);
      }
    }
    for (RoutingRule rule : rules) {
      if (!presentRules.contains(rule)) {
        netlink.addRule(rule);
        log.info("rule added: {}", rule);
      }
    }
    for (RoutingRule rule : presentRules) {
      if (!rules.contains(rule)) {
        netlink.deleteRule(rule);
        log.info("rule deleted: {}", rule);
      }
    }
    List<Route> left = new ArrayList<>(presentRoutes);
    left.removeIf(before ->
        routes.stream().anyMatch(route -> route.destination().equals(before.destination())));
    for (Route route : left) {
      netlink.deleteRoute(route);
    }
  }
}
