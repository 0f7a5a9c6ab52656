package io.regionbridge.router.report;

import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.topology.LocalRegion;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a router node says of itself in its RouterNode object. Pure. */
public final class RouterNodeReport {
  private RouterNodeReport() {}

  /**
   * What it says.
   *
   * @param nodeAddress of the node in the cluster
   * @param dnsPort where the bridge serves DNS
   */
  public static RouterNodeSpec spec(
      InetAddress nodeAddress, int dnsPort, OverlayView overlay, LocalRegion local) {
    return new RouterNodeSpec(
        local.name(),
        local.domain(),
        IpLiteral.format(nodeAddress),
        overlay.address().map(IpLiteral::format).orElse(null),
        dnsPort,
        overlay.publicKey().orElse(null),
        overlay.nextPublicKey().orElse(null),
        overlay.endpoint().map(SocketLiteral::format).orElse(null),
        texts(local.podCidrs().cidrs()),
        texts(local.serviceCidrs().cidrs()));
  }

  /**
   * The status.
   *
   * @param active whether it is the active gateway
   * @param fit whether it could be
   * @param transitions how often the active gateway has changed
   * @param keyRotation the last request to rotate the key that was taken up
   * @param egress what agents send to it while it is the active gateway; empty: they do not
   * @param before the conditions that it has
   */
  public static RouterNodeStatus status(
      boolean active,
      boolean fit,
      int transitions,
      Optional<String> keyRotation,
      Optional<List<RouterNodeStatus.Egress>> egress,
      List<Condition> before,
      Instant now) {
    Finding ready =
        fit
            ? new Finding("Ready", State.TRUE, "Serving", "DNS is served and the overlay is up")
            : new Finding(
                "Ready", State.FALSE, "Unfit", "DNS is not served, or the overlay is down");
    return new RouterNodeStatus(
        active ? "Active" : "Standby",
        transitions,
        keyRotation.orElse(null),
        egress.orElse(null),
        null,
        Conditions.merge(before, List.of(ready), 0, now));
  }

  private static List<String> texts(List<?> values) {
    return values.stream().map(Object::toString).toList();
  }
}
