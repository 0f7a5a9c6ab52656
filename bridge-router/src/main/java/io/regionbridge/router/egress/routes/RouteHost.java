package io.regionbridge.router.egress.routes;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.NatExemption;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RoutingRule;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node's kernel: the seam between plans and effects. Used by one thread. */
interface RouteHost extends AutoCloseable {
  /** Addresses of interfaces that are switched on. */
  List<InterfaceAddress> addresses() throws IOException;

  /** Its interfaces. */
  List<Link> links() throws IOException;

  /** The routes that an agent made. */
  List<Route> routes() throws IOException;

  /** A route as this host has it for a hop; a device that it needs is made. */
  Route route(Cidr destination, NextHop hop) throws IOException;

  /**
   * The routes that somebody else made, of all tables but the local one, default routes left out.
   */
  List<Route> foreign() throws IOException;

  /** Keeps a table of our own at these routes, and the rules of ours at these. */
  void detour(Map<Cidr, NextHop> hops, List<RoutingRule> rules) throws IOException;

  void add(Route route) throws IOException;

  /** Puts a route in place of the one that there is for its destination, without a gap. */
  void replace(Route route) throws IOException;

  void delete(Route route) throws IOException;

  /** What keeps its source address, in the words of {@link NatExemption#toString}. */
  List<String> exempt() throws IOException;

  void exempt(List<NatExemption> exemptions) throws IOException;

  /** Takes the VXLAN device away, if there is one. */
  void removeVxlan() throws IOException;

  /** Makes the VXLAN device that takes packets for an address of this node, if it is not there. */
  void addVxlan(InetAddress own) throws IOException;

  /** Lets wrapped packets in from these alone; empty: the filter is gone. */
  void filterVxlan(Optional<List<Cidr>> senders) throws IOException;

  /** The address that this node sends to another by. */
  Optional<InetAddress> source(InetAddress node) throws IOException;

  @Override
  void close();
}
