package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last minutes of one bridge in equal steps, oldest first. All lists of numbers and all state
 * texts have the same length, so one index is one moment.
 *
 * @param end time of the last step, ISO 8601 in UTC; null before the first
 * @param cacheShare share of the answers for peers' names without a round trip, 0 to 1; null: there
 *     were none
 * @param medianMillis upper bound of the median time to answer; null: no answers. {@code p99Millis}
 *     likewise
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record HistoryReport(
    @Nullable String end,
    int stepSeconds,
    List<Double> queriesPerSecond,
    List<@Nullable Double> cacheShare,
    List<@Nullable Double> medianMillis,
    List<@Nullable Double> p99Millis,
    List<Gateway> gateways) {

  /**
   * A gateway of a peer, with one character per step: {@code u} up, {@code d} down, {@code -}
   * unknown.
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Gateway(String region, String address, String states) {}
}
