package io.regionbridge.api.reports;

import io.regionbridge.api.metrics.Measured;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.api.status.Faults;
import io.regionbridge.api.zones.PeerZones;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.feed.FollowerState.Replica;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.time.Duration;
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts what the two planes know of the peer regions into one report. Pure. */
final class PeerReports {
  private static final String NO_GATEWAY_UP = "NoGatewayUp";

  /** Limit of refusals in one condition. */
  private static final int MOST_REFUSALS = 16;

  /** How long an unused reply is reported in a condition. */
  private static final long DISBELIEF_NANOS = TimeUnit.MINUTES.toNanos(1);

  private PeerReports() {}

  /**
   * Reports all peers, by name.
   *
   * @param nanos {@code now} on the data plane's clock
   */
  static List<BridgeStatus.Peer> of(
      Topology topology,
      List<GatewayHealth> gateways,
      Map<String, FollowerState> replicas,
      Instant now,
      long nanos) {
    Map<String, List<GatewayHealth>> byRegion = byRegion(gateways);
    return topology.peers().stream()
        .map(peer ->
            peer(
                topology,
                peer,
                byRegion.getOrDefault(peer.name(), List.of()),
                replicas.get(peer.name()),
                now,
                nanos))
        .toList();
  }

  /**
   * The conditions alone, by peer name and without times: much less work.
   *
   * @param nanos now on the data plane's clock
   */
  static Map<String, List<Condition>> conditions(
      Topology topology,
      List<GatewayHealth> gateways,
      Map<String, FollowerState> replicas,
      long nanos) {
    Map<String, List<GatewayHealth>> byRegion = byRegion(gateways);
    Map<String, List<Condition>> conditions = new LinkedHashMap<>();
    for (PeerRegion peer : topology.peers()) {
      conditions.put(
          peer.name(),
          conditions(
              topology,
              peer,
              byRegion.getOrDefault(peer.name(), List.of()),
              replicas.get(peer.name()),
              nanos));
    }
    return conditions;
  }

  private static Map<String, List<GatewayHealth>> byRegion(List<GatewayHealth> gateways) {
    Map<String, List<GatewayHealth>> byRegion = new LinkedHashMap<>();
    for (GatewayHealth gateway : gateways) {
      byRegion.computeIfAbsent(gateway.region(), _ -> new ArrayList<>()).add(gateway);
    }
    return byRegion;
  }

  private static BridgeStatus.Peer peer(
      Topology topology,
      PeerRegion peer,
      List<GatewayHealth> gateways,
      @Nullable FollowerState replica,
      Instant now,
      long nanos) {
    List<BridgeStatus.Gateway> shown =
        gateways.stream()
            .sorted(Comparator.comparing(g -> SocketLiteral.format(g.address())))
            .map(g -> gateway(g, now, nanos))
            .toList();
    long contained =
        gateways.stream().mapToLong(g -> g.outcomes(GatewayHealth.Outcome.CONTAINED)).sum();
    return new BridgeStatus.Peer(
        peer.name(),
        peer.domain(),
        strings(peer.podCidrs()),
        strings(peer.serviceCidrs()),
        peer.sourceNames(),
        PeerZones.contained(peer),
        contained,
        conditions(topology, peer, gateways, replica, nanos),
        shown,
        replica == null ? null : replica(replica, now, nanos));
  }

  /** The replicas of the peers' directories, as metrics have them. */
  static Map<String, Measured.Replica> replicas(Map<String, FollowerState> states, long nanos) {
    Map<String, Measured.Replica> replicas = new LinkedHashMap<>();
    states.forEach((region, state) ->
        replicas.put(
            region,
            new Measured.Replica(
                state.standing() == FollowerState.Standing.CURRENT,
                state
                    .replica()
                    .map(replica ->
                        new Measured.Size(
                            nanos - state.currentAt(),
                            replica.directory().services(),
                            replica.directory().endpoints(),
                            replica.octets())))));
    return replicas;
  }

  private static BridgeStatus.Replica replica(FollowerState state, Instant now, long nanos) {
    Optional<Replica> replica = state.replica();
    return new BridgeStatus.Replica(
        state.standing().name().toLowerCase(Locale.ROOT),
        text(now.minusNanos(nanos - state.since())),
        replica.map(_ -> TimeUnit.NANOSECONDS.toMillis(nanos - state.currentAt())).orElse(null),
        replica.map(r -> r.directory().services()).orElse(0),
        replica.map(r -> r.directory().endpoints()).orElse(0),
        replica.map(Replica::octets).orElse(0L),
        replica.map(Replica::refused).orElse(0),
        replica.map(Replica::reason).filter(reason -> !reason.isEmpty()).orElse(state.why()));
  }

  private static List<Condition> conditions(
      Topology topology,
      PeerRegion peer,
      List<GatewayHealth> gateways,
      @Nullable FollowerState replica,
      long nanos) {
    String conflicts = topology.disputeOf(peer.name());
    String refused =
        topology.refusalsOf(peer.name()).stream()
            .limit(MOST_REFUSALS)
            .collect(Collectors.joining("; "));
    List<Condition> conditions = new ArrayList<>();
    conditions.add(reachable(peer, gateways));
    conditions.add(answers(gateways, nanos));
    if (replica != null && replica.isSettled()) {
      conditions.add(replicated(replica));
    }
    conditions.add(
        refused.isEmpty()
            ? Condition.yes(
                ConditionType.CLAIMS_ACCEPTED, "Believed", "all claims about it accepted")
            : Condition.no(ConditionType.CLAIMS_ACCEPTED, "Refused", refused));
    conditions.add(
        conflicts.isEmpty()
            ? Condition.no(
                ConditionType.CIDR_CONFLICT, "Distinct", "its ranges and its domain are its alone")
            : new Condition(ConditionType.CIDR_CONFLICT.text(), "True", "Overlap", conflicts));
    return conditions;
  }

  private static Condition replicated(FollowerState replica) {
    ConditionType type = ConditionType.REPLICATED;
    return switch (replica.standing()) {
      case CURRENT ->
          Condition.yes(type, "Current", "its names are answered from a current replica");
      case INTERRUPTED ->
          Condition.no(type, "Interrupted", "its names are relayed: " + replica.why());
      case NONE ->
          Condition.no(
              type,
              replica.why().contains("replication.maxMemory") ? Faults.DOES_NOT_FIT : "NoReplica",
              "its names are relayed: " + replica.why());
    };
  }

  private static Condition answers(List<GatewayHealth> gateways, long nanos) {
    ConditionType type = ConditionType.ANSWERS_ACCEPTED;
    for (GatewayHealth gateway : gateways) {
      GatewayHealth.Disbelief last = gateway.disbelief();
      if (last != null && nanos - last.at() < DISBELIEF_NANOS) {
        return Condition.no(
            type,
            "Refused",
            "gateway %s sent %s".formatted(SocketLiteral.format(gateway.address()), last.why()));
      }
    }
    return Condition.yes(type, "Used", "what its gateways answer is used");
  }

  private static Condition reachable(PeerRegion peer, List<GatewayHealth> gateways) {
    long up = count(gateways, GatewayHealth.State.UP);
    long unknown = count(gateways, GatewayHealth.State.UNKNOWN);
    ConditionType type = ConditionType.DNS_REACHABLE;
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
      return new Condition(type.text(), "Unknown", "NotProbedYet", "the gateways are being probed");
    }
    return Condition.no(
        type,
        NO_GATEWAY_UP,
        "no reachable gateway of region %s; names that are known are answered as stale"
            .formatted(peer.name()));
  }

  /** Adds the time until which stale answers last, if no gateway is reachable. */
  static Condition withStaleEnd(Condition condition, Duration serveStale) {
    String since = condition.lastTransitionTime();
    if (!condition.reason().equals(NO_GATEWAY_UP) || since == null) {
      return condition;
    }
    Instant end = Instant.parse(since).plus(serveStale).truncatedTo(ChronoUnit.SECONDS);
    return new Condition(
        condition.type(),
        condition.status(),
        condition.reason(),
        condition.message() + " until " + end,
        since);
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
        exchanges,
        refusal(gateway.refusal(), now, nanos));
  }

  private static BridgeStatus.@Nullable Refusal refusal(
      GatewayHealth.@Nullable Refusal last, Instant now, long nanos) {
    return last == null
        ? null
        : new BridgeStatus.Refusal(last.why(), text(now.minusNanos(nanos - last.at())));
  }

  /** A time as status values have it. */
  static String text(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static List<String> strings(Collection<?> values) {
    return values.stream().map(Objects::toString).toList();
  }
}
