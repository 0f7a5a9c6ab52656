package io.regionbridge.router.diagnosis;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.kubernetes.ClusterPlace;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code doctor} checks: a cluster, and this machine, which is judged by what was found in the
 * cluster before. Only reads. Used by one thread.
 */
public final class Doctor {
  private static final Logger log = LoggerFactory.getLogger(Doctor.class);

  private Optional<ClusterFacts> cluster = Optional.empty();

  /**
   * Checks a cluster, in the order in which one thing needs the other.
   *
   * @param client for requests to the API server
   * @param asBridge with the rights of the bridge's ServiceAccount; may be the same
   * @param release how the bridge was installed
   * @throws KubernetesClientException if the API server does not answer at all, or not to us
   */
  public List<Check> checkCluster(
      KubernetesClient client, KubernetesClient asBridge, Release release, Clock clock) {
    ClusterFacts facts =
        new ClusterProbe(client, asBridge, "the bridge's ServiceAccount", release, clock).look();
    cluster = Optional.of(facts);
    return ClusterChecks.of(facts);
  }

  /** What is to be said of a cluster that does not answer at all. */
  public static List<Check> unreachable(String server, String reason) {
    return ClusterChecks.unreachable(server, reason);
  }

  /**
   * Checks this machine: its kernel, and what that does with traffic for peers.
   *
   * @param configured the name of the overlay's interface, if it is not one of the usual
   * @param sent ranges that policies in force send to peers
   * @param pods this region's pod ranges
   * @param tunnelUp whether the tunnel to a peer is up
   * @param environment the variables of the process, which say what Kubernetes calls this machine
   */
  public List<Check> checkNode(
      Optional<String> configured,
      List<Cidr> sent,
      List<Cidr> pods,
      boolean tunnelUp,
      Map<String, String> environment) {
    HostFacts host = HostFacts.read(configured);
    List<Check> checks = new ArrayList<>(HostChecks.of(host));
    Optional<String> ciliumDevices = cluster.flatMap(ClusterFacts::ciliumDevices);
    host.overlay()
        .ifPresent(overlay ->
            checks.addAll(
                egress(
                    overlay,
                    sent,
                    pods,
                    tunnelUp,
                    ciliumDevices,
                    cluster.flatMap(ClusterFacts::ciliumMtu))));
    cluster
        .flatMap(facts ->
            node(environment).map(name -> PolicyChecks.ofNode(facts.cilium(), name, addresses())))
        .ifPresent(checks::addAll);
    return checks;
  }

  private static Optional<String> node(Map<String, String> environment) {
    try {
      return Optional.of(ClusterPlace.node(environment));
    } catch (IOException e) {
      return Optional.empty(); // not Linux
    }
  }

  /** All that this machine has. */
  private static Set<String> addresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(IpLiteral::format)
          .collect(Collectors.toSet());
    } catch (SocketException e) {
      log.debug("cannot list the addresses", e);
      return Set.of();
    }
  }

  private static List<Check> egress(
      String overlay,
      List<Cidr> ranges,
      List<Cidr> pods,
      boolean tunnelUp,
      Optional<String> ciliumDevices,
      Optional<Integer> ciliumMtu) {
    try {
      return EgressChecks.of(
          EgressFacts.read(overlay, ranges, pods, tunnelUp, ciliumDevices, ciliumMtu));
    } catch (IOException e) {
      return List.of(
          Check.warning(
              "egress route",
              "the kernel does not tell its routes: " + e.getMessage(),
              "ip route; run doctor on the router node itself"));
    }
  }
}
