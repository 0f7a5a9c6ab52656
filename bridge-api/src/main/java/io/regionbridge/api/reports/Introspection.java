package io.regionbridge.api.reports;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.metrics.BridgeMetrics;
import io.regionbridge.api.metrics.Measured;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.api.status.Faults;
import io.regionbridge.api.status.HistoryReport;
import io.regionbridge.api.status.NamesReport;
import io.regionbridge.api.status.TraceReport;
import io.regionbridge.api.status.Version;
import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.zone.ZoneTable;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.Topology;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Rcode;

/** Reports the state of a bridge. Changes nothing. Any thread. */
public final class Introspection implements AutoCloseable {
  private static final double NANOS = 1e6;

  private final BridgeState bridge;

  /** Addresses that a Service is shown with. */
  private static final int SOME = 5;

  private final Clock clock;
  private final Instant startedAt;
  private final ConditionHistory history = new ConditionHistory();
  private final StatusHistory lastMinutes = new StatusHistory();
  private @Nullable BridgeMetrics metrics;

  public Introspection(BridgeState bridge, Clock clock) {
    this.bridge = bridge;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  /** The metrics; made when first asked for. */
  public synchronized BridgeMetrics metrics() {
    if (metrics == null) {
      metrics =
          new BridgeMetrics(
              new Measured(
                  bridge.dns(),
                  () -> bridge.directory().services(),
                  () -> bridge.directory().endpoints(),
                  () -> bridge.zones().map(z -> z.remapped().size()).orElse(0),
                  () ->
                      bridge.zones().stream()
                          .flatMap(z -> z.withheld().values().stream())
                          .mapToInt(List::size)
                          .sum(),
                  bridge::reloadFailures,
                  () -> bridge.notReady().isEmpty(),
                  bridge::active,
                  () -> PolicyReports.counts(bridge.egress()),
                  () -> bridge.handshakes(),
                  () -> TunnelReports.traffic(bridge.tunnels(), bridge.topology().peers()),
                  bridge::keyExpiry,
                  this::soundness,
                  () -> PeerReports.replicas(bridge.replicas(), System.nanoTime()),
                  bridge::loops,
                  bridge::memory,
                  bridge::imports,
                  Version.text()));
    }
    return metrics;
  }

  /** Which conditions are as they should be, by region and type; those not known are left out. */
  private Map<Measured.Subject, Boolean> soundness() {
    Map<Measured.Subject, Boolean> sound = new LinkedHashMap<>();
    String local = bridge.config().get(ConfigKeys.REGION_NAME);
    conditions().forEach(condition -> addMeasured(local, condition, sound));
    PeerReports.conditions(
            bridge.topology(), bridge.dns().gateways(), bridge.replicas(), System.nanoTime())
        .forEach((peer, conditions) ->
            conditions.forEach(condition -> addMeasured(peer, condition, sound)));
    for (BridgeStatus.Tunnel tunnel : bridge.tunnels()) {
      if (!tunnel.region().isEmpty() && !tunnel.state().equals("idle")) {
        // One that is up makes it good, whatever the others are.
        sound.merge(
            new Measured.Subject(tunnel.region(), ConditionType.TUNNEL_UP.text()),
            tunnel.state().equals("up"),
            Boolean::logicalOr);
      }
    }
    return sound;
  }

  private static void addMeasured(
      String region, Condition condition, Map<Measured.Subject, Boolean> sound) {
    if (!condition.status().equals("Unknown")) {
      sound.put(new Measured.Subject(region, condition.type()), Faults.good(condition));
    }
  }

  public List<String> notReady() {
    return bridge.notReady();
  }

  /** One sentence for each part of the process that does not run. */
  public List<String> notRunning() {
    return LoopReports.problems(bridge.loops());
  }

  /**
   * What peers may know: where the region's addresses lie, the public ends of its tunnels, and
   * nothing about its state.
   *
   * @param key of the peer that asks; the answer says whether it is known here
   */
  public JsonNode announcement(Optional<String> key) {
    return bridge.announcement(key);
  }

  private BridgeStatus.Region region() {
    LocalRegion region = bridge.topology().local();
    return new BridgeStatus.Region(
        region.name(),
        region.domain(),
        strings(region.podCidrs().cidrs()),
        strings(region.serviceCidrs().cidrs()),
        Stream.of(region.podCidrs().cidrs(), region.serviceCidrs().cidrs())
            .flatMap(own -> region.aliases().aliased(own).stream())
            .distinct()
            .map(range ->
                new BridgeStatus.AliasRange(range.range().toString(), range.alias().toString()))
            .toList());
  }

  /** The current status. */
  public BridgeStatus status() {
    Instant now = clock.instant();
    Topology topology = bridge.topology();
    List<BridgeStatus.Peer> peers = peers(topology, now);
    List<String> notReady = bridge.notReady();
    BridgeStatus status =
        new BridgeStatus(
            Version.text(),
            PeerReports.text(now),
            PeerReports.text(startedAt),
            notReady.isEmpty(),
            notReady,
            region(),
            dns(),
            directory(),
            conditions(),
            gateways(topology.local()),
            peers,
            bridge.tunnels(),
            PolicyReports.of(bridge.egress()),
            List.of());
    return status.with(Faults.of(status));
  }

  private List<BridgeStatus.Peer> peers(Topology topology, Instant now) {
    return PeerReports.of(
            topology, bridge.dns().gateways(), bridge.replicas(), now, System.nanoTime())
        .stream()
        .map(peer -> withConditionTimes(peer, now))
        .toList();
  }

  /**
   * Looks at all conditions, so that it is known since when they are what they are, and takes the
   * next sample of the last minutes. Has to be called about once a second, whether anybody asks or
   * not.
   */
  public void look() {
    conditions();
    Instant now = clock.instant();
    List<BridgeStatus.Peer> peers = peers(bridge.topology(), now);
    if (lastMinutes.isDue(now)) {
      lastMinutes.add(now, dns(), peers);
    }
  }

  /** The last ten minutes, as {@link #look} saw them. */
  public HistoryReport history() {
    return lastMinutes.report();
  }

  private BridgeStatus.Peer withConditionTimes(BridgeStatus.Peer peer, Instant now) {
    return new BridgeStatus.Peer(
        peer.name(),
        peer.domain(),
        peer.podCIDRs(),
        peer.serviceCIDRs(),
        peer.sources(),
        peer.contained(),
        peer.containedAnswers(),
        history.withTimes(peer.name(), peer.conditions(), now).stream()
            .map(condition ->
                PeerReports.withStaleEnd(
                    condition, bridge.config().get(ConfigKeys.DNS_CACHE_SERVE_STALE)))
            .toList(),
        peer.gateways(),
        peer.replica());
  }

  private static List<BridgeStatus.LocalGateway> gateways(LocalRegion local) {
    return local.gateways().stream()
        .map(gateway ->
            new BridgeStatus.LocalGateway(
                gateway.node(),
                gateway.nodeAddress().map(IpLiteral::format).orElse(null),
                gateway.overlayAddress().map(IpLiteral::format).orElse(null),
                gateway.dnsPort(),
                gateway.ready(),
                local.active().equals(Optional.of(gateway.node()))))
        .toList();
  }

  /** The names that can be asked for. */
  public NamesReport names(NamesQuestion question) {
    return NameReports.of(bridge, question);
  }

  /**
   * Answers a question as a client would be answered, and tells how. Completes on a DNS loop, which
   * has other things to do than to make the report.
   */
  public CompletionStage<Supplier<TraceReport>> trace(TraceQuestion question) {
    String region = bridge.config().get(ConfigKeys.REGION_NAME);
    return bridge
        .dns()
        .trace(question.name(), question.type(), question.view())
        .thenApply(trace ->
            () ->
                TraceReports.of(region, question, trace, bridge.dns().gateways())
                    .considering(bridge.explain(question.name()), bridge.answering(question.name()))
                    .suggesting((zone, name) -> NameReports.nearest(bridge, zone, name)));
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
        bridge.dns().connections(),
        bridge.dns().connectionsRefused(),
        Arrays.stream(LoopCounters.latencyBounds()).mapToObj(nanos -> nanos / NANOS).toList(),
        latencies(loops));
  }

  private static Map<String, List<Long>> latencies(List<LoopCounters> loops) {
    int buckets = LoopCounters.latencyBounds().length + 1;
    Map<String, List<Long>> latencies = new LinkedHashMap<>();
    for (Source source : Source.values()) {
      List<Long> counts = new ArrayList<>(buckets);
      for (int i = 0; i < buckets; i++) {
        long count = 0;
        for (LoopCounters loop : loops) {
          count += loop.latencies(source, i);
        }
        counts.add(count);
      }
      latencies.put(source.label(), counts);
    }
    return latencies;
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
    List<BridgeStatus.WithheldService> withheld = new ArrayList<>();
    bridge
        .zones()
        .ifPresent(zones ->
            zones
                .withheld()
                .forEach((key, addresses) ->
                    withheld.add(
                        new BridgeStatus.WithheldService(
                            key.namespace(),
                            key.name(),
                            addresses.size(),
                            strings(addresses.subList(0, Math.min(SOME, addresses.size())))))));
    return new BridgeStatus.Directory(
        directory.complete(),
        directory.services(),
        directory.endpoints(),
        bridge.directoryProblems(),
        remapped,
        withheld,
        openAliases());
  }

  /** Clients get these aliases alone, and most programs make nothing of that. */
  private List<BridgeStatus.OpenAlias> openAliases() {
    ZoneTable table = bridge.dns().table();
    List<BridgeStatus.OpenAlias> open = new ArrayList<>();
    if (!table.asksResolvers()) {
      bridge
          .zones()
          .ifPresent(zones ->
              zones
                  .aliases()
                  .forEach((key, targets) -> {
                    byte[] target = targets.getFirst().toWireCanonical();
                    if (!table.serves(target, target.length)) {
                      open.add(
                          new BridgeStatus.OpenAlias(
                              key.namespace(), key.name(), targets.getFirst().toString(true)));
                    }
                  }));
    }
    return open;
  }

  /** What an operator should know of the bridge itself. */
  private List<Condition> conditions() {
    List<Condition> conditions = new ArrayList<>();
    List<String> problems = bridge.directoryProblems();
    if (bridge.directory().extent() == Directory.Extent.PARTIAL && !problems.isEmpty()) {
      conditions.add(
          Condition.no(
              ConditionType.DIRECTORY_LOADED,
              "Partial",
              problems.getFirst()
                  + "; what could be read is served, names that are not in it get SERVFAIL"));
    } else if (!bridge.directory().complete()) {
      conditions.add(
          Condition.no(
              ConditionType.DIRECTORY_LOADED,
              problems.isEmpty() ? "Loading" : "Unreadable",
              problems.isEmpty() ? "the local Services are being read" : problems.getFirst()));
    } else if (!problems.isEmpty()) {
      conditions.add(
          Condition.no(
              ConditionType.DIRECTORY_LOADED,
              "LastGoodInForce",
              "%s; what was last good stays in force (%d %s)"
                  .formatted(
                      problems.getFirst(),
                      problems.size(),
                      problems.size() == 1 ? "problem" : "problems")));
    } else {
      conditions.add(
          Condition.yes(
              ConditionType.DIRECTORY_LOADED, "Loaded", "the local Services are all known"));
    }
    conditions.add(configuration());
    if (bridge.tls().used()) {
      List<String> flaws = bridge.tls().problems();
      conditions.add(
          flaws.isEmpty()
              ? Condition.yes(
                  ConditionType.CERTIFICATES_ACCEPTED, "InForce", "all TLS files are in force")
              : Condition.no(
                  ConditionType.CERTIFICATES_ACCEPTED, "LastGoodInForce", flaws.getFirst()));
    }
    conditions.addAll(bridge.surroundings());
    return history.withTimes("", conditions, clock.instant());
  }

  private Condition configuration() {
    List<ConfigProblem> refused = bridge.refusedConfig();
    List<String> waiting = bridge.waitingConfig();
    if (!refused.isEmpty()) {
      return Condition.no(
          ConditionType.CONFIG_ACCEPTED,
          "LastGoodInForce",
          "the file was refused, the last good one is in force: " + refused.getFirst());
    }
    return waiting.isEmpty()
        ? Condition.yes(ConditionType.CONFIG_ACCEPTED, "InForce", "the configuration is in force")
        : Condition.yes(
            ConditionType.CONFIG_ACCEPTED,
            Faults.RESTART_NEEDED,
            "the configuration is in force, but this waits for a restart: "
                + String.join(", ", waiting));
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
