package io.regionbridge.api.cli;

import io.regionbridge.api.status.Age;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.Count;
import io.regionbridge.api.status.Fault;
import io.regionbridge.api.status.Faults;
import io.regionbridge.api.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A status as text for a terminal. The worst fault is the first line, wherever the rest of the
 * output scrolls to; all faults, with what to do, are last. Pure.
 */
final class StatusTable {
  private static final String MARGIN = " ".repeat(9);

  private StatusTable() {}

  /**
   * Formats a status.
   *
   * @param wide whether lines may be longer than {@code columns}, with more columns in tables
   */
  static List<String> of(BridgeStatus status, int columns, boolean wide, boolean colour) {
    BridgeStatus.Region region = status.region();
    int room = wide ? Integer.MAX_VALUE : columns;
    List<Fault> faults = Faults.of(status);
    List<String> lines = new ArrayList<>(headline(faults, status, room, colour));
    String first =
        "region %s (%s): %s, up for %s, version %s"
            .formatted(
                region.name(),
                region.domain(),
                status.ready() ? "ready" : "not ready",
                Age.of(status.startedAt(), status.time()),
                status.version());
    lines.addAll(Paragraph.lines(Printable.of(first), room));
    lines.addAll(
        new Columns()
            .row("  dns", String.join(", ", status.dns().listen()))
            .row("  pods", ranges(region.podCIDRs(), region.aliasRanges()))
            .row(
                "  directory",
                Count.of(status.directory().services(), "Service")
                    + ", "
                    + Count.of(status.directory().endpoints(), "endpoint"))
            .row("  answers", answers(status.dns()))
            .row(
                "  cache",
                status.dns().cacheEntries()
                    + (status.dns().cacheEntries() == 1 ? " entry" : " entries"))
            .lines(room, false));
    if (!status.gateways().isEmpty()) {
      lines.add("");
      lines.addAll(gateways(status).lines(room, colour));
    }
    lines.add("");
    lines.addAll(peers(status, room, colour));
    if (status.peers().stream().anyMatch(peer -> peer.replica() != null)) {
      lines.add("");
      lines.addAll(replicas(status).lines(room, colour));
    }
    if (!status.tunnels().isEmpty()) {
      lines.add("");
      lines.addAll(tunnels(status, wide).lines(room, colour));
    }
    if (!status.policies().isEmpty()) {
      lines.add("");
      lines.addAll(policies(status).lines(room, colour));
    }
    if (wide && !status.peers().isEmpty()) {
      lines.add("");
      lines.addAll(ranges(status).lines(room, colour));
    }
    List<String> remarks = remarks(faults, status, wide, room, colour);
    if (!remarks.isEmpty()) {
      lines.add("");
      lines.addAll(remarks);
    }
    return lines;
  }

  /** The worst fault, and how many others there are; empty if there is none. */
  private static List<String> headline(
      List<Fault> faults, BridgeStatus status, int room, boolean colour) {
    if (faults.isEmpty()) {
      return List.of();
    }
    int others = faults.size() - 1;
    String more = others == 0 ? "" : "; %s below".formatted(Count.of(others, "other fault"));
    return marked(faults.getFirst(), text(faults.getFirst(), status) + more, room, colour);
  }

  private static String answers(BridgeStatus.Dns dns) {
    String bySource =
        dns.answers().entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "));
    return dns.failures() == 0 ? bySource : bySource + "; of these " + dns.failures() + " SERVFAIL";
  }

  private static Columns gateways(BridgeStatus status) {
    Columns columns = new Columns().row("ROUTER NODE", "ADDRESS", "OVERLAY", "NODE", "ROLE");
    for (BridgeStatus.LocalGateway gateway : status.gateways()) {
      columns.row(
          gateway.node(),
          orDash(gateway.nodeAddress()),
          orDash(gateway.overlayAddress()),
          gateway.ready() ? "ready" : "not ready",
          gateway.active() ? "active" : "standby");
    }
    return columns;
  }

  private static Columns tunnels(BridgeStatus status, boolean wide) {
    Columns columns =
        new Columns().row("TUNNEL TO", "ENDPOINT", "STATE", "FOR", "HANDSHAKE", "RX", "TX");
    for (BridgeStatus.Tunnel tunnel : status.tunnels()) {
      String handshake = tunnel.lastHandshake();
      columns.row(
          destination(tunnel, wide),
          orDash(tunnel.endpoint()),
          tunnel.state(),
          Age.of(tunnel.since(), status.time()),
          handshake == null ? "never" : Age.of(handshake, status.time()) + " ago",
          octets(tunnel.rxBytes()),
          octets(tunnel.txBytes()));
    }
    return columns.style(2, StatusTable::style);
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

  private static Columns policies(BridgeStatus status) {
    Columns columns = new Columns().row("EGRESS TO", "BY GATEWAY", "STATE", "RANGES");
    for (BridgeStatus.Policy policy : status.policies()) {
      columns.row(
          policy.region(),
          policy.gateway().isEmpty() ? "none" : policy.gateway(),
          policy.state(),
          String.join(", ", policy.destinationCIDRs()));
    }
    return columns.style(2, StatusTable::style);
  }

  private static Columns replicas(BridgeStatus status) {
    Columns columns =
        new Columns()
            .row("REGION", "REPLICA", "FOR", "SERVICES", "ENDPOINTS", "MEMORY", "FOLLOWED");
    for (BridgeStatus.Peer peer : status.peers()) {
      BridgeStatus.Replica replica = peer.replica();
      if (replica != null) {
        columns.row(
            peer.name(),
            replica.state(),
            Age.of(replica.since(), status.time()),
            Integer.toString(replica.services()),
            Integer.toString(replica.endpoints()),
            octets(replica.octets()),
            replica.message());
      }
    }
    return columns.style(1, StatusTable::style);
  }

  private static Columns ranges(BridgeStatus status) {
    Columns columns = new Columns().row("REGION", "DOMAIN", "PODS", "SERVICES", "KNOWN FROM");
    for (BridgeStatus.Peer peer : status.peers()) {
      columns.row(
          peer.name(),
          peer.domain(),
          ranges(peer.podCIDRs()),
          ranges(peer.serviceCIDRs()),
          String.join(", ", peer.sources()));
    }
    return columns;
  }

  private static Style style(String state) {
    return switch (state) {
      case "up", "active", "current" -> Style.GOOD;
      case "down", "silent", "blocked", "error" -> Style.BAD;
      default -> Style.UNSURE;
    };
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

  private static List<String> peers(BridgeStatus status, int room, boolean colour) {
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
            gateway.state(),
            Age.of(gateway.since(), status.time()),
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
    return columns.style(2, StatusTable::style).lines(room, colour);
  }

  /** What needs attention, worst first: what, for how long, and what to do. */
  private static List<String> remarks(
      List<Fault> faults, BridgeStatus status, boolean wide, int room, boolean colour) {
    List<String> remarks = new ArrayList<>();
    for (Fault fault : faults) {
      remarks.addAll(marked(fault, text(fault, status), room, colour));
      details(fault, wide)
          .forEach(detail -> beside(detail, room).forEach(line -> remarks.add(MARGIN + line)));
      beside("→ " + fault.remedy(), room)
          .forEach(line -> remarks.add(MARGIN + Style.FAINT.of(line, colour)));
    }
    return remarks;
  }

  /** What is wrong and for how long. */
  private static String text(Fault fault, BridgeStatus status) {
    String since = fault.since();
    String age = since == null ? "" : " (for " + Age.of(since, status.time()) + ")";
    return "%s: %s%s".formatted(fault.about(), fault.message(), age);
  }

  /** A text beside the severity of its fault. */
  private static List<String> marked(Fault fault, String text, int room, boolean colour) {
    String word = fault.severity();
    String mark = (fault.failure() ? Style.BAD : Style.UNSURE).of(word, colour);
    List<String> marked = new ArrayList<>();
    String lead = mark + " ".repeat(MARGIN.length() - word.length());
    for (String line : beside(text, room)) {
      marked.add(lead + line);
      lead = MARGIN;
    }
    return marked;
  }

  /** What follows from it: in full where there is room, else how much. */
  private static List<String> details(Fault fault, boolean wide) {
    if (wide) {
      return fault.details().stream().map(detail -> "- " + detail).toList();
    }
    int count = fault.details().size();
    return count == 0
        ? List.of()
        : List.of(
            "and %d more with this cause; -o wide lists %s"
                .formatted(count, count == 1 ? "it" : "them"));
  }

  /** In lines that fit beside the margin. */
  private static List<String> beside(String text, int room) {
    return Paragraph.lines(Printable.of(text), room - MARGIN.length());
  }

  /** The ranges, each with what peers know it by where that is another. */
  private static String ranges(List<String> ranges, List<BridgeStatus.AliasRange> aliases) {
    if (aliases.isEmpty()) {
      return ranges(ranges);
    }
    Stream<String> known =
        aliases.stream().map(each -> "%s, known as %s".formatted(each.range(), each.alias()));
    Stream<String> plain =
        ranges.stream()
            .filter(range -> aliases.stream().noneMatch(each -> each.range().equals(range)));
    return Stream.concat(plain, known).collect(Collectors.joining("; "));
  }

  private static String ranges(List<String> ranges) {
    return ranges.isEmpty() ? "not known" : String.join(", ", ranges);
  }
}
