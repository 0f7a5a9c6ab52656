package io.regionbridge.api.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.metrics.Measured.Imports;
import io.regionbridge.api.metrics.Measured.Share;
import io.regionbridge.api.reports.BridgeState;
import io.regionbridge.api.reports.LoopReports;
import io.regionbridge.api.reports.TunnelReports;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.api.tls.TlsFiles;
import io.regionbridge.api.zones.CompiledZones;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.xbill.DNS.Name;

/**
 * The state of the parts of a bridge, as reports read it, and the few values that one part writes
 * for others. Starts nothing. Thread-safe.
 */
final class LiveState implements BridgeState {
  private final LiveConfig config;
  private final ControlPlane control;
  private final TlsFiles tls;
  private final TablePublisher tables;
  private final Replicas replicas;
  private final AllNames allNames;
  private final MemoryShares memory;
  private final DnsBridge dns;
  private final DnsGate gate;
  private final Loops loops;
  private volatile String listenProblem = "";
  private volatile boolean draining;

  LiveState(
      LiveConfig config,
      ControlPlane control,
      TlsFiles tls,
      TablePublisher tables,
      Replicas replicas,
      AllNames allNames,
      MemoryShares memory,
      DnsBridge dns,
      DnsGate gate,
      Loops loops) {
    this.config = config;
    this.control = control;
    this.tls = tls;
    this.tables = tables;
    this.replicas = replicas;
    this.allNames = allNames;
    this.memory = memory;
    this.dns = dns;
    this.gate = gate;
    this.loops = loops;
  }

  /** The addresses that cannot be bound, with the reasons, or empty. */
  void listenProblem(String problem) {
    listenProblem = problem;
  }

  /** The bridge is about to stop. */
  void drain() {
    draining = true;
  }

  /** Gives the role of the active gateway away; waits for some seconds at most. */
  void resign() {
    control.resign();
  }

  /** Whether other router nodes may leave queries to this one. */
  boolean serves() {
    return !draining && gate.isOpen();
  }

  @Override
  public BridgeConfig config() {
    return config.get();
  }

  @Override
  public Directory directory() {
    return control.directory();
  }

  @Override
  public Topology topology() {
    return control.topology();
  }

  @Override
  public boolean active() {
    return control.active();
  }

  @Override
  public EgressReport egress() {
    return control.egress();
  }

  @Override
  public List<BridgeStatus.Tunnel> tunnels() {
    return TunnelReports.of(control.tunnels());
  }

  @Override
  public Map<String, Instant> handshakes() {
    return control.handshakes();
  }

  @Override
  public Optional<Instant> keyExpiry() {
    return control.keyExpiry();
  }

  @Override
  public List<String> directoryProblems() {
    return control.directoryProblems();
  }

  @Override
  public List<Condition> surroundings() {
    List<Condition> conditions = new ArrayList<>();
    control.findings().forEach(f -> conditions.add(condition(f)));
    conditions.add(LoopReports.condition(loops()));
    conditions.add(memory.condition());
    String conflicts = topology().dispute();
    conditions.add(
        conflicts.isEmpty()
            ? Condition.yes(
                ConditionType.REGIONS_DISTINCT, "Distinct", "no two regions claim the same")
            : Condition.no(ConditionType.REGIONS_DISTINCT, "Conflict", conflicts));
    String problem = listenProblem;
    if (!problem.isEmpty()) {
      conditions.add(Condition.no(ConditionType.LISTENING, "CannotListen", problem));
    }
    return conditions;
  }

  private static Condition condition(Finding finding) {
    return new Condition(
        finding.type(), finding.state().text(), finding.reason(), finding.message());
  }

  @Override
  public JsonNode announcement(Optional<String> key) {
    return control.announcement(key);
  }

  @Override
  public Optional<CompiledZones> zones() {
    return Optional.ofNullable(tables.zones());
  }

  @Override
  public List<ConfigProblem> refusedConfig() {
    return config.refused();
  }

  @Override
  public List<String> waitingConfig() {
    return config.waiting();
  }

  @Override
  public long reloadFailures() {
    return config.failures();
  }

  @Override
  public List<String> explain(Name name) {
    List<String> regions = allNames.explain(config.get(), name);
    boolean everywhere = allNames.domains(config.get()).stream().anyMatch(name::subdomain);
    if (!everywhere || !answering(name).isEmpty()) {
      return regions;
    }
    // No region answers: perhaps since there are some whose names nobody knows.
    Map<String, FollowerState> states = replicas.states();
    Stream<String> unknown =
        topology().peers().stream()
            .map(PeerRegion::name)
            .filter(peer -> !states.containsKey(peer) || states.get(peer).replica().isEmpty())
            .map(peer ->
                "%s: its names are not known: %s"
                    .formatted(
                        peer,
                        states.containsKey(peer)
                            ? states.get(peer).why()
                            : "its directory is not followed"));
    return Stream.concat(regions.stream(), unknown).toList();
  }

  @Override
  public List<RegionServices> regions() {
    return allNames.regions();
  }

  @Override
  public List<String> answering(Name name) {
    return allNames.answering(config.get(), name);
  }

  @Override
  public Map<String, FollowerState> replicas() {
    return replicas.states();
  }

  @Override
  public List<Share> memory() {
    return memory.shares();
  }

  @Override
  public Optional<Imports> imports() {
    return control
        .imports()
        .map(counted -> new Imports(counted.exports(), counted.imports(), counted.conflicts()));
  }

  @Override
  public DnsBridge dns() {
    return dns;
  }

  @Override
  public List<LoopHealth> loops() {
    List<LoopHealth> all = new ArrayList<>(loops.health());
    all.addAll(EventLoops.health(dns.loopSilences()));
    return all;
  }

  @Override
  public List<String> notReady() {
    List<String> reasons = new ArrayList<>();
    if (draining) {
      reasons.add("the bridge is stopping");
    }
    if (!gate.isOpen()) {
      reasons.add("DNS is not served before the regions are known");
    }
    if (tables.loaded().getCount() > 0) {
      reasons.add("the first full list of the local Services is not in");
      reasons.addAll(directoryProblems());
    }
    return reasons;
  }

  @Override
  public List<InetSocketAddress> dnsAddresses() {
    return dns.addresses();
  }

  @Override
  public TlsFiles tls() {
    return tls;
  }
}
