package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of one bridge at one moment. Times are in ISO 8601, in UTC; durations say their unit in
 * the name. Fields are only ever added, and readers skip those they do not know.
 *
 * @param version of the program
 * @param time when this was taken
 * @param startedAt when the process had started
 * @param ready whether queries should be sent here
 * @param notReady why not, in words; empty when it is
 * @param conditions what an operator should know, one for each subject; all of them every time
 * @param gateways the router nodes of the local region, by name; empty where no cluster says
 * @param peers the other regions, by name
 * @param tunnels the peers of the overlay's device; empty where it cannot be read
 * @param policies what sends pods' traffic to other regions
 * @param faults what of all this needs attention, worst first
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
  /** The same with what needs attention. */
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
   * @param podCIDRs as the region itself knows them
   * @param serviceCIDRs the same of its Services
   * @param aliasRanges those of both, or parts of them, that its peers know under other addresses
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
   * The data plane.
   *
   * @param listen where it answers, UDP and TCP
   * @param answers since the start, by source: local, cache, stale, relay, refused
   * @param failures of these, those answered SERVFAIL
   * @param waiting queries that wait for a gateway now
   * @param connections TCP connections of clients that are open now
   * @param refusedConnections since the start, those turned away because all others were busy
   * @param latencyBounds milliseconds, rising
   * @param latencies since the start, by source: how many answers took so long; one count for each
   *     bound, of those that took no longer than it and longer than the one before, and a last one
   *     for all above
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
    /** One without latencies. */
    public Dns(
        List<String> listen,
        Map<String, Long> answers,
        long failures,
        int cacheEntries,
        int waiting,
        int connections) {
      this(listen, answers, failures, cacheEntries, waiting, connections, 0, List.of(), Map.of());
    }

    /** Fields that an older version of the program does not have are empty. */
    public Dns {
      latencyBounds = listed(latencyBounds);
      latencies = mapped(latencies);
    }
  }

  /**
   * The local Services.
   *
   * @param complete whether the first full list is in
   * @param problems what could not be read, with its place
   * @param remapped Services whose port peers must know: they get the pods' addresses, and the pods
   *     listen on other ports
   * @param withheld Services that peers get without some of their addresses
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
   * A Service with ports that its pods do not listen on.
   *
   * @param ports each such as {@code http 80/TCP -> 8080}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record RemappedService(String namespace, String name, List<String> ports) {}

  /**
   * A Service that is an alias of a name of no region.
   *
   * @param target the name that it leads to
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record OpenAlias(String namespace, String name, String target) {}

  /**
   * A Service with addresses that peers are not given, since they would not believe them.
   *
   * @param count how many addresses
   * @param addresses the first of them
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record WithheldService(String namespace, String name, int count, List<String> addresses) {}

  /**
   * Something an operator should know, in the words of a Kubernetes condition.
   *
   * @param type what it is about, in CamelCase
   * @param status True, False or Unknown
   * @param reason why, in one CamelCase word
   * @param message why, in words, and what to do
   * @param lastTransitionTime since when the status is what it is; null: not known
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Condition(
      String type,
      String status,
      String reason,
      String message,
      @Nullable String lastTransitionTime) {
    /** One that was only just found. */
    public Condition(String type, String status, String reason, String message) {
      this(type, status, reason, message, null);
    }

    /** It is so. */
    public static Condition yes(ConditionType type, String reason, String message) {
      return new Condition(type.text(), "True", reason, message);
    }

    /** It is not so. */
    public static Condition no(ConditionType type, String reason, String message) {
      return new Condition(type.text(), "False", reason, message);
    }
  }

  /**
   * A router node of the local region.
   *
   * @param nodeAddress in the cluster; null: not known
   * @param overlayAddress between the regions; null: not known
   * @param ready whether its kubelet says that the node is
   * @param active whether egress policies point at it
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
   * @param region that it is a gateway of; empty: of none that is known
   * @param endpoint where its packets come from; null: none came yet
   * @param state up, idle, silent or down
   * @param since when it is in that state
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
   * Something that sends the traffic of this region's pods to a peer region.
   *
   * @param region that it leads to
   * @param gateway the node that the traffic leaves by; empty: none
   * @param state active, contested, silent, pending, blocked, refused or disabled
   * @param message why, in words
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
   * @param sources who knows of it: configuration, region-object, peer-api-server, overlay
   * @param contained whether its answers are held against its ranges
   * @param containedAnswers how many pointed elsewhere and were refused
   * @param replica the replica of its directory; null if that is not followed
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
   * @param state current: its names are answered from it; interrupted: the peer is asked, and it is
   *     what is left when nobody answers; none
   * @param since when it is in that state
   * @param ageMillis since it was last known to be what the peer has; null if there is none
   * @param octets of memory that it takes, estimated
   * @param refused Services that were left out, or lost addresses, because the peer may not say
   *     that
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
   * @param state up, down or unknown
   * @param since when it is in that state
   * @param reason why it is, in words
   * @param rttMillis smoothed round trip, 0 before the first probe came back
   * @param exchanges tries that ended so, by outcome: answered, failed, timeout, unreachable,
   *     contained
   * @param refusal the last time that it refused a question and said why; null: never
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
   * A question that a gateway refused.
   *
   * @param why in its own words, such as {@code SERVFAIL (not ready)}
   * @param time when
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Refusal(String why, String time) {}
}
