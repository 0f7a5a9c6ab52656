package io.regionbridge.router.egress.routes;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.NatExemption;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a node's kernel ought to have.
 *
 * @param routes by destination
 * @param exemptions what keeps its source address, in order
 * @param vxlan the address of this node that the VXLAN device stands for; empty: there is to be
 *     none
 * @param problems what cannot be done, one sentence each
 */
record RoutePlan(
    Map<Cidr, NextHop> routes,
    List<NatExemption> exemptions,
    Optional<InetAddress> vxlan,
    List<String> problems) {
  /** Nothing of ours. */
  static final RoutePlan EMPTY = new RoutePlan(Map.of(), List.of(), Optional.empty(), List.of());

  RoutePlan {
    routes = Map.copyOf(routes);
    exemptions = List.copyOf(exemptions);
    problems = List.copyOf(problems);
  }
}
