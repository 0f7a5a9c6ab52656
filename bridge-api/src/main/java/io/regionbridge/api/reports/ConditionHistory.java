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
 * Remembers since when conditions are what they are. Has to be shown them often enough: what comes
 * and goes between two looks was never there. Thread-safe.
 */
final class ConditionHistory {
  private record Subject(String of, String type) {}

  private record Held(String status, String since) {}

  private final Map<Subject, Held> held = new HashMap<>();

  /**
   * The conditions with their times, those that have one already as they are. What was there and is
   * not any more is forgotten.
   *
   * @param of what they are about, such as a region's name
   * @param conditions all that there are of it
   */
  synchronized List<Condition> dated(String of, List<Condition> conditions, Instant now) {
    String at = now.truncatedTo(ChronoUnit.SECONDS).toString();
    Set<String> types = conditions.stream().map(Condition::type).collect(Collectors.toSet());
    held.keySet().removeIf(subject -> subject.of().equals(of) && !types.contains(subject.type()));
    return conditions.stream().map(condition -> dated(of, condition, at)).toList();
  }

  private Condition dated(String of, Condition condition, String at) {
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
