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
 * @param node this node's name
 * @param nodeAddress its address in the cluster, for heartbeats
 * @param namespace where the Lease and the Secrets of peers are
 * @param electionPort where router nodes ask each other for heartbeats; UDP
 * @param dnsPort where this bridge, and others unless they say otherwise, serve DNS
 * @param httpPort where bridges answer on the overlay
 * @param memory how long after the start what was written before is kept although nobody has said
 *     yet that it still holds: as long as it may take to hear from all peers
 * @param options what the bridge does for the cluster only if it is wished
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

  /** With the usual memory, and no options. */
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
   * What the bridge does for the cluster only if it is wished.
   *
   * @param forwardTo the Service that CoreDNS forwards to; empty: it forwards to the router nodes
   * @param netBird the namespace of NetBird's routers, if they are to be kept on the host network
   * @param allNames the domain in which a Service has one name over all regions, if there is one
   * @param multiCluster the domain of imported Services, if the Multi-Cluster Services API is on
   */
  public record Options(
      Optional<ServiceKey> forwardTo,
      Optional<String> netBird,
      Optional<String> allNames,
      Optional<String> multiCluster) {
    /** None of it. */
    public static final Options NONE = new Options(Optional.empty(), Optional.empty());

    /**
     * What is configured.
     *
     * @param namespace that the bridges run in
     */
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
