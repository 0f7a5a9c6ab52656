package io.regionbridge.router.diagnosis;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a cluster says, as far as it could be asked.
 *
 * @param server the API server's address
 * @param version of the API server
 * @param clockAhead how far its clock is ahead of this machine's; empty: it did not say
 * @param unreadable what could not be read, by its RBAC name, and why
 * @param rightsOf whose rights were asked for, in words
 * @param rights how many were asked for
 * @param missing those that are not there
 * @param definitions CustomResourceDefinitions, by name: what each lacks; empty: nothing
 * @param routerLabel the label of router nodes
 * @param nodes how many there are
 * @param routers those that carry the label
 * @param configMaps those of kube-system that matter, with their data
 * @param lease of the active gateway
 * @param bridges the bridges' pods
 * @param time when all this was asked
 */
public record ClusterFacts(
    String server,
    String version,
    Optional<Duration> clockAhead,
    Map<String, String> unreadable,
    String rightsOf,
    int rights,
    List<Right> missing,
    Map<String, List<String>> definitions,
    String routerLabel,
    int nodes,
    List<Router> routers,
    Map<String, Map<String, String>> configMaps,
    Optional<Lease> lease,
    List<BridgePod> bridges,
    Instant time) {
  /** Copies what it is given. */
  public ClusterFacts {
    unreadable = Map.copyOf(unreadable);
    missing = List.copyOf(missing);
    definitions = Map.copyOf(definitions);
    routers = List.copyOf(routers);
    configMaps = Map.copyOf(configMaps);
    bridges = List.copyOf(bridges);
  }

  /** A router node. */
  public record Router(String name, boolean ready, List<String> addresses) {}

  /**
   * The Lease.
   *
   * @param holder the node; empty: nobody
   * @param renewed when it was last
   * @param lasts how long after that it holds
   */
  public record Lease(String holder, Optional<Instant> renewed, Duration lasts) {}

  /** A pod that runs a bridge. */
  public record BridgePod(String name, String node, boolean ready, String version) {}
}
