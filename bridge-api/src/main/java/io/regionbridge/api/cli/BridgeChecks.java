package io.regionbridge.api.cli;

import io.regionbridge.api.status.Age;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.Fault;
import io.regionbridge.api.status.Faults;
import io.regionbridge.router.diagnosis.Check;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What is to be said of a running bridge, by its own status. Pure. */
final class BridgeChecks {
  private static final Duration CLOCK_BEARABLE = Duration.ofSeconds(5);

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
    made.faults();
    status.peers().forEach(made::peer);
    status.tunnels().forEach(made::tunnel);
    status.policies().forEach(made::policy);
    return made.checks;
  }

  private void bridge(String version) {
    String name = "region " + status.region().name();
    if (!status.ready()) {
      return; // told as a fault
    }
    if (!version.equals(status.version())) {
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

  /** What the status itself says needs attention. */
  private void faults() {
    long good = status.conditions().stream().filter(Faults::good).count();
    checks.add(
        Check.ok(
            "conditions",
            "%d of %d are as they should be".formatted(good, status.conditions().size())));
    for (Fault fault : Faults.of(status)) {
      String since = fault.since();
      String message =
          fault.message() + (since == null ? "" : " (for " + Age.of(since, status.time()) + ")");
      checks.add(
          fault.failure()
              ? Check.failure(fault.about(), message, fault.remedy())
              : Check.warning(fault.about(), message, fault.remedy()));
    }
  }

  // What is well.

  private void peer(BridgeStatus.Peer peer) {
    List<BridgeStatus.Gateway> gateways = peer.gateways();
    if (!gateways.isEmpty() && gateways.stream().allMatch(g -> g.state().equals("up"))) {
      double nearest =
          gateways.stream().mapToDouble(BridgeStatus.Gateway::rttMillis).min().orElse(0);
      checks.add(
          Check.ok(
              "gateways",
              "region %s: all %d answer, in %.1f ms"
                  .formatted(peer.name(), gateways.size(), nearest)));
    }
  }

  private void tunnel(BridgeStatus.Tunnel tunnel) {
    String to = tunnel.region().isEmpty() ? tunnel.publicKey() : "region " + tunnel.region();
    String handshake = tunnel.lastHandshake();
    if (tunnel.state().equals("up")) {
      String last = handshake == null ? "never" : Age.of(handshake, status.time()) + " ago";
      checks.add(Check.ok("tunnel", "to %s: last handshake %s".formatted(to, last)));
    } else if (tunnel.state().equals("idle") && tunnel.region().isEmpty()) {
      checks.add(Check.ok("tunnel", "to %s: no traffic".formatted(to)));
    }
  }

  private void policy(BridgeStatus.Policy policy) {
    if (policy.state().equals("active")) {
      checks.add(
          Check.ok(
              "egress",
              "to region %s by %s: %s"
                  .formatted(
                      policy.region(),
                      policy.gateway(),
                      String.join(", ", policy.destinationCIDRs()))));
    }
  }
}
