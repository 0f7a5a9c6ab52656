package io.regionbridge.router.kubernetes;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the conditions of an object from what is found now and what was found before. Pure. */
public final class Conditions {
  private Conditions() {}

  /** The status of a finding. */
  public enum State {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** The text in Kubernetes objects. */
    public String text() {
      return text;
    }
  }

  /**
   * What was found of one type of condition.
   *
   * @see Condition
   */
  public record Finding(String type, State state, String reason, String message) {
    /** A condition that is True. */
    public static Finding yes(String type, String reason, String message) {
      return new Finding(type, State.TRUE, reason, message);
    }

    /** A condition that is False. */
    public static Finding no(String type, String reason, String message) {
      return new Finding(type, State.FALSE, reason, message);
    }

    /** A condition that is Unknown. */
    public static Finding unknown(String type, String reason, String message) {
      return new Finding(type, State.UNKNOWN, reason, message);
    }
  }

  /**
   * Merges findings into conditions, sorted by type. The transition time is kept as long as the
   * status stays. Types without a finding are dropped.
   *
   * @param before those that the object has, of any age, or null
   */
  public static List<Condition> merge(
      @Nullable List<Condition> before, List<Finding> findings, long generation, Instant now) {
    List<Condition> merged = new ArrayList<>(findings.size());
    for (Finding finding : findings) {
      Condition old = find(before, finding.type());
      String since =
          old != null && old.status().equals(finding.state().text)
              ? old.lastTransitionTime()
              : now.truncatedTo(ChronoUnit.SECONDS).toString();
      merged.add(
          new Condition(
              finding.type(),
              finding.state().text,
              finding.reason(),
              finding.message(),
              since,
              generation));
    }
    merged.sort(Comparator.comparing(Condition::type));
    return List.copyOf(merged);
  }

  /** The condition of a type, or null. */
  public static @Nullable Condition find(@Nullable List<Condition> conditions, String type) {
    if (conditions != null) {
      for (Condition condition : conditions) {
        if (condition.type().equals(type)) {
          return condition;
        }
      }
    }
    return null;
  }
}
