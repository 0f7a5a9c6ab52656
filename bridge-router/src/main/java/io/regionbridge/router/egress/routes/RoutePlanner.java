package io.regionbridge.router.egress.routes;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.NatExemption;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RoutingRule;
import io.regionbridge.router.netlink.VxlanNetlink;
import io.regionbridge.router.settings.RegionSettings;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Plans one node's routes. Pure. */
final class RoutePlanner {
  private RoutePlanner() {}

  /**
   * Plans the routes.
   *
   * @param router whether it may have to take encapsulated packets
   * @param addresses of this node's interfaces, without our own VXLAN device
   * @param foreign routes of others, of all tables
   * @param source the address that this node sends to the gateway by
   * @param senders who may send encapsulated packets here; empty: unknown
   */
  static RoutePlan plan(
      String node,
      boolean router,
      RemoteTraffic traffic,
      List<InterfaceAddress> addresses,
      List<Route> foreign,
      Optional<InetAddress> source,
      Optional<List<Cidr>> senders,
      RegionSettings.Encapsulation encapsulation) {
    if (traffic.destinations().isEmpty()) {
      return RoutePlan.EMPTY;
    }
    List<String> problems = new ArrayList<>();
    Map<Cidr, NextHop> routes = new TreeMap<>();
    Map<Cidr, NextHop> detours = new TreeMap<>();
    List<RoutingRule> rules = new ArrayList<>(DetourTable.ownRanges(traffic.pods(), foreign));
    InetAddress gateway = traffic.address();
    boolean here =
        node.equals(traffic.node())
            || addresses.stream().anyMatch(a -> a.address().equals(gateway));
    if (!here) {
      Optional<NextHop> hop = hop(gateway, addresses, encapsulation);
      if (hop.isEmpty()) {
        problems.add(
            "the active gateway %s (%s) is no neighbour: set egress.encapsulation to auto"
                .formatted(traffic.node(), IpLiteral.format(gateway)));
      }
      for (Cidr destination : traffic.destinations()) {
        Optional<String> unfit = unfit(destination, gateway, addresses);
        unfit.ifPresent(problems::add);
        if (unfit.isPresent() || hop.isEmpty()) {
          continue;
        }
        if (router && foreign.stream().anyMatch(route -> taken(destination, route))) {
          detours.put(destination, hop.get());
          rules.add(
              new RoutingRule(
                  Optional.empty(),
                  destination,
                  DetourTable.TABLE,
                  DetourTable.PRIORITY,
                  LinuxRouteHost.ROUTE_PROTOCOL));
        } else {
          routes.put(destination, hop.get());
        }
      }
    }
    boolean wrapped =
        Stream.concat(routes.values().stream(), detours.values().stream())
                .anyMatch(NextHop.Encapsulated.class::isInstance)
            || router && encapsulation != RegionSettings.Encapsulation.NEVER;
    return new RoutePlan(
        routes,
        detours,
        rules,
        exemptions(traffic),
        wrapped ? own(gateway, here, source, addresses) : Optional.empty(),
        wrapped ? filter(router, senders, problems) : Optional.empty(),
        problems);
  }

  /**
   * Whether packets for a range take somebody else's route and not one of ours in the main table.
   * On a router node that is the overlay agent's: the tunnel there takes pods' addresses from the
   * active gateway alone.
   */
  private static boolean taken(Cidr destination, Route route) {
    return route.table() == Route.MAIN
        ? destination.contains(route.destination())
        : destination.overlaps(route.destination());
  }

  private static Optional<NextHop> hop(
      InetAddress gateway,
      List<InterfaceAddress> addresses,
      RegionSettings.Encapsulation encapsulation) {
    if (encapsulation == RegionSettings.Encapsulation.ALWAYS) {
      return Optional.of(new NextHop.Encapsulated(gateway));
    }
    Optional<NextHop> direct =
        addresses.stream()
            .filter(a -> a.prefixLength() < a.address().getAddress().length * Byte.SIZE)
            .filter(a -> a.network().contains(gateway))
            .findFirst()
            .map(a -> new NextHop.Direct(a.interfaceIndex(), gateway));
    return direct.isPresent() || encapsulation == RegionSettings.Encapsulation.NEVER
        ? direct
        : Optional.of(new NextHop.Encapsulated(gateway));
  }

  /** The bridge has checked the ranges; a node is the last who can. */
  private static Optional<String> unfit(
      Cidr destination, InetAddress gateway, List<InterfaceAddress> addresses) {
    if (destination.prefixLength() == 0 || destination.contains(gateway)) {
      return Optional.of(destination + " is not routed: the active gateway itself is in it");
    }
    if (addresses.stream().anyMatch(a -> destination.contains(a.address()))) {
      return Optional.of(destination + " is not routed: an address of this node is in it");
    }
    boolean sameFamily = destination.isIpv6() == (gateway.getAddress().length == 16);
    return sameFamily
        ? Optional.empty()
        : Optional.of(
            destination
                + " is not routed: the active gateway's address "
                + IpLiteral.format(gateway)
                + " is of the other family");
  }

  private static List<NatExemption> exemptions(RemoteTraffic traffic) {
    List<NatExemption> exemptions = new ArrayList<>();
    for (Cidr pods : traffic.pods()) {
      for (Cidr remote : traffic.destinations()) {
        if (pods.isIpv6() == remote.isIpv6()) {
          exemptions.add(new NatExemption(pods, remote));
          exemptions.add(new NatExemption(remote, pods));
        }
      }
    }
    return exemptions;
  }

  /** Nobody sends wrapped packets to who is no router node. */
  private static Optional<List<Cidr>> filter(
      boolean router, Optional<List<Cidr>> senders, List<String> problems) {
    if (!router) {
      return Optional.of(List.of());
    }
    if (senders.isEmpty()) {
      problems.add(
          "this node's RouterNode does not list the nodes, so wrapped packets (UDP %d) are taken from"
                  .formatted(VxlanNetlink.PORT)
              + " anybody: upgrade its bridge");
    }
    return senders;
  }

  private static Optional<InetAddress> own(
      InetAddress gateway,
      boolean here,
      Optional<InetAddress> source,
      List<InterfaceAddress> addresses) {
    if (here) {
      return Optional.of(gateway);
    }
    if (source.isPresent()) {
      return source;
    }
    return addresses.stream()
        .map(InterfaceAddress::address)
        .filter(a -> a.getAddress().length == gateway.getAddress().length)
        .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
        .findFirst();
  }
}
