package io.regionbridge.router.diagnosis;

import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.settings.RegionSettings.Release;
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
 * @param release how the bridge was installed
 * @param nodes how many there are
 * @param routers those that carry the label
 * @param announced what bridges say of their nodes
 * @param configMaps those of kube-system that matter, with their data
 * @param services the addresses of the bridges' Service
 * @param leases of active gateways: one, unless there are several releases
 * @param bridges the bridges' pods
 * @param uncreated why the API server refuses to create pods of the release; empty: it does not, or
 *     that is not known
 * @param privileges of the release's pods
 * @param cilium what is known of Cilium
 * @param netBird what is known of NetBird's operator
 * @param time when all this was asked
 */
record ClusterFacts(
    String server,
    String version,
    Optional<Duration> clockAhead,
    Map<String, String> unreadable,
    String rightsOf,
    int rights,
    List<Right> missing,
    Map<String, List<String>> definitions,
    Release release,
    int nodes,
    List<Router> routers,
    List<Announced> announced,
    Map<String, Map<String, String>> configMaps,
    List<String> services,
    List<Lease> leases,
    List<BridgePod> bridges,
    Optional<String> uncreated,
    PrivilegeFacts privileges,
    CiliumFacts cilium,
    NetBirdFacts netBird,
    Instant time) {
  public ClusterFacts {
    unreadable = Map.copyOf(unreadable);
    missing = List.copyOf(missing);
    definitions = Map.copyOf(definitions);
    routers = List.copyOf(routers);
    announced = List.copyOf(announced);
    configMaps = Map.copyOf(configMaps);
    services = List.copyOf(services);
    leases = List.copyOf(leases);
    bridges = List.copyOf(bridges);
  }

  /** A router node, with its label {@code kubernetes.io/hostname}, which policies select by. */
  public record Router(String name, String hostname, boolean ready, List<String> addresses) {}

  /**
   * A RouterNode object.
   *
   * @param role Active, Standby, or empty
   * @param overlayAddress or empty
   * @param problems the conditions that are not good, in the words of its bridge
   */
  public record Announced(
      String name, String role, Optional<String> overlayAddress, List<String> problems) {}

  /**
   * A Lease.
   *
   * @param holder the node; empty: none
   * @param renewed the last time, if any
   * @param lasts how long it is valid after that
   */
  public record Lease(String namespace, String holder, Optional<Instant> renewed, Duration lasts) {
    /** Until when; the beginning of time where nobody ever renewed it. */
    Instant ends() {
      return renewed.map(at -> at.plus(lasts)).orElse(Instant.EPOCH);
    }
  }

  /** A pod that runs a bridge. */
  public record BridgePod(String name, String node, boolean ready, String version) {}

  /** The data of a ConfigMap; empty if it is not there. */
  Map<String, String> configMap(String name) {
    return configMaps.getOrDefault(name, Map.of());
  }

  /** The interfaces in Cilium's settings on which it translates, if there are any. */
  public Optional<String> ciliumDevices() {
    return Optional.ofNullable(configMap(ClusterWatcher.CILIUM_CONFIG).get("devices"))
        .filter(devices -> !devices.isBlank());
  }

  /**
   * The MTU in Cilium's settings; 0: none, so it finds one by itself; empty: there is no Cilium.
   */
  public Optional<Integer> ciliumMtu() {
    return Optional.ofNullable(configMaps.get(ClusterWatcher.CILIUM_CONFIG))
        .map(config -> config.getOrDefault("mtu", "0"))
        .filter(text -> text.matches("[0-9]{1,5}"))
        .map(Integer::valueOf);
  }

  /** Why a check cannot be made, if what it needs could not be read. */
  Optional<Check> skipped(String check, String resource) {
    return Optional.ofNullable(unreadable.get(resource))
        .map(why -> Check.skipped(check, "cannot read " + resource + ": " + why));
  }
}
