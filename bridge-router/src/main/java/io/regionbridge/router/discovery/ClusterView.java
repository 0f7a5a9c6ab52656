package io.regionbridge.router.discovery;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What one API server has at a moment, without Services and EndpointSlices, which are the
 * directory. Lists of objects are by name.
 *
 * @param serviceCidrs of the ServiceCIDR API, if the server has it
 * @param ciliumNodeCidrs the pod ranges that Cilium gave to nodes
 * @param ciliumPools the ranges of Cilium's pools
 * @param calicoPools the ranges of Calico's enabled pools
 * @param configMaps those of {@code kube-system} that matter
 * @param egressPolicies CiliumEgressGatewayPolicies
 * @param netBird the objects that decide how NetBird's routers run, if the bridge manages them
 * @param statuses how far each resource is known, by RBAC name
 */
public record ClusterView(
    List<NodeFacts> nodes,
    List<Cidr> serviceCidrs,
    List<Cidr> ciliumNodeCidrs,
    List<Cidr> ciliumPools,
    List<Cidr> calicoPools,
    Map<String, ConfigMapFacts> configMaps,
    List<RegionFacts> regions,
    List<RouterNodeFacts> routerNodes,
    List<EgressPolicyFacts> egressPolicies,
    List<NetBirdWorkload> netBird,
    Map<String, WatchStatus> statuses) {
  public ClusterView {
    nodes = List.copyOf(nodes);
    serviceCidrs = List.copyOf(serviceCidrs);
    ciliumNodeCidrs = List.copyOf(ciliumNodeCidrs);
    ciliumPools = List.copyOf(ciliumPools);
    calicoPools = List.copyOf(calicoPools);
    configMaps = Map.copyOf(configMaps);
    regions = List.copyOf(regions);
    routerNodes = List.copyOf(routerNodes);
    egressPolicies = List.copyOf(egressPolicies);
    netBird = List.copyOf(netBird);
    statuses = Map.copyOf(statuses);
  }

  /** The same without pools, egress policies and NetBird. */
  public ClusterView(
      List<NodeFacts> nodes,
      List<Cidr> serviceCidrs,
      List<Cidr> ciliumNodeCidrs,
      Map<String, ConfigMapFacts> configMaps,
      List<RegionFacts> regions,
      List<RouterNodeFacts> routerNodes,
      Map<String, WatchStatus> statuses) {
    this(
        nodes,
        serviceCidrs,
        ciliumNodeCidrs,
        List.of(),
        List.of(),
        configMaps,
        regions,
        routerNodes,
        List.of(),
        List.of(),
        statuses);
  }

  /** One that holds these ConfigMaps and nothing else. */
  public static ClusterView ofConfigMaps(Map<String, ConfigMapFacts> maps) {
    return new ClusterView(List.of(), List.of(), List.of(), maps, List.of(), List.of(), Map.of());
  }

  /** The router nodes among the Nodes. */
  public List<NodeFacts> routers() {
    return nodes.stream().filter(NodeFacts::router).toList();
  }

  /** Whether every resource was either listed or could not be. */
  public boolean settled() {
    return statuses.values().stream().noneMatch(WatchStatus.Starting.class::isInstance);
  }

  /**
   * Invalid objects, each with the reason, in the order of their resources.
   *
   * @param which by RBAC name
   */
  public List<String> ignored(Predicate<String> which) {
    return statuses.entrySet().stream()
        .filter(entry -> which.test(entry.getKey()))
        .sorted(Map.Entry.comparingByKey())
        .flatMap(entry ->
            entry.getValue() instanceof WatchStatus.Current(List<String> ignored)
                ? ignored.stream()
                : Stream.empty())
        .toList();
  }

  /** Why resources cannot be read, in the order of their names. */
  public List<WatchStatus.Failing> failures() {
    return statuses.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .filter(WatchStatus.Failing.class::isInstance)
        .map(WatchStatus.Failing.class::cast)
        .toList();
  }
}
