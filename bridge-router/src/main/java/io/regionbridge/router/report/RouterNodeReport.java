package io.regionbridge.router.report;

import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.election.Reach;
import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.RegionSpec;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.topology.CidrMerge;
import io.regionbridge.router.topology.LocalRegion;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes the RouterNode object of a router node. Pure. */
public final class RouterNodeReport {
  /** Whether packets to other regions pass by this node itself. */
  private static final String REACHING = "PeersReached";

  private RouterNodeReport() {}

  /**
   * What agents read.
   *
   * @param egress what they send to this node while it is the active gateway
   * @param carrier the other router node that they send it to instead
   */
  public record Routing(List<RouterNodeStatus.Egress> egress, Optional<String> carrier) {
    public Routing {
      egress = List.copyOf(egress);
    }
  }

  /**
   * Makes the spec.
   *
   * @param nodeAddress in the cluster
   * @param dnsPort of the bridge
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
        texts(local.serviceCidrs().cidrs()),
        local.aliases().isEmpty()
            ? null
            : local.aliases().ranges().stream()
                .map(range ->
                    new RegionSpec.Alias(range.range().toString(), range.alias().toString()))
                .toList());
  }

  /**
   * Makes the status.
   *
   * @param fit whether it could be the active gateway
   * @param reaches whether packets to other regions pass by this node itself
   * @param transitions of the active gateway
   * @param keyRotation the last request that was carried out
   * @param routing settings for the agents, if there are any
   * @param undeclared regions known by the overlay only
   * @param before its conditions until now
   */
  public static RouterNodeStatus status(
      boolean active,
      boolean fit,
      Reach reaches,
      int transitions,
      Optional<String> keyRotation,
      Optional<Routing> routing,
      LocalRegion local,
      List<RouterNodeStatus.OverlayRegion> undeclared,
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
        routing.map(Routing::egress).orElse(null),
        routing.flatMap(Routing::carrier).orElse(null),
        routing.map(_ -> texts(nodes(local))).orElse(null),
        undeclared.isEmpty() ? null : undeclared,
        null,
        Conditions.merge(before, List.of(ready, reaching(reaches)), 0, now));
  }

  private static List<Cidr> nodes(LocalRegion local) {
    return CidrMerge.merge(local.nodeAddresses().stream().map(Cidr::host).toList());
  }

  private static Finding reaching(Reach reaches) {
    return switch (reaches) {
      case SEEING -> new Finding(REACHING, State.TRUE, "Answers", "a gateway of a peer answers");
      case UNKNOWN -> new Finding(REACHING, State.UNKNOWN, "NotProbed", "it is too soon to say");
      case BLIND ->
          new Finding(
              REACHING,
              State.FALSE,
              "Silent",
              "nothing comes back from any peer by this node: its own pods go by the active"
                  + " gateway");
    };
  }

  /** Whether a router node reports that it reaches no peer. */
  public static boolean cutOff(RouterNodeFacts node) {
    return node.conditions().stream()
        .anyMatch(c -> c.type().equals(REACHING) && c.status().equals(State.FALSE.text()));
  }

  private static List<String> texts(List<?> values) {
    return values.stream().map(Object::toString).toList();
  }
}
