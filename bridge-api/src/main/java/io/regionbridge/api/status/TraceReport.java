package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a bridge would answer a question, step by step. Times are milliseconds since the question
 * came, unless stated otherwise.
 *
 * @param bridge the region of the bridge
 * @param name without the final dot
 * @param view cluster: as a client in the bridge's cluster; pods: as all others
 * @param tries gateways that were asked, in order; if none was because none answers, all of them
 * @param regions for a name over all regions, those that have it, each with the reason why it
 *     answers or not
 * @param answering those regions that answer
 * @param suggestion the name that was probably meant, or null
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TraceReport(
    String bridge,
    String name,
    String type,
    String view,
    Zone zone,
    Cache cache,
    List<Try> tries,
    Answer answer,
    List<String> regions,
    List<String> answering,
    @Nullable String suggestion) {
  /** Fields that an older version of the program does not have are empty. */
  public TraceReport {
    regions = listed(regions);
    answering = listed(answering);
  }

  private static List<String> listed(@Nullable List<String> values) {
    return values == null ? List.of() : List.copyOf(values);
  }

  /** One without a suggestion. */
  public TraceReport(
      String bridge,
      String name,
      String type,
      String view,
      Zone zone,
      Cache cache,
      List<Try> tries,
      Answer answer) {
    this(bridge, name, type, view, zone, cache, tries, answer, List.of(), List.of(), null);
  }

  /** The same, with the regions that were considered. */
  public TraceReport considering(List<String> considered, List<String> chosen) {
    return new TraceReport(
        bridge, name, type, view, zone, cache, tries, answer, considered, chosen, suggestion);
  }

  /** Finds a name that was likely meant. */
  public interface Suggester {
    /** The nearest name of a zone, both without the final dot; of any if the zone is empty. */
    Optional<String> nearest(String zone, String name);
  }

  /** The same, with the name that was likely meant if this one does not exist. */
  public TraceReport suggesting(Suggester suggester) {
    return answer.rcode().equals("NXDOMAIN") || zone.kind().equals("none")
        ? new TraceReport(
            bridge,
            name,
            type,
            view,
            zone,
            cache,
            tries,
            answer,
            regions,
            answering,
            suggester.nearest(zone.name(), name).orElse(null))
        : this;
  }

  /**
   * The zone of the name.
   *
   * @param name without the final dot; empty if there is none
   * @param kind local, peer or none
   * @param region empty if none
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Zone(String name, String kind, String region, double atMillis) {}

  /**
   * What the cache had.
   *
   * @param state fresh, expired or absent; unused for names that are not relayed
   * @param ageMillis since the reply came, or 0
   * @param leftMillis negative once it is no longer fresh
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Cache(String state, long ageMillis, long leftMillis, double atMillis) {}

  /**
   * One question to a gateway.
   *
   * @param state of the gateway by its health checks: up, down or unknown
   * @param rttMillis its usual round trip, 0 if unknown
   * @param atMillis negative if somebody else had asked the same before
   * @param tookMillis until the reply or the end of waiting; 0 if it was not asked
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Try(
      String gateway,
      String state,
      double rttMillis,
      double atMillis,
      double tookMillis,
      String outcome) {}

  /**
   * What the client would get.
   *
   * @param source local, replica, cache, stale, relay or refused
   * @param authoritative the AA flag
   * @param authority such as the SOA of a negative answer
   * @param explanations extended errors (RFC 8914), in words
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Answer(
      String source,
      String rcode,
      boolean authoritative,
      List<ResourceRecord> records,
      List<ResourceRecord> authority,
      List<String> explanations,
      double atMillis) {}

  /** One record, with its TTL in seconds and its data as in a zone file. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ResourceRecord(String name, long ttl, String type, String data) {}
}
