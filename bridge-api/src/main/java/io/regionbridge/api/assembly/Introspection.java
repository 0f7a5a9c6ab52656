package io.regionbridge.api.assembly;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.metrics.BridgeMetrics;
import io.regionbridge.api.metrics.Measured;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.TraceReport;
import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.net.SocketLiteral;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Rcode;

/** Reads what a bridge is and does, for whoever asks. Changes nothing. Any thread. */
final class Introspection implements AutoCloseable {
  private final Bridge bridge;
  private final Clock clock;
  private final Instant startedAt;
  private @Nullable BridgeMetrics metrics;

  Introspection(Bridge bridge, Clock clock) {
    this.bridge = bridge;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  /** The metrics; made when first asked for. */
  synchronized BridgeMetrics metrics() {
    if (metrics == null) {
      metrics =
          new BridgeMetrics(
              new Measured(
                  bridge.dns(),
                  () -> bridge.directory().services(),
                  () -> bridge.directory().endpoints(),
                  () -> bridge.zones().map(z -> z.remapped().size()).orElse(0),
                  bridge::reloadFailures,
                  () -> bridge.notReady().isEmpty(),
                  Version.text()));
    }
    return metrics;
  }

  List<String> notReady() {
    return bridge.notReady();
  }

  boolean alive() {
    return bridge.alive();
  }

  /** What peers may know: where the region's addresses lie, and nothing that happens in it. */
  BridgeStatus.Region region() {
    BridgeConfig.Region region = bridge.config().region();
    return new BridgeStatus.Region(
        region.name(),
        region.domain().name(),
        strings(region.podCidrs()),
        strings(region.serviceCidrs()));
  }

  /** All there is to know, at this moment. */
  BridgeStatus status() {
    BridgeConfig config = bridge.config();
    Map<String, List<GatewayHealth>> gateways = new LinkedHashMap<>();
    for (GatewayHealth gateway : bridge.dns().gateways()) {
      gateways.computeIfAbsent(gateway.region(), _ -> new ArrayList<>()).add(gateway);
    }
    long nanos = System.nanoTime();
    Instant now = clock.instant();
    List<BridgeStatus.Peer> peers =
        config.regions().stream()
            .map(p -> peer(p, gateways.getOrDefault(p.name(), List.of()), now, nanos))
            .toList();
    List<String> notReady = bridge.notReady();
    return new BridgeStatus(
        Version.text(),
        text(now),
        text(startedAt),
        notReady.isEmpty(),
        notReady,
        region(),
        dns(),
        directory(),
        conditions(),
        peers);
  }

  /**
   * Answers a question as a client would be answered, and tells how. Completes on a DNS loop, which
   * has other things to do than to make the report.
   */
  CompletionStage<Supplier<TraceReport>> trace(TraceQuestion question) {
    String region = bridge.config().region().name();
    return bridge
        .dns()
        .trace(question.name(), question.type(), question.view())
        .thenApply(
            trace -> () -> TraceReports.of(region, question, trace, bridge.dns().gateways()));
  }

  private BridgeStatus.Dns dns() {
    List<LoopCounters> loops = bridge.dns().counters();
    int zones = bridge.dns().table().zoneNames().size();
    int[] rcodes = LoopCounters.rcodes();
    Map<String, Long> answers = new LinkedHashMap<>();
    long failures = 0;
    for (Source source : Source.values()) {
      long sum = 0;
      for (int rcode = 0; rcode < rcodes.length; rcode++) {
        long count = 0;
        for (LoopCounters loop : loops) {
          for (int zone = 0; zone <= zones; zone++) {
            count += loop.replies(zone, false, rcode, source);
            count += loop.replies(zone, true, rcode, source);
          }
        }
        sum += count;
        failures += rcodes[rcode] == Rcode.SERVFAIL ? count : 0;
      }
      answers.put(source.label(), sum);
    }
    return new BridgeStatus.Dns(
        bridge.dnsAddresses().stream().map(SocketLiteral::format).toList(),
        answers,
        failures,
        bridge.dns().cacheEntries(),
        bridge.dns().waiting(),
        bridge.dns().connections());
  }

  private BridgeStatus.Directory directory() {
    Directory directory = bridge.directory();
    List<BridgeStatus.RemappedService> remapped = new ArrayList<>();
    bridge
        .zones()
        .ifPresent(zones ->
            zones
                .remapped()
                .forEach((key, ports) ->
                    remapped.add(
                        new BridgeStatus.RemappedService(
                            key.namespace(), key.name(), strings(ports)))));
    return new BridgeStatus.Directory(
        directory.complete(),
        directory.services(),
        directory.endpoints(),
        bridge.directoryProblems(),
        remapped);
  }

  private List<Condition> conditions() {
    List<Condition> conditions = new ArrayList<>();
    List<String> problems = bridge.directoryProblems();
    if (!bridge.directory().complete()) {
      conditions.add(
          Condition.no(
              "DirectoryLoaded",
              problems.isEmpty() ? "Loading" : "Unreadable",
              problems.isEmpty() ? "the local Services are being read" : problems.getFirst()));
    } else if (!problems.isEmpty()) {
      conditions.add(
          Condition.no(
              "DirectoryLoaded",
              "LastGoodInForce",
              "%s; what was last good stays in force (%d %s)"
                  .formatted(
                      problems.getFirst(),
                      problems.size(),
                      problems.size() == 1 ? "problem" : "problems")));
    } else {
      conditions.add(
          Condition.yes("DirectoryLoaded", "Loaded", "the local Services are all known"));
    }
    var refused = bridge.refusedConfig();
    conditions.add(
        refused.isEmpty()
            ? Condition.yes("ConfigAccepted", "InForce", "the configuration is in force")
            : Condition.no(
                "ConfigAccepted",
                "LastGoodInForce",
                "the file was refused, the last good one is in force: " + refused.getFirst()));
    return conditions;
  }

  private static BridgeStatus.Peer peer(
      BridgeConfig.Peer peer, List<GatewayHealth> gateways, Instant now, long nanos) {
    List<BridgeStatus.Gateway> shown =
        gateways.stream()
            .sorted(Comparator.comparing(g -> SocketLiteral.format(g.address())))
            .map(g -> gateway(g, now, nanos))
            .toList();
    long contained =
        gateways.stream().mapToLong(g -> g.outcomes(GatewayHealth.Outcome.CONTAINED)).sum();
    return new BridgeStatus.Peer(
        peer.name(),
        peer.domain().name(),
        strings(peer.podCidrs()),
        strings(peer.serviceCidrs()),
        PeerZones.contained(peer),
        contained,
        List.of(reachable(peer, gateways)),
        shown);
  }

  private static Condition reachable(BridgeConfig.Peer peer, List<GatewayHealth> gateways) {
    long up = count(gateways, GatewayHealth.State.UP);
    long unknown = count(gateways, GatewayHealth.State.UNKNOWN);
    String type = "DNSReachable";
    if (gateways.isEmpty()) {
      return Condition.no(
          type,
          "NoGateway",
          "no gateway of region " + peer.name() + " is known; list its gateways");
    }
    if (up == gateways.size()) {
      return Condition.yes(type, "AllGatewaysUp", "all gateways answer");
    }
    if (up > 0) {
      return Condition.yes(
          type, "SomeGatewaysUp", "%d of %d gateways answer".formatted(up, gateways.size()));
    }
    if (unknown > 0) {
      return new Condition(type, "Unknown", "NotProbedYet", "the gateways are being probed");
    }
    return Condition.no(
        type,
        "NoGatewayUp",
        "no reachable gateway of region %s; stale answers are given while there are any"
            .formatted(peer.name()));
  }

  private static long count(List<GatewayHealth> gateways, GatewayHealth.State state) {
    return gateways.stream().filter(g -> g.state() == state).count();
  }

  private static BridgeStatus.Gateway gateway(GatewayHealth gateway, Instant now, long nanos) {
    Map<String, Long> exchanges = new LinkedHashMap<>();
    for (GatewayHealth.Outcome outcome : GatewayHealth.Outcome.values()) {
      exchanges.put(outcome.name().toLowerCase(Locale.ROOT), gateway.outcomes(outcome));
    }
    return new BridgeStatus.Gateway(
        SocketLiteral.format(gateway.address()),
        gateway.state().name().toLowerCase(Locale.ROOT),
        text(now.minusNanos(nanos - gateway.changedAt())),
        gateway.reason(),
        Math.round(gateway.rtt() / 1e3) / 1e3,
        exchanges);
  }

  private static String text(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static List<String> strings(Collection<?> values) {
    return values.stream().map(Objects::toString).toList();
  }

  @Override
  public synchronized void close() {
    if (metrics != null) {
      metrics.close();
    }
  }
}
