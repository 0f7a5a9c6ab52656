package io.regionbridge.api.reports;

import io.regionbridge.api.status.BridgeStatus.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Remembers when each condition last changed its status. A change that comes and goes between two
 * calls is not seen. Thread-safe.
 */
final class ConditionHistory {
  private record Subject(String of, String type) {}

  private record Held(String status, String since) {}

  private final Map<Subject, Held> held = new HashMap<>();

  /**
   * Adds the time of the last transition to conditions that have none, and forgets conditions that
   * are gone.
   *
   * @param of the subject of the conditions, such as a region's name
   */
  synchronized List<Condition> withTimes(String of, List<Condition> conditions, Instant now) {
    String at = now.truncatedTo(ChronoUnit.SECONDS).toString();
    Set<String> types = conditions.stream().map(Condition::type).collect(Collectors.toSet());
    held.keySet().removeIf(subject -> subject.of().equals(of) && !types.contains(subject.type()));
    return conditions.stream().map(condition -> withTimes(of, condition, at)).toList();
  }

  private Condition withTimes(String of, Condition condition, String at) {
    if (condition.lastTransitionTime() != null) {
      return condition;
    }
    Held now =
        held.compute(
            new Subject(of, condition.type()),
            (_, before) ->
                before != null && before.status().equals(condition.status())
                    ? before
                    : new Held(condition.status(), at));
    return new Condition(
        condition.type(), condition.status(), condition.reason(), condition.message(), now.since());
  }
}
