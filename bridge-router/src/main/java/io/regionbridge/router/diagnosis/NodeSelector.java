package io.regionbridge.router.diagnosis;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes a policy means, by their labels, as Kubernetes has label selectors. Pure.
 *
 * @param rules all of them have to hold
 */
record NodeSelector(List<Rule> rules) {
  /** One requirement. */
  record Rule(String key, String operator, Set<String> values) {
    boolean holds(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case "In" -> value != null && values.contains(value);
        case "NotIn" -> value == null || !values.contains(value);
        case "Exists" -> value != null;
        case "DoesNotExist" -> value == null;
        default -> false; // a later kind of rule: nothing is known to be selected
      };
    }

    @Override
    public String toString() {
      return switch (operator) {
        case "In" -> key + "=" + String.join("|", values.stream().sorted().toList());
        case "NotIn" -> key + " not in " + values;
        case "Exists" -> key;
        case "DoesNotExist" -> "no " + key;
        default -> key + " " + operator;
      };
    }
  }

  NodeSelector {
    rules = List.copyOf(rules);
  }

  /**
   * Parses a label selector of the API; anything but {@code matchLabels} and {@code
   * matchExpressions} selects all.
   */
  static NodeSelector of(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> selector)) {
      return new NodeSelector(List.of());
    }
    Map<String, Rule> rules = new TreeMap<>();
    if (selector.get("matchLabels") instanceof Map<?, ?> labels) {
      labels.forEach((key, value) -> rules.put("=" + key, rule(key, "In", List.of(value))));
    }
    if (selector.get("matchExpressions") instanceof List<?> expressions) {
      for (Object each : expressions) {
        if (each instanceof Map<?, ?> expression
            && expression.get("key") instanceof String key
            && expression.get("operator") instanceof String operator) {
          Object values = expression.get("values");
          rules.put(
              expression.toString(),
              rule(key, operator, values instanceof List<?> list ? list : List.of()));
        }
      }
    }
    return new NodeSelector(List.copyOf(rules.values()));
  }

  private static Rule rule(Object key, String operator, List<?> values) {
    return new Rule(
        String.valueOf(key),
        operator,
        values.stream().map(String::valueOf).collect(Collectors.toUnmodifiableSet()));
  }

  /** Whether a node with these labels is meant. */
  boolean matches(Map<String, String> labels) {
    return rules.stream().allMatch(rule -> rule.holds(labels));
  }

  @Override
  public String toString() {
    return rules.stream().map(Rule::toString).collect(Collectors.joining(", "));
  }
}
