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
 * Keeps pods of a standby whose tunnel is dead off the tunnel. The overlay's agent leaves its
 * routes to the peers in place while the interface is up, and Cilium looks a pod's packet up in the
 * kernel's routes before its egress policies: by the tunnel's interface the packet is lost. So what
 * pods send to peers is looked up in a table of our own, whose routes lead to the active gateway's
 * node; on that way Cilium's policy takes the packet. The rules stay when the process ends. Owned
 * by one thread.
 */
public final class StandbyDetour {
  private static final Logger log = LoggerFactory.getLogger(StandbyDetour.class);

  /** Whether there may be rules to update or remove. */
  private boolean present = true;

  /**
   * The traffic to redirect, and where to.
   *
   * @param pods this region's pod ranges
   * @param peers the ranges of peers
   * @param gateway the active gateway's address in the cluster
   */
  public record Detour(List<Cidr> pods, List<Cidr> peers, InetAddress gateway) {}

  /** Compares the routes and rules in the kernel with the detour and writes the difference. */
  public void keep(Optional<Detour> wanted) {
    if (wanted.isEmpty() && !present) {
      return;
    }
    try (RouteNetlink netlink = RouteNetlink.open()) {
      List<Route> routes = new ArrayList<>();
      List<RoutingRule> rules = new ArrayList<>();
      if (wanted.isPresent()) {
        Optional<Route> way = netlink.routeTo(wanted.get().gateway());
        way.ifPresent(route -> plan(wanted.get(), route, routes, rules));
      }
      new DetourTable(netlink).keep(routes, rules);
      present = wanted.isPresent();
    } catch (ErrnoException e) {
      present = wanted.isPresent(); // a process that may not has made none
      if (wanted.isPresent()) {
        log.warn("pods of this node still leave by its own tunnel: {}", e.getMessage());
      }
    }
  }

  private static void plan(Detour detour, Route way, List<Route> routes, List<RoutingRule> rules) {
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
      detour.pods().stream()
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
