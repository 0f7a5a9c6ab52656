package io.regionbridge.api.diagnosis;

import io.regionbridge.api.status.Age;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.Fault;
import io.regionbridge.api.status.Faults;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The checks of a running bridge, by its own status. Pure. */
public final class BridgeChecks {
  private static final Duration CLOCK_BEARABLE = Duration.ofSeconds(5);

  /** What NetBird and Tailscale take overlay addresses from (RFC 6598). */
  private static final Cidr SHARED = Cidr.of("100.64.0.0/10");

  private static final Set<String> NETBIRD_PORTS = Set.of("53", "5053", "5353", "22054");

  private final BridgeStatus status;
  private final Asked asked;
  private final List<Check> checks = new ArrayList<>();

  /** This machine's time before and after the status request. */
  public record Asked(Instant from, Instant until) {
    /** How far a time is outside. */
    Duration off(Instant time) {
      return time.isBefore(from)
          ? Duration.between(time, from)
          : time.isAfter(until) ? Duration.between(until, time) : Duration.ZERO;
    }
  }

  private BridgeChecks(BridgeStatus status, Asked asked) {
    this.status = status;
    this.asked = asked;
  }

  /**
   * All checks of a bridge.
   *
   * @param version of this program
   * @param asked when the status was taken, by this machine's clock
   */
  public static List<Check> of(BridgeStatus status, String version, Asked asked) {
    BridgeChecks made = new BridgeChecks(status, asked);
    made.checkBridge(version);
    made.checkClock();
    made.checkFaults();
    made.checkOverlay();
    made.checkPorts();
    made.checkConnections();
    status.peers().forEach(made::checkPeer);
    status.tunnels().forEach(made::checkTunnel);
    status.policies().forEach(made::checkPolicy);
    return made.checks;
  }

  private void checkBridge(String version) {
    String name = "region " + status.region().name();
    if (!status.ready()) {
      return; // reported as a fault
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

  private void checkClock() {
    try {
      Duration off = asked.off(Instant.parse(status.time()));
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
  private void checkFaults() {
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

  /** Packets for an overlay address that is a pod's, too, do not leave for the overlay. */
  private void checkOverlay() {
    List<Cidr> own = new ArrayList<>(ranges(status.region().podCIDRs()));
    own.addAll(ranges(status.region().serviceCIDRs()));
    for (BridgeStatus.LocalGateway gateway : status.gateways()) {
      String address = gateway.overlayAddress();
      if (address == null) {
        continue;
      }
      IpLiteral.parse(address)
          .flatMap(parsed -> own.stream().filter(range -> range.contains(parsed)).findFirst())
          .ifPresent(range ->
              checks.add(
                  Check.failure(
                      "overlay range",
                      "%s has overlay address %s, which is in this region's own range %s"
                          .formatted(gateway.node(), address, range),
                      "give the overlay another range in its agent's settings, or the pods and"
                          + " Services: no two may share one")));
    }
  }

  /** NetBird's agent answers DNS itself on addresses of its overlay. */
  private void checkPorts() {
    for (String listen : status.dns().listen()) {
      int colon = listen.lastIndexOf(':');
      String port = listen.substring(colon + 1);
      boolean overlay =
          IpLiteral.parse(listen.substring(0, Math.max(colon, 0)).replaceAll("[\\[\\]]", ""))
              .filter(SHARED::contains)
              .isPresent();
      if (overlay && NETBIRD_PORTS.contains(port)) {
        checks.add(
            Check.warning(
                "DNS port",
                "%s is a port of NetBird's own DNS: whoever starts first has it".formatted(listen),
                "set dns.listen to another port, 1053 unless something has it, on all gateways"));
      }
    }
  }

  /** An idle connection makes room for another one, so only busy ones keep clients out. */
  private void checkConnections() {
    BridgeStatus.Dns dns = status.dns();
    checks.add(
        dns.refusedConnections() == 0
            ? Check.ok(
                "TCP connections",
                "%d of clients are open, and none was turned away".formatted(dns.connections()))
            : Check.warning(
                "TCP connections",
                "%d of clients were turned away since %s: all others had a query under way"
                    .formatted(dns.refusedConnections(), status.startedAt()),
                "raise dns.tcp.maxConnections, or dns.tcp.maxConnectionsPerClient where one"
                    + " resolver asks for all"));
  }

  private static List<Cidr> ranges(List<String> texts) {
    return texts.stream().flatMap(text -> Cidr.parse(text).get().stream()).toList();
  }

  // What is well.

  private void checkPeer(BridgeStatus.Peer peer) {
    List<BridgeStatus.Gateway> gateways = peer.gateways();
    if (!gateways.isEmpty() && gateways.stream().allMatch(g -> g.state().equals("up"))) {
      double nearest =
          gateways.stream().mapToDouble(BridgeStatus.Gateway::rttMillis).min().orElse(0);
      checks.add(
          Check.ok(
              "gateways",
              "region %s: %s, in %.1f ms"
                  .formatted(
                      peer.name(),
                      gateways.size() == 1
                          ? "its only one answers"
                          : "all %d answer".formatted(gateways.size()),
                      nearest)));
    }
  }

  private void checkTunnel(BridgeStatus.Tunnel tunnel) {
    String to = tunnel.region().isEmpty() ? tunnel.publicKey() : "region " + tunnel.region();
    String handshake = tunnel.lastHandshake();
    if (tunnel.state().equals("up")) {
      String last = handshake == null ? "never" : Age.of(handshake, status.time()) + " ago";
      checks.add(Check.ok("tunnel", "to %s: last handshake %s".formatted(to, last)));
    } else if (tunnel.state().equals("idle") && tunnel.region().isEmpty()) {
      checks.add(Check.ok("tunnel", "to %s: no traffic".formatted(to)));
    }
  }

  private void checkPolicy(BridgeStatus.Policy policy) {
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
