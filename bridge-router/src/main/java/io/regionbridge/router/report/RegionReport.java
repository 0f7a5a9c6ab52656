package io.regionbridge.router.report;

import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.RegionStatus;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.peers.GatewayProbes;
import io.regionbridge.router.peers.RegionTunnel;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes the status of a Region object. Pure. */
public final class RegionReport {
  /** The condition of a Region that says whether all claims about it accepted. */
  private static final String ACCEPTED = "ClaimsAccepted";

  private static final int MOST_REFUSALS = 16;
  private static final long COARSE_MILLIS = 50;
  private static final Finding NOT_OBSERVED =
      new Finding(
          RegionTunnel.CONDITION, State.UNKNOWN, "NotObserved", "no overlay device is looked at");

  private RegionReport() {}

  /**
   * Makes the status.
   *
   * @param problems of the object itself, one sentence each
   * @param learned announced ends of the region's tunnels
   * @param overlayKeys of the region's gateways on the overlay
   * @param others findings about its API server and its egress
   */
  public static RegionStatus status(
      RegionFacts region,
      Topology topology,
      GatewayProbes health,
      List<String> problems,
      List<Finding> others,
      Optional<RegionTunnel> tunnel,
      Optional<TunnelRecord> learned,
      Set<String> overlayKeys,
      Instant now) {
    Optional<PeerRegion> peer = topology.peer(region.name());
    List<RegionStatus.Gateway> gateways =
        peer.map(p -> p.gateways().stream().map(g -> gateway(p, g, health)).toList())
            .orElse(List.of());
    long up = gateways.stream().filter(g -> "Up".equals(g.health())).count();
    List<Finding> findings = new ArrayList<>();
    findings.add(reachable(gateways, up));
    findings.add(conflict(region.name(), topology));
    findings.add(accepted(region.name(), topology));
    findings.addAll(others);
    findings.add(tunnel.map(RegionTunnel::finding).orElse(NOT_OBSERVED));
    learned.flatMap(RegionReport::declaredKey).ifPresent(findings::add);
    findings.add(ready(peer.isPresent(), problems, findings));
    return new RegionStatus(
        peer.map(PeerRegion::domain).orElse(null),
        peer.map(p -> texts(p.podCidrs())).orElse(null),
        peer.map(p -> texts(p.serviceCidrs())).orElse(null),
        up + "/" + gateways.size(),
        gateways,
        tunnel
            .flatMap(RegionTunnel::lastHandshake)
            .map(at -> at.truncatedTo(ChronoUnit.SECONDS).toString())
            .orElse(null),
        learned.orElse(null),
        overlayKeys.isEmpty() ? null : overlayKeys.stream().sorted().toList(),
        region.generation(),
        Conditions.merge(region.conditions(), findings, region.generation(), now));
  }

  private static RegionStatus.Gateway gateway(
      PeerRegion peer, PeerRegion.Gateway gateway, GatewayProbes health) {
    Optional<GatewayProbes.State> state = health.of(peer.name(), gateway.address());
    return new RegionStatus.Gateway(
        SocketLiteral.format(gateway.address()),
        gateway.node().orElse(null),
        state.map(s -> s.up() ? "Up" : "Down").orElse("Unknown"),
        // Coarse, or every probe would be a write.
        state
            .filter(s -> s.roundTrip().isPositive())
            .map(s -> Math.ceilDiv(s.roundTrip().toMillis(), COARSE_MILLIS) * COARSE_MILLIS)
            .orElse(null));
  }

  /** Whether a bridge that knows nothing but the declaration would find the region. */
  private static Optional<Finding> declaredKey(TunnelRecord learned) {
    List<TunnelRecord.Gateway> gateways = learned.gateways();
    if (gateways == null || gateways.isEmpty()) {
      return Optional.empty();
    }
    String declared = learned.declaredPublicKey();
    return Optional.of(
        gateways.stream().anyMatch(g -> g.publicKey().equals(declared))
            ? new Finding("KeyDeclared", State.TRUE, "InUse", "the key in spec.wireguard is in use")
            : new Finding(
                "KeyDeclared",
                State.FALSE,
                "Rotated",
                "the key in spec.wireguard was rotated and is used no more; declare that of "
                    + gateways.stream()
                        .map(g -> g.name() + ", " + g.publicKey())
                        .collect(Collectors.joining(", or of "))));
  }

  private static Finding reachable(List<RegionStatus.Gateway> gateways, long up) {
    if (gateways.isEmpty()) {
      return new Finding(
          "DNSReachable",
          State.FALSE,
          "NoGateway",
          "no gateway is known: set spec.gateways or spec.kubeconfigSecretRef, or connect the"
              + " overlays");
    }
    boolean unknown = gateways.stream().allMatch(g -> "Unknown".equals(g.health()));
    if (unknown) {
      return new Finding("DNSReachable", State.UNKNOWN, "NotProbed", "not probed yet");
    }
    return up > 0
        ? new Finding("DNSReachable", State.TRUE, "GatewayUp", "a gateway answers")
        : new Finding(
            "DNSReachable", State.FALSE, "AllGatewaysDown", "no gateway answers DNS queries");
  }

  private static Finding conflict(String region, Topology topology) {
    String text = topology.disputeOf(region);
    return text.isEmpty()
        ? new Finding("CIDRConflict", State.FALSE, "None", "its ranges are its own")
        : new Finding("CIDRConflict", State.TRUE, "Overlap", text);
  }

  private static Finding accepted(String region, Topology topology) {
    List<String> refused =
        topology.refusals().stream()
            .filter(refusal -> refusal.region().equals(region))
            .map(refusal -> refusal.source().words() + ": " + refusal.what())
            .distinct()
            .toList();
    return refused.isEmpty()
        ? new Finding(ACCEPTED, State.TRUE, "Believed", "all claims about it accepted")
        : new Finding(
            ACCEPTED,
            State.FALSE,
            "Refused",
            refused.stream().limit(MOST_REFUSALS).collect(Collectors.joining("; "))
                + (refused.size() > MOST_REFUSALS
                    ? "; and %d more".formatted(refused.size() - MOST_REFUSALS)
                    : ""));
  }

  private static Finding ready(boolean present, List<String> problems, List<Finding> others) {
    if (!problems.isEmpty()) {
      return new Finding("Ready", State.FALSE, "Invalid", String.join("; ", problems));
    }
    if (!present) {
      return new Finding(
          "Ready", State.FALSE, "LeftOut", "its domain, or its name, is another region's");
    }
    return others.stream()
        .filter(finding -> finding.type().equals("DNSReachable"))
        .findFirst()
        .map(dns -> new Finding("Ready", dns.state(), dns.reason(), dns.message()))
        .orElseThrow();
  }

  private static List<String> texts(List<?> values) {
    return values.stream().map(Object::toString).toList();
  }
}
