package io.regionbridge.router.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What silently breaks the way of pods' traffic out of a router node. Pure. */
public final class EgressChecks {
  /** Bits of packet marks that others on a node use, and who. */
  private record Marks(int mask, String owner) {}

  private static final List<Marks> MARKS =
      List.of(new Marks(0xc000, "kube-proxy"), new Marks(0x0f00, "Cilium"));

  private EgressChecks() {}

  /** All checks of a node's egress. */
  public static List<Check> of(EgressFacts facts) {
    List<Check> checks = new ArrayList<>();
    checkRoutes(facts, checks);
    checkOwn(facts, checks);
    if (facts.sourceMark()) {
      checks.add(
          Check.warning(
              "source mark",
              "net.ipv4.conf.all.src_valid_mark is 1: with Cilium, packets for the node's own pods"
                  + " may be dropped",
              "sysctl -w net.ipv4.conf.all.src_valid_mark=0, unless the overlay's agent needs it"));
    }
    for (Marks marks : MARKS) {
      // NetBird's own mark meets both, on every node, and has no setting: it harms where nothing
      // gets through.
      if (!facts.tunnelUp() && (facts.fwmark() & marks.mask()) != 0) {
        checks.add(
            Check.warning(
                "packet marks",
                "no tunnel is up, and the overlay marks its packets 0x%x, of which %s uses 0x%x"
                    .formatted(facts.fwmark(), marks.owner(), marks.mask()),
                "nft list ruleset | grep -i mark, for rules of %s that drop them; or give the device"
                        .formatted(marks.owner())
                    + " a mark outside of 0x%x".formatted(marks.mask())));
      }
    }
    facts
        .ciliumDevices()
        .filter(devices -> !named(devices, facts.overlay()))
        .ifPresent(devices ->
            checks.add(
                Check.failure(
                    "Cilium devices",
                    "Cilium's devices (%s) leave %s out: Cilium drops what pods send by it"
                        .formatted(devices, facts.overlay()),
                    "add %s to devices in Cilium's Helm values, and try it on one node first"
                        .formatted(facts.overlay()))));
    facts
        .ciliumMtu()
        .filter(mtu -> facts.mtu() > 0 && (mtu == 0 || mtu > facts.mtu()))
        .ifPresent(mtu ->
            checks.add(
                Check.warning(
                    "packet size",
                    "pods send packets larger than the %d octets that %s takes: the bridge limits"
                            .formatted(facts.mtu(), facts.overlay())
                        + " TCP, larger packets of UDP are lost",
                    "set MTU: %d in Cilium's Helm values; pods have it from their next start on"
                        .formatted(facts.mtu()))));
    return checks;
  }

  /** Rules of the overlay's agent that come before the main table take this region's pods, too. */
  private static void checkOwn(EgressFacts facts, List<Check> checks) {
    for (EgressFacts.RangeRoute way : facts.own()) {
      if (way.interfaceName().equals(Optional.of(facts.overlay()))) {
        checks.add(
            Check.failure(
                "own pods",
                "%s of this region leaves by %s: this node does not reach the region's other pods"
                    .formatted(way.range(), facts.overlay()),
                "ip rule add to %s priority 2500 lookup main, and have it made at each start"
                    .formatted(way.range())));
      }
    }
  }

  private static void checkRoutes(EgressFacts facts, List<Check> checks) {
    String overlay = facts.overlay();
    Set<String> own = Set.of(overlay, "region-bridge");
    int fine = 0;
    for (EgressFacts.RangeRoute way : facts.ways()) {
      if (way.interfaceName().isEmpty()) {
        checks.add(
            Check.failure(
                "egress route",
                "the kernel has no route to %s: what pods send there is dropped here"
                    .formatted(way.range()),
                "have the overlay's agent route it, or set overlay.mode to manage"));
      } else if (!own.contains(way.interfaceName().get())) {
        checks.add(
            Check.failure(
                "egress route",
                "%s leaves by %s, not by %s"
                    .formatted(way.range(), way.interfaceName().get(), overlay),
                "ip route get %s, and have the overlay's agent route it; fine on a node that sends"
                        .formatted(way.range().toString().replaceFirst("/.*", ""))
                    + " to the active gateway itself"));
      } else {
        fine++;
      }
    }
    if (fine > 0 && fine == facts.ways().size()) {
      checks.add(Check.ok("egress route", "all %d ranges leave by %s".formatted(fine, overlay)));
    }
  }

  /** Cilium takes names with a plus as a wildcard at their end, separated by spaces or commas. */
  private static boolean named(String devices, String name) {
    for (String device : devices.strip().split("[ ,]+", -1)) {
      boolean prefix = device.endsWith("+");
      String pattern =
          Pattern.quote(prefix ? device.substring(0, device.length() - 1) : device)
              + (prefix ? ".*" : "");
      if (device.isEmpty() || name.matches(pattern)) {
        return true;
      }
    }
    return false;
  }
}
