package io.regionbridge.router.egress.routes;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.NatExemption;
import io.regionbridge.router.netlink.RoutingRule;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a node's kernel ought to have.
 *
 * @param routes by destination
 * @param detours the same in a table of our own, where somebody else's routes would be taken
 * @param rules that lead there, or keep a range of this region from another table
 * @param exemptions what keeps its source address, in order
 * @param vxlan the address of this node that the VXLAN device stands for; empty: there is to be
 *     none
 * @param senders whom wrapped packets are taken from; empty: nothing is said of that, or there is
 *     no device
 * @param problems what cannot be done, one sentence each
 */
record RoutePlan(
    Map<Cidr, NextHop> routes,
    Map<Cidr, NextHop> detours,
    List<RoutingRule> rules,
    List<NatExemption> exemptions,
    Optional<InetAddress> vxlan,
    Optional<List<Cidr>> senders,
    List<String> problems) {
  /** Nothing of ours. */
  static final RoutePlan EMPTY =
      new RoutePlan(
          Map.of(), Map.of(), List.of(), List.of(), Optional.empty(), Optional.empty(), List.of());

  RoutePlan {
    routes = Map.copyOf(routes);
    detours = Map.copyOf(detours);
    rules = List.copyOf(rules);
    exemptions = List.copyOf(exemptions);
    problems = List.copyOf(problems);
  }
}
