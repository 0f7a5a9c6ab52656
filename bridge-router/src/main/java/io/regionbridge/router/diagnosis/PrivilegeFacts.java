package io.regionbridge.router.diagnosis;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * By which rights the pods of a release run, and who may reach or read what is theirs.
 *
 * @param bridges the bridges' pods
 * @param agents the agents' pods
 * @param keys the Secrets of WireGuard keys that are there, by name, with the names of their
 *     entries; empty where the bridges make no tunnels
 */
record PrivilegeFacts(List<Bridge> bridges, List<Agent> agents, Map<String, Set<String>> keys) {
  /** Nothing is known. */
  static final PrivilegeFacts NONE = new PrivilegeFacts(List.of(), List.of(), Map.of());

  PrivilegeFacts {
    bridges = List.copyOf(bridges);
    agents = List.copyOf(agents);
    keys = Map.copyOf(keys);
  }

  /**
   * A bridge's pod.
   *
   * @param adminListen the admin address in its environment, or empty
   * @param adminToken whether its environment names a token
   */
  record Bridge(String name, String account, String adminListen, boolean adminToken) {}

  /** An agent's pod and its ServiceAccount. */
  record Agent(String name, String account) {}
}
