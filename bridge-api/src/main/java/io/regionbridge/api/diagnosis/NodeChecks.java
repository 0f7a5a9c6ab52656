package io.regionbridge.api.diagnosis;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.ClusterFacts;
import io.regionbridge.router.diagnosis.EgressChecks;
import io.regionbridge.router.diagnosis.EgressFacts;
import io.regionbridge.router.diagnosis.HostChecks;
import io.regionbridge.router.diagnosis.HostFacts;
import io.regionbridge.router.diagnosis.PolicyChecks;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is to be said of this machine: its kernel, and what that does with traffic for peers. */
public final class NodeChecks {
  private static final Logger log = LoggerFactory.getLogger(NodeChecks.class);

  /** States of policies that send something. */
  private static final Set<String> IN_FORCE = Set.of("active", "contested");

  private NodeChecks() {}

  /**
   * Looks at this machine.
   *
   * @param configured the name of the overlay's interface, if it is not one of the usual
   * @param status of the bridge that runs here, if one answered: it knows what is sent to peers
   * @param cluster what its API server says, if it was asked
   * @param node as Kubernetes calls this machine, if it is known
   */
  public static List<Check> look(
      Optional<String> configured,
      Optional<BridgeStatus> status,
      Optional<ClusterFacts> cluster,
      Optional<String> node) {
    HostFacts host = HostFacts.read(configured);
    List<Check> checks = new ArrayList<>(HostChecks.of(host));
    Optional<String> ciliumDevices = cluster.flatMap(ClusterFacts::ciliumDevices);
    host.overlay()
        .ifPresent(overlay ->
            checks.addAll(egress(overlay, sent(status), tunnelUp(status), ciliumDevices)));
    cluster
        .flatMap(facts -> node.map(name -> PolicyChecks.ofNode(facts.cilium(), name, addresses())))
        .ifPresent(checks::addAll);
    return checks;
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

  private static List<Cidr> sent(Optional<BridgeStatus> status) {
    return status.stream()
        .flatMap(known -> known.policies().stream())
        .filter(policy -> IN_FORCE.contains(policy.state()))
        .flatMap(policy -> policy.destinationCIDRs().stream())
        .map(Cidr::of)
        .distinct()
        .toList();
  }

  private static boolean tunnelUp(Optional<BridgeStatus> status) {
    return status.stream()
        .flatMap(known -> known.tunnels().stream())
        .anyMatch(tunnel -> tunnel.state().equals("up"));
  }

  private static List<Check> egress(
      String overlay, List<Cidr> ranges, boolean tunnelUp, Optional<String> ciliumDevices) {
    try {
      return EgressChecks.of(EgressFacts.read(overlay, ranges, tunnelUp, ciliumDevices));
    } catch (IOException e) {
      return List.of(
          Check.warning(
              "egress route",
              "the kernel does not tell its routes: " + e.getMessage(),
              "ip route; run doctor on the router node itself"));
    }
  }
}
