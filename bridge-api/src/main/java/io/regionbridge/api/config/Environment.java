package io.regionbridge.api.config;

import io.regionbridge.api.text.Suggestion;
import io.regionbridge.router.net.IpLiteral;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The environment variables that stand for keys: {@code REGION_BRIDGE_} and the path in capitals,
 * with an underscore for each dot. The words of a key may be split or not: {@code
 * REGION_BRIDGE_DNS_CACHE_MAXENTRIES} and {@code REGION_BRIDGE_DNS_CACHE_MAX_ENTRIES} are the same.
 * An empty variable is one that is not set.
 */
final class Environment {
  static final String PREFIX = "REGION_BRIDGE_";

  /** Read by the launcher, not here. */
  private static final Set<String> LAUNCHER =
      Set.of(PREFIX + "JAVA_HOME", PREFIX + "JAVA_OPTS", PREFIX + "HOME");

  private static final String WORD_BOUNDARY = "(?<=[a-z0-9])(?=[A-Z])";

  private static final Pattern QUOTED = Pattern.compile("^(['\"])(.*)\\1$");

  /** Not asked for yet. */
  private final Map<String, String> left = new TreeMap<>();

  private final Set<String> known = new LinkedHashSet<>();

  Environment(Map<String, String> variables) {
    variables.forEach((name, value) -> {
      boolean ours = name.startsWith(PREFIX) && !LAUNCHER.contains(name);
      if (ours && !value.isBlank()) {
        left.put(name, value.strip());
      }
    });
  }

  static Environment none() {
    return new Environment(Map.of());
  }

  /** The names by which a key can be set, the plainest first. */
  static List<String> names(String path) {
    List<String> names = List.of("");
    for (String segment : path.split("\\.", -1)) {
      Set<String> spellings = new LinkedHashSet<>();
      spellings.add(segment.toUpperCase(Locale.ROOT));
      spellings.add(String.join("_", segment.split(WORD_BOUNDARY, -1)).toUpperCase(Locale.ROOT));
      List<String> longer = new ArrayList<>();
      for (String name : names) {
        spellings.forEach(s -> longer.add((name.isEmpty() ? PREFIX : name + "_") + s));
      }
      names = longer;
    }
    return names;
  }

  /** The items of a list that is written with commas, in brackets as in the file or without. */
  static List<String> items(String text) {
    return Arrays.stream(withoutBrackets(text).split(",", -1))
        .map(item -> QUOTED.matcher(item.strip()).replaceFirst("$2"))
        .filter(item -> !item.isEmpty())
        .toList();
  }

  /** An IPv6 address has brackets of its own: {@code [::1]}, {@code [::1]:53,[::2]}. */
  private static String withoutBrackets(String text) {
    if (text.length() < 2 || !text.startsWith("[") || !text.endsWith("]")) {
      return text;
    }
    String inside = text.substring(1, text.length() - 1);
    boolean address = inside.contains(":") && IpLiteral.parse(inside).isPresent();
    boolean list = Arrays.stream(inside.split(",", -1)).allMatch(Environment::closesBrackets);
    return address || !list ? text : inside;
  }

  private static boolean closesBrackets(String item) {
    return item.chars().filter(c -> c == '[').count() == item.chars().filter(c -> c == ']').count();
  }

  /** What the environment says about a key, if anything. */
  Optional<Located<YamlNode>> take(String path, List<ConfigProblem> problems) {
    List<String> names = names(path);
    known.addAll(names);
    Optional<Located<YamlNode>> taken = Optional.empty();
    for (String name : names) {
      String value = left.remove(name);
      if (value != null && taken.isPresent()) {
        String advice = "keep " + taken.get().path();
        problems.add(new ConfigProblem(name, "sets " + path + " a second time", null, advice));
      } else if (value != null) {
        YamlNode node = new YamlNode.Scalar(value, YamlNode.Scalar.Kind.UNTYPED);
        taken = Optional.of(new Located<>(name, node));
      }
    }
    return taken;
  }

  /** Reports every variable that no key has read. */
  void end(List<ConfigProblem> problems) {
    left.forEach((name, value) -> {
      if (!KubernetesVariable.isOne(name.substring("REGION_BRIDGE".length()), value)) {
        problems.add(new ConfigProblem(name, "stands for no key", null, advice(name)));
      }
    });
  }

  private String advice(String name) {
    Optional<String> inside = known.stream().filter(k -> k.startsWith(name + "_")).findFirst();
    if (inside.isPresent()) {
      return "set the keys of this section one by one, such as " + inside.get();
    }
    String key = name.substring(PREFIX.length());
    List<String> keys = known.stream().map(k -> k.substring(PREFIX.length())).toList();
    return Suggestion.nearest(key, keys)
        .map(near -> "did you mean " + PREFIX + near + "?")
        .orElse("unset it, or see the configuration reference for the keys there are");
  }
}
