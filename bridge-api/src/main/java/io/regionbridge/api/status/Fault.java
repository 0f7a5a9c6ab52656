package io.regionbridge.api.status;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
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
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Fault(
    String severity,
    String about,
    String region,
    String message,
    @Nullable String since,
    String remedy) {
  /** Something does not work. */
  public static final String FAILURE = "failure";

  /** It works, with less to spare than it should. */
  public static final String WARNING = "warning";

  /** Whether something does not work. */
  @JsonIgnore
  public boolean failure() {
    return severity.equals(FAILURE);
  }
}
