package io.regionbridge.api.cli;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.router.diagnosis.Check;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is to be said of a running bridge, by its own status. Pure. */
final class BridgeChecks {
  private static final Duration CLOCK_BEARABLE = Duration.ofSeconds(5);

  /** A session of WireGuard ends by then; a peer that is spoken to has a new one sooner. */
  private static final Duration SESSION = Duration.ofMinutes(3);

  /** Conditions that are bad news when they are so. */
  private static final Set<String> BAD_IF_TRUE = Set.of("CIDRConflict");

  /** What mends what a condition tells of, where its message does not say so itself. */
  private static final Map<String, String> REMEDIES =
      Map.of(
          "CIDRConflict",
              "give one of the two another range (podCIDRs, serviceCIDRs), or take it out of there",
          "ConfigAccepted",
              "region-bridge check-config --config FILE; correct it, it is taken over by itself",
          "DirectoryLoaded", "kubectl get --raw /readyz; or correct the manifest that is named",
          "DNSReachable",
              "ask a gateway yourself: dig @GATEWAY -p 1053 DOMAIN SOA; see the tunnels above",
          "OverlayUp", "ip address show; start the overlay's agent, or set overlay.interface",
          "TunnelObserved", "overlay.capabilities in the chart, or set overlay.mode to none");

  private final BridgeStatus status;
  private final Instant now;
  private final List<Check> checks = new ArrayList<>();

  private BridgeChecks(BridgeStatus status, Instant now) {
    this.status = status;
    this.now = now;
  }

  /**
   * Everything.
   *
   * @param version of this program
   * @param now this machine's time, when the status came
   */
  static List<Check> of(BridgeStatus status, String version, Instant now) {
    BridgeChecks made = new BridgeChecks(status, now);
    made.bridge(version);
    made.clock();
    made.conditions();
    made.directory();
    status.peers().forEach(made::peer);
    status.tunnels().forEach(made::tunnel);
    status.policies().forEach(made::policy);
    return made.checks;
  }

  private void bridge(String version) {
    String name = "region " + status.region().name();
    if (!status.ready()) {
      checks.add(
          Check.failure(
              "bridge",
              name + " is not ready: " + String.join("; ", status.notReady()),
              "see the conditions below; its log says more"));
    } else if (!version.equals(status.version())) {
      checks.add(
          Check.warning(
              "bridge",
              "%s is ready, but of version %s, and this is %s"
                  .formatted(name, status.version(), version),
              "upgrade the older one"));
    } else {
      checks.add(Check.ok("bridge", "%s is ready, version %s".formatted(name, version)));
    }
  }

  private void clock() {
    try {
      Duration off = Duration.between(Instant.parse(status.time()), now).abs();
      if (off.compareTo(CLOCK_BEARABLE) > 0) {
        checks.add(
            Check.warning(
                "bridge's clock",
                "differs from this machine's by %d s".formatted(off.toSeconds()),
                "timedatectl set-ntp true, here and on the node"));
      }
    } catch (DateTimeException e) {
      checks.add(Check.skipped("bridge's clock", "it does not tell its time"));
    }
  }

  private void conditions() {
    int before = checks.size();
    status.conditions().forEach(condition -> condition("", condition));
    if (checks.size() == before) {
      checks.add(
          Check.ok(
              "conditions", "all %d are as they should be".formatted(status.conditions().size())));
    }
  }

  private void condition(String subject, Condition condition) {
    String good = BAD_IF_TRUE.contains(condition.type()) ? "False" : "True";
    if (condition.status().equals(good)) {
      return;
    }
    String since = condition.lastTransitionTime();
    String message =
        subject + condition.message() + (since == null ? "" : " (for " + age(since) + ")");
    String remedy =
        REMEDIES.getOrDefault(condition.type(), "region-bridge status shows what belongs to it");
    checks.add(
        condition.status().equals("Unknown")
            ? Check.warning(condition.type(), message, remedy)
            : Check.failure(condition.type(), message, remedy));
  }

  private void directory() {
    for (BridgeStatus.RemappedService service : status.directory().remapped()) {
      checks.add(
          Check.warning(
              "remapped Service",
              "%s/%s: peers get pods, which listen on other ports: %s"
                  .formatted(
                      service.namespace(), service.name(), String.join(", ", service.ports())),
              "dial the pods' port, give Service and pods the same one, or set"
                  + " directory.clusterIP: keep where nodes translate ClusterIPs"));
    }
  }

  private void peer(BridgeStatus.Peer peer) {
    String subject = "region " + peer.name() + ": ";
    peer.conditions().forEach(condition -> condition(subject, condition));
    List<BridgeStatus.Gateway> gateways = peer.gateways();
    long up = gateways.stream().filter(g -> g.state().equals("up")).count();
    for (BridgeStatus.Gateway gateway : gateways) {
      if (gateway.state().equals("down") && up > 0) {
        checks.add(
            Check.warning(
                "gateway",
                "%s%s is down for %s: %s"
                    .formatted(subject, gateway.address(), age(gateway.since()), gateway.reason()),
                "names still resolve by the others; see that node: kubectl get routernodes there"));
      }
    }
    if (up > 0 && up == gateways.size()) {
      checks.add(
          Check.ok(
              "gateways",
              "%sall %d answer, in %.1f ms"
                  .formatted(
                      subject,
                      up,
                      gateways.stream()
                          .mapToDouble(BridgeStatus.Gateway::rttMillis)
                          .min()
                          .orElse(0))));
    }
    if (!peer.contained()) {
      checks.add(
          Check.warning(
              "containment",
              subject + "its answers are not held against its ranges",
              "declare its podCIDRs and serviceCIDRs, and leave contain on"));
    }
    if (peer.containedAnswers() > 0) {
      checks.add(
          Check.warning(
              "containment",
              "%s%d answers pointed outside its ranges and were refused"
                  .formatted(subject, peer.containedAnswers()),
              "complete its podCIDRs and serviceCIDRs, if those addresses are its own"));
    }
  }

  private void tunnel(BridgeStatus.Tunnel tunnel) {
    String to = tunnel.region().isEmpty() ? tunnel.publicKey() : "region " + tunnel.region();
    String handshake = tunnel.lastHandshake();
    String last = handshake == null ? "never" : age(handshake) + " ago";
    switch (tunnel.state()) {
      case "up" -> checks.add(Check.ok("tunnel", "to %s: last handshake %s".formatted(to, last)));
      case "idle" ->
          checks.add(
              expired(handshake) && !tunnel.region().isEmpty()
                  ? Check.warning(
                      "tunnel",
                      "to %s: no traffic; last handshake %s".formatted(to, last),
                      "set persistentKeepalive to 25 s if that region must reach this one")
                  : Check.ok("tunnel", "to %s: no traffic".formatted(to)));
      default ->
          checks.add(
              Check.failure(
                  "tunnel",
                  "to %s is %s for %s; last handshake %s"
                      .formatted(to, tunnel.state(), age(tunnel.since()), last),
                  tunnel.endpoint() == null
                      ? "its endpoint is not known: is the other side running, does it know our"
                          + " key?"
                      : "is UDP to %s let through? is the other side running?"
                          .formatted(tunnel.endpoint())));
    }
  }

  private boolean expired(@Nullable String handshake) {
    try {
      return handshake == null
          || Duration.between(Instant.parse(handshake), Instant.parse(status.time()))
                  .compareTo(SESSION)
              > 0;
    } catch (DateTimeException e) {
      return true;
    }
  }

  private void policy(BridgeStatus.Policy policy) {
    String message =
        "%s: %s"
            .formatted(
                policy.region().isEmpty() ? policy.name() : "to region " + policy.region(),
                policy.message());
    switch (policy.state().toLowerCase(Locale.ROOT)) {
      case "active" ->
          checks.add(
              Check.ok(
                  "egress",
                  "to region %s by %s: %s"
                      .formatted(
                          policy.region(),
                          policy.gateway(),
                          String.join(", ", policy.destinationCIDRs()))));
      case "pending" ->
          checks.add(Check.warning("egress", message, "it is on its way; look again in a minute"));
      default ->
          checks.add(
              Check.failure(
                  "egress",
                  message,
                  "kubectl get ciliumegressgatewaypolicies; see CIDRs and Cilium"));
    }
  }

  private String age(String then) {
    return StatusTable.age(then, status.time());
  }
}
