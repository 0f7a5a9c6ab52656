package io.regionbridge.router.egress.routes;

import io.regionbridge.router.egress.EgressSettings;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.NatExemption;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Plans one node's routes. Pure. */
final class RoutePlanner {
  private RoutePlanner() {}

  /**
   * Plans.
   *
   * @param node this node
   * @param router whether it may have to take wrapped packets
   * @param traffic what leaves the region and by whom
   * @param addresses of this node's interfaces, those of our own VXLAN device left out
   */
  static RoutePlan plan(
      String node,
      boolean router,
      RemoteTraffic traffic,
      List<InterfaceAddress> addresses,
      EgressSettings.Encapsulation encapsulation) {
    if (traffic.destinations().isEmpty()) {
      return RoutePlan.EMPTY;
    }
    List<String> problems = new ArrayList<>();
    Map<Cidr, NextHop> routes = new TreeMap<>();
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
        if (unfit.isEmpty() && hop.isPresent()) {
          routes.put(destination, hop.get());
        }
      }
    }
    boolean wrapped =
        routes.values().stream().anyMatch(NextHop.Encapsulated.class::isInstance)
            || router && encapsulation != EgressSettings.Encapsulation.NEVER;
    return new RoutePlan(
        routes,
        exemptions(traffic),
        wrapped ? own(gateway, here, addresses) : Optional.empty(),
        problems);
  }

  private static Optional<NextHop> hop(
      InetAddress gateway,
      List<InterfaceAddress> addresses,
      EgressSettings.Encapsulation encapsulation) {
    if (encapsulation == EgressSettings.Encapsulation.ALWAYS) {
      return Optional.of(new NextHop.Encapsulated(gateway));
    }
    Optional<NextHop> direct =
        addresses.stream()
            .filter(a -> a.prefixLength() < a.address().getAddress().length * Byte.SIZE)
            .filter(a -> a.network().contains(gateway))
            .findFirst()
            .map(a -> new NextHop.Direct(a.interfaceIndex(), gateway));
    return direct.isPresent() || encapsulation == EgressSettings.Encapsulation.NEVER
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

  private static Optional<InetAddress> own(
      InetAddress gateway, boolean here, List<InterfaceAddress> addresses) {
    if (here) {
      return Optional.of(gateway);
    }
    return addresses.stream()
        .map(InterfaceAddress::address)
        .filter(a -> a.getAddress().length == gateway.getAddress().length)
        .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
        .findFirst();
  }
}
