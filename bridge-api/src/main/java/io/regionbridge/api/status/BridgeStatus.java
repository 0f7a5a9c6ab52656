package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of one bridge at one moment. Times are ISO 8601 in UTC; durations have their unit in
 * the name. Fields are only ever added, and readers skip unknown ones.
 *
 * @param ready whether queries should be sent here, with the reasons why not in {@code notReady}
 * @param gateways the router nodes of the local region, by name; empty without a cluster
 * @param tunnels the peers of the overlay's device, if it can be read
 * @param policies what sends pods' traffic to other regions
 * @param faults what needs attention, worst first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BridgeStatus(
    String version,
    String time,
    String startedAt,
    boolean ready,
    List<String> notReady,
    Region region,
    Dns dns,
    Directory directory,
    List<Condition> conditions,
    List<LocalGateway> gateways,
    List<Peer> peers,
    List<Tunnel> tunnels,
    List<Policy> policies,
    List<Fault> faults) {
  /** The same status with these faults. */
  public BridgeStatus with(List<Fault> found) {
    return new BridgeStatus(
        version,
        time,
        startedAt,
        ready,
        notReady,
        region,
        dns,
        directory,
        conditions,
        gateways,
        peers,
        tunnels,
        policies,
        found);
  }

  /** Fields that an older version of the program does not have are empty. */
  public BridgeStatus {
    gateways = listed(gateways);
    tunnels = listed(tunnels);
    policies = listed(policies);
    faults = listed(faults);
  }

  private static <T> List<T> listed(@Nullable List<T> values) {
    return values == null ? List.of() : List.copyOf(values);
  }

  private static <T> Map<String, T> mapped(@Nullable Map<String, T> values) {
    return values == null ? Map.of() : values;
  }

  /**
   * The local region.
   *
   * @param podCIDRs as the region itself knows them, as are {@code serviceCIDRs}
   * @param aliasRanges those of both, or parts of them, that peers know under other addresses
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Region(
      String name,
      String domain,
      List<String> podCIDRs,
      List<String> serviceCIDRs,
      List<AliasRange> aliasRanges) {
    /** Copies the lists; a status of an older bridge has no alias ranges. */
    public Region {
      aliasRanges = listed(aliasRanges);
    }
  }

  /** A range, and the one by which peers know it. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record AliasRange(String range, String alias) {}

  /**
   * The data plane. Counters are since the start.
   *
   * @param answers by source: local, cache, stale, relay, refused
   * @param failures of these, those answered SERVFAIL
   * @param waiting queries that wait for a gateway now
   * @param refusedConnections turned away because all others were busy
   * @param latencyBounds milliseconds, rising
   * @param latencies by source: a count for each bound, of the answers that took no longer than it
   *     and longer than the one before, and one for all above
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Dns(
      List<String> listen,
      Map<String, Long> answers,
      long failures,
      int cacheEntries,
      int waiting,
      int connections,
      long refusedConnections,
      List<Double> latencyBounds,
      Map<String, List<Long>> latencies) {
    /** Fields that an older version of the program does not have are empty. */
    public Dns {
      latencyBounds = listed(latencyBounds);
      latencies = mapped(latencies);
    }
  }

  /**
   * The local Services.
   *
   * @param complete whether the first full list was read
   * @param problems what could not be read, with its place
   * @param remapped Services whose pods, which peers get, listen on other ports
   * @param withheld Services that peers get without some addresses
   * @param openAliases Services that lead out of all regions, where no resolver is asked for that
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Directory(
      boolean complete,
      int services,
      int endpoints,
      List<String> problems,
      List<RemappedService> remapped,
      List<WithheldService> withheld,
      List<OpenAlias> openAliases) {
    /** Fields that an older version of the program does not have are empty. */
    public Directory {
      withheld = listed(withheld);
      openAliases = listed(openAliases);
    }
  }

  /**
   * A Service with ports that its pods do not listen on, each such as {@code http 80/TCP -> 8080}.
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record RemappedService(String namespace, String name, List<String> ports) {}

  /** A Service that is an alias of a name in no region. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record OpenAlias(String namespace, String name, String target) {}

  /**
   * A Service with addresses that peers are not given because they would not accept them.
   *
   * @param count how many addresses
   * @param addresses the first of them
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record WithheldService(String namespace, String name, int count, List<String> addresses) {}

  /**
   * A condition, as Kubernetes has them.
   *
   * @param lastTransitionTime null: unknown
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Condition(
      String type,
      String status,
      String reason,
      String message,
      @Nullable String lastTransitionTime) {
    /** A condition without a time of transition. */
    public Condition(String type, String status, String reason, String message) {
      this(type, status, reason, message, null);
    }

    /** A condition that is True. */
    public static Condition yes(ConditionType type, String reason, String message) {
      return new Condition(type.text(), "True", reason, message);
    }

    /** A condition that is False. */
    public static Condition no(ConditionType type, String reason, String message) {
      return new Condition(type.text(), "False", reason, message);
    }
  }

  /**
   * A router node of the local region.
   *
   * @param nodeAddress in the cluster; null: unknown, as is {@code overlayAddress}
   * @param active whether egress policies name it
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record LocalGateway(
      String node,
      @Nullable String nodeAddress,
      @Nullable String overlayAddress,
      int dnsPort,
      boolean ready,
      boolean active) {}

  /**
   * A peer of the overlay's device.
   *
   * @param region that it is a gateway of; empty: none
   * @param endpoint null: no packet came yet
   * @param state up, idle, silent or down
   * @param lastHandshake null: there was none
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Tunnel(
      String region,
      String publicKey,
      @Nullable String endpoint,
      List<String> allowedIPs,
      String state,
      String since,
      @Nullable String lastHandshake,
      long rxBytes,
      long txBytes) {}

  /**
   * What sends the traffic of this region's pods to a peer region.
   *
   * @param gateway the node that the traffic leaves by, or empty
   * @param state active, contested, silent, pending, blocked, refused or disabled
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Policy(
      String name,
      String region,
      List<String> destinationCIDRs,
      String gateway,
      String state,
      String message) {}

  /**
   * Another region.
   *
   * @param sources of its claims: configuration, region-object, peer-api-server, overlay
   * @param contained whether its answers are checked against its ranges
   * @param containedAnswers answers with addresses that were left out
   * @param replica null if its directory is not followed
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Peer(
      String name,
      String domain,
      List<String> podCIDRs,
      List<String> serviceCIDRs,
      List<String> sources,
      boolean contained,
      long containedAnswers,
      List<Condition> conditions,
      List<Gateway> gateways,
      @Nullable Replica replica) {}

  /**
   * The replica of a peer's directory.
   *
   * @param state current: answers come from it; interrupted: used if no gateway answers; none
   * @param ageMillis since it was last current; null if there is none
   * @param octets estimated memory
   * @param refused Services that were left out, or lost addresses, because the peer may not claim
   *     them
   * @param message the gateway that is followed, or why it is not current
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Replica(
      String state,
      String since,
      @Nullable Long ageMillis,
      int services,
      int endpoints,
      long octets,
      int refused,
      String message) {}

  /**
   * A gateway of another region.
   *
   * @param state up, down or unknown, for the given {@code reason}
   * @param rttMillis smoothed round trip, 0 before the first probe
   * @param exchanges tries by outcome: answered, failed, timeout, unreachable, contained
   * @param refusal the last one with an explanation; null: none
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Gateway(
      String address,
      String state,
      String since,
      String reason,
      double rttMillis,
      Map<String, Long> exchanges,
      @Nullable Refusal refusal) {}

  /**
   * A question that a gateway refused, with its own words, such as {@code SERVFAIL (not ready)}.
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Refusal(String why, String time) {}
}
