package io.regionbridge.router.diagnosis;

import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an API server says of Cilium, without its ConfigMap.
 *
 * @param configured when that ConfigMap was last written, if known
 * @param policies its egress policies; empty: the resource does not exist or cannot be read
 * @param nodes by node, the labels that its agents know; empty: unknown
 * @param agents its pods, one for each node
 */
public record CiliumFacts(
    Optional<Instant> configured,
    Optional<List<Policy>> policies,
    Optional<Map<String, Map<String, String>>> nodes,
    List<Agent> agents,
    boolean clusterMesh) {
  /** Nothing of it is there. */
  public static final CiliumFacts NONE =
      new CiliumFacts(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), false);

  public CiliumFacts {
    policies = policies.map(List::copyOf);
    nodes = nodes.map(Map::copyOf);
    agents = List.copyOf(agents);
  }

  /**
   * A CiliumEgressGatewayPolicy.
   *
   * @param ours whether a bridge wrote it
   * @param selective whether each of its rules selects pods, as it must
   * @param exits one for each pod
   */
  public record Policy(
      String name,
      boolean ours,
      boolean selective,
      List<Cidr> destinations,
      List<Cidr> excluded,
      List<Exit> exits) {
    public Policy {
      destinations = List.copyOf(destinations);
      excluded = List.copyOf(excluded);
      exits = List.copyOf(exits);
    }
  }

  /**
   * A way out.
   *
   * @param nodes of which it is the first by name
   * @param interfaceName whose address packets get, or that {@code address}
   */
  public record Exit(
      NodeSelector nodes, Optional<String> interfaceName, Optional<String> address) {}

  /** An agent; without a start time it does not run. */
  public record Agent(String node, boolean ready, Optional<Instant> started) {}
}
