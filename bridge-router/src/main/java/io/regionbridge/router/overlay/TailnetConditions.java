package io.regionbridge.router.overlay;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.wireguard.Device;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an operator should know of tailscaled. Pure. */
final class TailnetConditions {
  /** Whether the overlay's agent is well. */
  static final String AGENT = "OverlayAgent";

  /** Whether the agent routes what pods send, and nothing that is this region's. */
  static final String ROUTES = "OverlayRoutes";

  /** An operator has that long to renew a key. */
  static final Duration EXPIRY_NOTICE = Duration.ofDays(7);

  /** Shared address space (RFC 6598), which tailscaled takes for its own (ts-input). */
  private static final Cidr SHARED = Cidr.of("100.64.0.0/10");

  private TailnetConditions() {}

  /**
   * The conditions of tailscaled.
   *
   * @param device as this node uses it; see {@link Tailnet#accepted}
   * @param carries whether packets with pods' addresses leave and arrive by this node
   */
  static List<Finding> of(
      Tailnet tailnet, Device device, Instant now, List<Cidr> pods, boolean carries) {
    List<Finding> findings = new ArrayList<>(2);
    findings.add(agent(tailnet, now));
    if (tailnet.running()) {
      findings.add(routes(tailnet, device, pods, carries));
    }
    return findings;
  }

  private static Finding agent(Tailnet tailnet, Instant now) {
    if (!tailnet.running()) {
      return Finding.no(
          AGENT,
          tailnet.state().matches("[A-Z][A-Za-z]*") ? tailnet.state() : "NotRunning",
          "tailscaled is in state %s, not Running: tailscale up".formatted(tailnet.state()));
    }
    Optional<Instant> expiry = tailnet.self().flatMap(Tailnet.Node::keyExpiry);
    if (expiry.isPresent() && expiry.get().isBefore(now.plus(EXPIRY_NOTICE))) {
      return Finding.no(
          AGENT,
          "KeyExpires",
          "this node's key expires at %s, and it leaves the overlay then: tailscale up"
                  .formatted(expiry.get())
              + " --force-reauth, or disable key expiry for the node");
    }
    return tailnet.health().isEmpty()
        ? Finding.yes(AGENT, "Running", "tailscaled is connected")
        : Finding.unknown(AGENT, "Warnings", String.join("; ", tailnet.health()));
  }

  private static Finding routes(Tailnet tailnet, Device device, List<Cidr> pods, boolean carries) {
    List<Cidr> offered =
        tailnet.peers().values().stream()
            .filter(Tailnet.Node::online)
            .flatMap(node -> node.routes().stream())
            .filter(range -> pods.stream().noneMatch(range::overlaps))
            .distinct()
            .sorted()
            .toList();
    boolean accepted =
        device.peers().stream()
            .anyMatch(peer -> peer.allowedIps().stream().anyMatch(offered::contains));
    if (!offered.isEmpty() && !accepted) {
      return Finding.no(
          ROUTES,
          "RoutesNotAccepted",
          "this node does not route %s: tailscale set --accept-routes".formatted(text(offered)));
    }
    Optional<Cidr> shared = pods.stream().filter(SHARED::overlaps).findFirst();
    if (shared.isPresent()) {
      return Finding.no(
          ROUTES,
          "PodsInSharedRange",
          "tailscaled drops what comes from %s, where this region's pods are, by another interface"
                  .formatted(SHARED)
              + " than its own: give the pods another range than %s".formatted(shared.get()));
    }
    if (carries) {
      for (Cidr range : pods) {
        Optional<Tailnet.Node> primary = tailnet.primaryElsewhere(range);
        if (primary.isPresent()) {
          return Finding.no(
              ROUTES,
              "PrimaryElsewhere",
              "Tailscale sends %s to %s, and takes packets with pods' addresses from there alone;"
                      .formatted(range, primary.get().name())
                  + " it is no router node of this region: run a bridge there, or disable the route"
                  + " of that node");
        }
      }
    }
    return Finding.yes(
        ROUTES,
        "Routed",
        offered.isEmpty() ? "no node offers a range" : text(offered) + " go to this overlay");
  }

  private static String text(List<Cidr> ranges) {
    return ranges.stream()
        .sorted(Comparator.naturalOrder())
        .map(Cidr::toString)
        .collect(Collectors.joining(", "));
  }
}
