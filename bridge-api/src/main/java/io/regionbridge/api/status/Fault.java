package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that needs attention: what, since when, and what to do.
 *
 * @param severity failure: something does not work; warning: it works, with less to spare than it
 *     should
 * @param about what kind of thing: the type of a condition, or a word such as gateway
 * @param region that it concerns; empty: the local one
 * @param message what is wrong, and with what
 * @param since null: not known
 * @param remedy what to do
 * @param details what else has the same cause, in words; empty if nothing
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

  /** An older version of the program tells no details. */
  public Fault {
    details = details == null ? List.of() : List.copyOf(details);
  }

  /** A fault that nothing else follows from. */
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
