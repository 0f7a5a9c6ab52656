package io.regionbridge.api.cli;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A status as text for a terminal of 80 columns: what is wrong last, where the eye is. Pure. */
final class StatusTable {
  /** Conditions that name what is wrong rather than what is right. */
  private static final Set<String> BAD_IF_TRUE = Set.of("CIDRConflict");

  private StatusTable() {}

  static List<String> of(BridgeStatus status) {
    return of(status, false, false);
  }

  /**
   * The lines.
   *
   * @param wide whether they may be longer than 80 columns, and tell more
   * @param colour whether states have one
   */
  static List<String> of(BridgeStatus status, boolean wide, boolean colour) {
    List<String> lines = new ArrayList<>();
    BridgeStatus.Region region = status.region();
    lines.add(
        "region %s (%s): %s, up for %s, version %s"
            .formatted(
                region.name(),
                region.domain(),
                status.ready() ? "ready" : "not ready",
                age(status.startedAt(), status.time()),
                status.version()));
    lines.addAll(
        new Columns()
            .row("  dns", String.join(", ", status.dns().listen()))
            .row("  pods", ranges(region.podCIDRs()))
            .row(
                "  directory",
                "%d Services, %d endpoints"
                    .formatted(status.directory().services(), status.directory().endpoints()))
            .row("  answers", answers(status.dns()))
            .row("  cache", status.dns().cacheEntries() + " entries")
            .lines());
    if (!status.gateways().isEmpty()) {
      lines.add("");
      lines.addAll(gateways(status));
    }
    lines.add("");
    lines.addAll(peers(status, colour));
    if (!status.tunnels().isEmpty()) {
      lines.add("");
      lines.addAll(tunnels(status, wide, colour));
    }
    if (!status.policies().isEmpty()) {
      lines.add("");
      lines.addAll(policies(status, colour));
    }
    if (wide && !status.peers().isEmpty()) {
      lines.add("");
      lines.addAll(ranges(status));
    }
    List<String> remarks = remarks(status);
    if (!remarks.isEmpty()) {
      lines.add("");
      lines.addAll(remarks);
    }
    return lines;
  }

  private static String answers(BridgeStatus.Dns dns) {
    String bySource =
        dns.answers().entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "));
    return dns.failures() == 0 ? bySource : bySource + "; of these " + dns.failures() + " SERVFAIL";
  }

  private static List<String> gateways(BridgeStatus status) {
    Columns columns = new Columns().row("ROUTER NODE", "ADDRESS", "OVERLAY", "NODE", "ROLE");
    for (BridgeStatus.LocalGateway gateway : status.gateways()) {
      columns.row(
          gateway.node(),
          orDash(gateway.nodeAddress()),
          orDash(gateway.overlayAddress()),
          gateway.ready() ? "ready" : "not ready",
          gateway.active() ? "active" : "standby");
    }
    return columns.lines();
  }

  private static List<String> tunnels(BridgeStatus status, boolean wide, boolean colour) {
    Columns columns =
        new Columns().row("TUNNEL TO", "ENDPOINT", "STATE", "FOR", "HANDSHAKE", "RX", "TX");
    for (BridgeStatus.Tunnel tunnel : status.tunnels()) {
      String handshake = tunnel.lastHandshake();
      columns.row(
          destination(tunnel, wide),
          orDash(tunnel.endpoint()),
          state(tunnel.state(), colour),
          age(tunnel.since(), status.time()),
          handshake == null ? "never" : age(handshake, status.time()) + " ago",
          octets(tunnel.rxBytes()),
          octets(tunnel.txBytes()));
    }
    return columns.lines();
  }

  private static String destination(BridgeStatus.Tunnel tunnel, boolean wide) {
    if (wide) {
      return "%s %s".formatted(tunnel.region(), tunnel.publicKey()).strip();
    }
    String key = tunnel.publicKey();
    return tunnel.region().isEmpty()
        ? key.substring(0, Math.min(8, key.length())) + "…"
        : tunnel.region();
  }

  private static List<String> policies(BridgeStatus status, boolean colour) {
    Columns columns = new Columns().row("EGRESS TO", "BY GATEWAY", "STATE", "RANGES");
    for (BridgeStatus.Policy policy : status.policies()) {
      columns.row(
          policy.region(),
          policy.gateway().isEmpty() ? "none" : policy.gateway(),
          state(policy.state(), colour),
          String.join(", ", policy.destinationCIDRs()));
    }
    return columns.lines();
  }

  private static List<String> ranges(BridgeStatus status) {
    Columns columns = new Columns().row("REGION", "DOMAIN", "PODS", "SERVICES", "KNOWN FROM");
    for (BridgeStatus.Peer peer : status.peers()) {
      columns.row(
          peer.name(),
          peer.domain(),
          ranges(peer.podCIDRs()),
          ranges(peer.serviceCIDRs()),
          String.join(", ", peer.sources()));
    }
    return columns.lines();
  }

  private static String state(String state, boolean colour) {
    Style style =
        switch (state) {
          case "up", "active" -> Style.GOOD;
          case "down", "silent", "blocked", "error" -> Style.BAD;
          default -> Style.UNSURE;
        };
    return style.of(state, colour);
  }

  /** In the binary unit that leaves one to four digits. */
  static String octets(long count) {
    long left = count;
    for (String unit : new String[] {"B", "KiB", "MiB", "GiB"}) {
      if (left < 10_000) {
        return left + " " + unit;
      }
      left /= 1024;
    }
    return left + " TiB";
  }

  private static String orDash(@Nullable String text) {
    return text == null ? "-" : text;
  }

  private static List<String> peers(BridgeStatus status, boolean colour) {
    if (status.peers().isEmpty()) {
      return List.of("no peer region is configured");
    }
    Columns columns =
        new Columns().row("REGION", "GATEWAY", "STATE", "FOR", "RTT", "ANSWERED", "NOT ANSWERED");
    for (BridgeStatus.Peer peer : status.peers()) {
      String name = peer.name();
      for (BridgeStatus.Gateway gateway : peer.gateways()) {
        Map<String, Long> exchanges = gateway.exchanges();
        long answered = exchanges.getOrDefault("answered", 0L);
        long all = exchanges.values().stream().mapToLong(Long::longValue).sum();
        columns.row(
            name,
            gateway.address(),
            state(gateway.state(), colour),
            age(gateway.since(), status.time()),
            gateway.rttMillis() == 0
                ? "-"
                : String.format(Locale.ROOT, "%.1f ms", gateway.rttMillis()),
            Long.toString(answered),
            Long.toString(all - answered));
        name = "";
      }
      if (peer.gateways().isEmpty()) {
        columns.row(name, "none", "-", "-", "-", "-", "-");
      }
    }
    return columns.lines();
  }

  private static List<String> remarks(BridgeStatus status) {
    List<String> remarks = new ArrayList<>();
    status.notReady().forEach(reason -> remarks.add("not ready: " + reason));
    status.conditions().forEach(condition -> remark("", condition, remarks));
    status.directory().problems().forEach(problem -> remarks.add("directory: " + problem));
    for (BridgeStatus.RemappedService service : status.directory().remapped()) {
      remarks.add(
          "Service %s/%s: peers get pods that listen on other ports: %s"
              .formatted(service.namespace(), service.name(), String.join(", ", service.ports())));
    }
    for (BridgeStatus.Policy policy : status.policies()) {
      if (!policy.state().equals("active")) {
        remarks.add(
            "egress to region %s is %s: %s"
                .formatted(policy.region(), policy.state(), policy.message()));
      }
    }
    for (BridgeStatus.Peer peer : status.peers()) {
      peer.conditions()
          .forEach(condition -> remark("region " + peer.name() + ": ", condition, remarks));
      for (BridgeStatus.Gateway gateway : peer.gateways()) {
        if (gateway.state().equals("down")) {
          remarks.add(
              "region %s: gateway %s: %s"
                  .formatted(peer.name(), gateway.address(), gateway.reason()));
        }
      }
      if (peer.containedAnswers() > 0) {
        remarks.add(
            "region %s: %d answers pointed outside its ranges and were refused"
                .formatted(peer.name(), peer.containedAnswers()));
      }
    }
    return remarks;
  }

  private static void remark(String subject, Condition condition, List<String> remarks) {
    boolean good =
        condition.status().equals(BAD_IF_TRUE.contains(condition.type()) ? "False" : "True");
    if (!good) {
      remarks.add("%s%s: %s".formatted(subject, condition.type(), condition.message()));
    }
  }

  private static String ranges(List<String> ranges) {
    return ranges.isEmpty() ? "not known" : String.join(", ", ranges);
  }

  /** How long ago something was, in the one unit that says most. */
  static String age(String then, String now) {
    try {
      Duration age = Duration.between(Instant.parse(then), Instant.parse(now));
      if (age.toSeconds() < 120) {
        return Math.max(0, age.toSeconds()) + "s";
      }
      if (age.toMinutes() < 120) {
        return age.toMinutes() + "m";
      }
      return age.toHours() < 48 ? age.toHours() + "h" : age.toDays() + "d";
    } catch (DateTimeParseException e) {
      return "?";
    }
  }
}
