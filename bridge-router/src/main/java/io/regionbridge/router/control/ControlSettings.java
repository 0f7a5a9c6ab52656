package io.regionbridge.router.control;

import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.settings.RegionSettings;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is fixed for a control plane while the process lives.
 *
 * @param nodeAddress in the cluster, for heartbeats
 * @param namespace of the Lease and the Secrets of peers
 * @param electionPort UDP port for heartbeats
 * @param dnsPort of this bridge, and of others by default
 * @param httpPort of bridges on the overlay
 * @param memory how long after the start what was written before is kept without confirmation: as
 *     long as it may take to hear from all peers
 */
record ControlSettings(
    String node,
    InetAddress nodeAddress,
    String namespace,
    String routerLabel,
    int electionPort,
    int dnsPort,
    int httpPort,
    Duration memory,
    Options options) {
  /** Long enough to hear from every peer. */
  public static final Duration MEMORY = Duration.ofSeconds(30);

  /** The settings with the default memory and no options. */
  public ControlSettings(
      String node,
      InetAddress nodeAddress,
      String namespace,
      String routerLabel,
      int electionPort,
      int dnsPort,
      int httpPort) {
    this(
        node,
        nodeAddress,
        namespace,
        routerLabel,
        electionPort,
        dnsPort,
        httpPort,
        MEMORY,
        Options.NONE);
  }

  /** The same with options. */
  public ControlSettings with(Options wished) {
    return new ControlSettings(
        node, nodeAddress, namespace, routerLabel, electionPort, dnsPort, httpPort, memory, wished);
  }

  /** Where heartbeats are asked for unless something else is configured. */
  public static final int ELECTION_PORT = OwnNames.ELECTION_PORT;

  /**
   * Optional work of the bridge for the cluster.
   *
   * @param forwardTo the Service that CoreDNS forwards to; empty: the router nodes
   * @param netBird the namespace of NetBird's routers, if they must be on the host network
   * @param allNames the domain of names over all regions, if there is one
   * @param multiCluster the domain of imported Services, if the Multi-Cluster Services API is on
   */
  public record Options(
      Optional<ServiceKey> forwardTo,
      Optional<String> netBird,
      Optional<String> allNames,
      Optional<String> multiCluster) {
    /** None of it. */
    public static final Options NONE = new Options(Optional.empty(), Optional.empty());

    /** What is configured, for bridges in {@code namespace}. */
    static Options of(RegionSettings settings, String namespace) {
      return new Options(
          settings.cluster().forwardTo().map(service -> new ServiceKey(namespace, service)),
          settings.cluster().netBird(),
          settings.allNames(),
          settings.cluster().multiCluster());
    }

    /** Without domains of all regions. */
    public Options(Optional<ServiceKey> forwardTo, Optional<String> netBird) {
      this(forwardTo, netBird, Optional.empty(), Optional.empty());
    }

    /** The domains of names over all regions. */
    public List<String> domains() {
      return Stream.of(allNames, multiCluster).flatMap(Optional::stream).toList();
    }
  }
}
