package io.regionbridge.router.egress.routes;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.netlink.RoutingRule;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the traffic of pods off routes of the overlay's agent on a router node with Cilium; with
 * the routes engine that node's agent does. Two kinds of routes are in the way:
 *
 * <ul>
 *   <li>An agent that accepts routes (Tailscale) accepts this region's own pod range as well, and
 *       the node does not reach the region's pods any more. What is for that range is looked up in
 *       the main table.
 *   <li>The agent leaves its routes to the peers in place while the interface is up, and Cilium
 *       looks a pod's packet up in the kernel's routes before its egress policies: where the tunnel
 *       of a standby is dead, the packet is lost. What pods send to peers is looked up in a table
 *       of our own, whose routes lead to the active gateway's node; on that way Cilium's policy
 *       takes the packet.
 * </ul>
 *
 * <p>The rules stay when the process ends. Owned by one thread.
 */
public final class RouterRules {
  private static final Logger log = LoggerFactory.getLogger(RouterRules.class);

  /** Whether there may be rules to update or remove. */
  private boolean present = true;

  /** The last failure that was logged. */
  private Optional<String> failure = Optional.empty();

  /**
   * The ranges of peers whose traffic does not leave by this node, and the active gateway's address
   * in the cluster.
   */
  public record Detour(List<Cidr> peers, InetAddress gateway) {}

  /**
   * Compares the routes and rules in the kernel with what is wanted and writes the difference.
   *
   * @param pods this region's pod ranges; none: all rules are removed
   * @param detour empty while pods leave by this node's own tunnel
   */
  public void keep(List<Cidr> pods, Optional<Detour> detour) {
    if (pods.isEmpty() && !present) {
      return;
    }
    List<RoutingRule> rules = new ArrayList<>();
    try (RouteNetlink netlink = RouteNetlink.open()) {
      List<Route> routes = new ArrayList<>();
      if (!pods.isEmpty()) {
        rules.addAll(DetourTable.ownRanges(pods, LinuxRouteHost.foreign(netlink)));
      }
      if (detour.isPresent()) {
        Optional<Route> way = netlink.routeTo(detour.get().gateway());
        way.ifPresent(route -> plan(pods, detour.get(), route, routes, rules));
      }
      if (present || !rules.isEmpty()) {
        new DetourTable(netlink).keep(routes, rules);
      }
      failure = Optional.empty();
    } catch (ErrnoException e) {
      Optional<String> now = Optional.of(String.valueOf(e.getMessage()));
      if (!rules.isEmpty() && !now.equals(failure)) {
        log.warn(
            "traffic of this node's pods follows the routes of the overlay's agent, since rules"
                + " cannot be written ({}): {}",
            rules,
            e.getMessage());
      }
      failure = now;
    }
    present = !rules.isEmpty(); // a process that may not write has made none
  }

  private static void plan(
      List<Cidr> pods, Detour detour, Route way, List<Route> routes, List<RoutingRule> rules) {
    for (Cidr peer : detour.peers()) {
      if (peer.isIpv6() != Cidr.host(detour.gateway()).isIpv6()) {
        continue;
      }
      routes.add(
          new Route(
              peer,
              way.interfaceIndex(),
              Optional.of(way.gateway().orElse(detour.gateway())),
              Optional.empty(),
              DetourTable.TABLE,
              LinuxRouteHost.ROUTE_PROTOCOL,
              peer.isIpv6() ? LinuxRouteHost.IPV6_METRIC : 0));
      pods.stream()
          .filter(own -> own.isIpv6() == peer.isIpv6())
          .forEach(own ->
              rules.add(
                  new RoutingRule(
                      Optional.of(own),
                      peer,
                      DetourTable.TABLE,
                      DetourTable.PRIORITY,
                      LinuxRouteHost.ROUTE_PROTOCOL)));
    }
  }
}
