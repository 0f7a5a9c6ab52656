package io.regionbridge.router.egress;

import io.regionbridge.router.net.Cidr;
import java.util.List;

/**
 * What is configured of egress.
 *
 * @param namespaces whose pods get it; empty: all but the excluded ones
 * @param excludeNamespaces whose pods do not
 * @param shortestIpv4 see {@link EgressRules}
 * @param shortestIpv6 see {@link EgressRules}
 * @param services see {@link EgressRules}
 */
public record EgressSettings(
    Engine engine,
    List<String> namespaces,
    List<String> excludeNamespaces,
    int shortestIpv4,
    int shortestIpv6,
    boolean services) {
  public EgressSettings {
    namespaces = List.copyOf(namespaces);
    excludeNamespaces = List.copyOf(excludeNamespaces);
  }

  /** What holds unless something else is configured. */
  public static EgressSettings of(Engine engine) {
    return new EgressSettings(
        engine, List.of(), List.of(), EgressRules.SHORTEST_IPV4, EgressRules.SHORTEST_IPV6, false);
  }

  /** The rules for a plan. */
  public EgressRules rules(List<Cidr> overlay) {
    return new EgressRules(overlay, shortestIpv4, shortestIpv6, services);
  }

  /** Who carries egress out. */
  public enum Engine {
    /** Cilium where it is. */
    AUTO,
    /** Cilium's egress gateway, by policies. */
    CILIUM,
    /** Agents on all nodes, by kernel routes. */
    ROUTES,
    /** No engine: what was written is removed. */
    NONE
  }

  /** When traffic for the active gateway's node is wrapped in VXLAN. */
  public enum Encapsulation {
    /** Where it is no neighbour. */
    AUTO,
    /** Always: where the network drops pods' addresses even between neighbours. */
    ALWAYS,
    /** Never: nodes that are no neighbours have no way then. */
    NEVER
  }
}
