package io.regionbridge.router.diagnosis;

import io.regionbridge.router.tunnel.HostSettings;
import java.util.ArrayList;
import java.util.List;

/** The checks of a node. Pure. */
public final class HostChecks {
  /** What IPv6 needs (RFC 8200, section 5), and what Cilium's own headers leave of 1420. */
  private static final int LEAST_MTU = 1280;

  /** In percent of what the table of connections holds. */
  private static final int NEARLY_FULL = 80;

  private HostChecks() {}

  /** All checks of this node. */
  public static List<Check> of(HostFacts host) {
    List<Check> checks = new ArrayList<>();
    host.vxlanFiltered().ifPresent(filtered -> checks.add(vxlan(filtered)));
    if (host.overlay().isEmpty()) {
      checks.add(
          Check.skipped(
              "node", "this machine has no interface wt0, tailscale0 or wg0: no router node"));
      return checks;
    }
    String name = host.overlay().get();
    if (!host.up()) {
      checks.add(Check.failure("overlay", name + " is down", "ip link set " + name + " up"));
    } else if (host.mtu() < LEAST_MTU) {
      checks.add(
          Check.failure(
              "overlay",
              "%s has an MTU of %d; large packets vanish".formatted(name, host.mtu()),
              "ip link set " + name + " mtu 1280, and in the overlay agent's settings"));
    } else {
      checks.add(Check.ok("overlay", "%s is up, MTU %d".formatted(name, host.mtu())));
    }
    for (HostSettings.Finding finding : host.settings()) {
      String wanted = finding.setting().endsWith("rp_filter") ? "2" : "1";
      checks.add(
          Check.failure(
              "kernel",
              "%s is %s: %s".formatted(finding.setting(), finding.value(), finding.advice()),
              "sysctl -w %s=%s, and in /etc/sysctl.d".formatted(finding.setting(), wanted)));
    }
    if (host.settings().isEmpty()) {
      checks.add(Check.ok("kernel", "forwards between pods and " + name));
    }
    host.connections().ifPresent(connections -> checks.add(connections(connections)));
    if (!host.netAdmin() && !host.userspace() && !name.startsWith("tailscale")) {
      checks.add(
          Check.warning(
              "capabilities",
              "without CAP_NET_ADMIN the kernel does not tell of handshakes",
              "security.netAdmin: true in the chart's values, or run doctor as root to see what the"
                  + " bridge sees"));
    }
    return checks;
  }

  private static Check vxlan(boolean filtered) {
    return filtered
        ? Check.ok("wrapped packets", "UDP 8473 takes them from this region's nodes alone")
        : Check.failure(
            "wrapped packets",
            "UDP 8473 takes them from anybody, who can so send as any pod",
            "upgrade bridges and custom resource definitions; see the agent's log; nft list table"
                + " ip region-bridge-vxlan");
  }

  /** A gateway sees every connection of its region to all others. */
  private static Check connections(HostFacts.Connections connections) {
    String message =
        "the kernel follows %d connections, and has room for %d"
            .formatted(connections.count(), connections.most());
    return connections.count() * 100 < connections.most() * NEARLY_FULL
        ? Check.ok("connections", message)
        : Check.warning(
            "connections",
            message + "; packets of those beyond are dropped",
            "sysctl -w net.netfilter.nf_conntrack_max=%d, and in /etc/sysctl.d"
                .formatted(connections.most() * 2));
  }
}
