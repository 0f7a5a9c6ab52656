package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which queries a bridge logs, and how many it logged; after the end, what it logged last.
 *
 * @param client an address or a range; null: all
 * @param zone names at or below it; null: all
 * @param perSecond maximum rate; 0 if it was never on
 * @param until when it ends or ended; null if it was never on
 * @param matched queries that were selected, logged or not
 * @param failed whether only failed queries are logged
 * @param lines the last of them, if they were asked for
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record QueryLogReport(
    boolean active,
    @Nullable String client,
    @Nullable String zone,
    int perSecond,
    @Nullable String until,
    long matched,
    long logged,
    boolean failed,
    List<String> lines) {
  /** Copies the lines; a bridge of an earlier release sends none. */
  public QueryLogReport {
    lines = lines == null ? List.of() : List.copyOf(lines);
  }

  /** The report of a log that was never started. */
  public static final QueryLogReport NEVER =
      new QueryLogReport(false, null, null, 0, null, 0, 0, false, List.of());
}
