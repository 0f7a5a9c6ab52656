package io.regionbridge.router.diagnosis;

import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an API server says of Cilium, its ConfigMap left out.
 *
 * @param configured when that ConfigMap was last written; empty: not known
 * @param policies its egress policies; empty: the API server has no such resource, or does not let
 *     it be read
 * @param nodes the labels that its agents know of nodes, by node; empty: not known
 * @param agents its pods, one for each node
 * @param clusterMesh whether it is one of a mesh of clusters
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

  /** Copies what it is given. */
  public CiliumFacts {
    policies = policies.map(List::copyOf);
    nodes = nodes.map(Map::copyOf);
    agents = List.copyOf(agents);
  }

  /**
   * A CiliumEgressGatewayPolicy.
   *
   * @param ours whether a bridge wrote it
   * @param selective whether each of its rules says which pods it is for, as it has to
   * @param destinations what it catches
   * @param excluded what it leaves alone of that
   * @param exits where that leaves, one of them for each pod
   */
  public record Policy(
      String name,
      boolean ours,
      boolean selective,
      List<Cidr> destinations,
      List<Cidr> excluded,
      List<Exit> exits) {
    /** Copies what it is given. */
    public Policy {
      destinations = List.copyOf(destinations);
      excluded = List.copyOf(excluded);
      exits = List.copyOf(exits);
    }
  }

  /**
   * A way out.
   *
   * @param nodes the nodes of which it is the first by name
   * @param interfaceName whose address packets get
   * @param address that packets get
   */
  public record Exit(
      NodeSelector nodes, Optional<String> interfaceName, Optional<String> address) {}

  /**
   * An agent.
   *
   * @param started when; empty: it does not run
   */
  public record Agent(String node, boolean ready, Optional<Instant> started) {}
}
