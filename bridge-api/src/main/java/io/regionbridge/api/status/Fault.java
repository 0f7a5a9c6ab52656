package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that needs attention.
 *
 * @param severity {@link #FAILURE} or {@link #WARNING}
 * @param about the type of a condition, or a word such as gateway
 * @param region empty: the local one
 * @param since null: unknown
 * @param details other effects of the same cause
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Fault(
    String severity,
    String about,
    String region,
    String message,
    @Nullable String since,
    String remedy,
    List<String> details) {
  /** Something does not work. */
  public static final String FAILURE = "failure";

  /** It works, with less to spare than it should. */
  public static final String WARNING = "warning";

  /** An older version has no details. */
  public Fault {
    details = details == null ? List.of() : List.copyOf(details);
  }

  /** A fault without further effects. */
  public Fault(
      String severity,
      String about,
      String region,
      String message,
      @Nullable String since,
      String remedy) {
    this(severity, about, region, message, since, remedy, List.of());
  }

  /** The same with what follows from it. */
  Fault withDetails(List<String> details) {
    return new Fault(severity, about, region, message, since, remedy, details);
  }

  /** The same with more that follows from it. */
  Fault withMore(List<String> more) {
    return withDetails(Stream.concat(details.stream(), more.stream()).toList());
  }

  /** Whether something does not work. */
  @JsonIgnore
  public boolean failure() {
    return severity.equals(FAILURE);
  }
}
