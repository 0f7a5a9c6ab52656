package io.regionbridge.api.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One section of the configuration, read key by key. A key is taken from the environment if it is
 * set there, else from the file. Asking for a key is what makes it known: {@link #end} tells of the
 * rest. A value that cannot be used becomes a problem and the default is returned in its place, so
 * that reading goes on and finds the other problems.
 */
final class Section {
  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9_]{0,17})");

  private final String path;
  private final Map<String, YamlNode> entries;
  private final Environment environment;
  private final List<ConfigProblem> problems;
  private final Set<String> known = new LinkedHashSet<>();

  private Section(
      String path,
      Map<String, YamlNode> entries,
      Environment environment,
      List<ConfigProblem> problems) {
    this.path = path;
    this.entries = entries;
    this.environment = environment;
    this.problems = problems;
  }

  /** The section that a node holds. Anything but a mapping is a problem, and read as empty. */
  static Section of(
      Located<YamlNode> place, Environment environment, List<ConfigProblem> problems) {
    Map<String, YamlNode> entries =
        switch (place.value()) {
          case YamlNode.Mapping(Map<String, YamlNode> mapping) -> mapping;
          case YamlNode.Absent _ -> Map.of();
          case YamlNode other -> {
            // Not what stands there: the file may be a token's or a key's, named by mistake.
            String reason = "a section is needed, this is " + other.description();
            problems.add(new ConfigProblem(place.path(), reason, null, "write key: value lines"));
            yield Map.of();
          }
        };
    return new Section(place.path(), entries, environment, problems);
  }

  /** The path of a key in a section. */
  static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  String pathOf(String key) {
    return child(path, key);
  }

  /** Whether there are keys, and none of them is or is nearly one of those that were asked for. */
  boolean isForeign() {
    return !entries.isEmpty()
        && entries.keySet().stream()
            .allMatch(key -> !known.contains(key) && Suggestion.nearest(key, known).isEmpty());
  }

  /** Whether a section is there, be it empty. */
  boolean has(String key) {
    return !(entries.getOrDefault(key, new YamlNode.Absent()) instanceof YamlNode.Absent);
  }

  Section section(String key) {
    known.add(key);
    String childPath = child(path, key);
    YamlNode node = entries.getOrDefault(key, new YamlNode.Absent());
    return of(new Located<>(childPath, node), environment, problems);
  }

  <T> T value(String key, Notation<T> notation, T fallback) {
    return optional(key, notation).map(Located::value).orElse(fallback);
  }

  <T> Optional<Located<T>> optional(String key, Notation<T> notation) {
    Located<YamlNode> place = take(key);
    return place.value() instanceof YamlNode.Absent ? Optional.empty() : scalar(place, notation);
  }

  /** A value without which nothing works. */
  <T> Optional<Located<T>> required(String key, Notation<T> notation, String advice) {
    Located<YamlNode> place = take(key);
    if (place.value() instanceof YamlNode.Absent) {
      problems.add(new ConfigProblem(place.path(), "is missing", null, advice));
      return Optional.empty();
    }
    return scalar(place, notation);
  }

  /** Tells that a key is missing which others that are there need. */
  void missing(String key, String advice) {
    problems.add(new ConfigProblem(pathOf(key), "is missing", null, advice));
  }

  /** Tells that a value does not go with others. */
  void wrong(String key, String reason, String advice) {
    problems.add(new ConfigProblem(pathOf(key), reason, null, advice));
  }

  /** The values of a list, in order; one value alone is a list as well only in the environment. */
  <T> List<Located<T>> list(String key, Notation<T> notation) {
    Located<YamlNode> place = take(key);
    return switch (place.value()) {
      case YamlNode.Absent _ -> List.of();
      case YamlNode.Sequence(List<YamlNode> items) -> {
        List<Located<T>> values = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
          scalar(new Located<>(place.path() + "[" + i + "]", items.get(i)), notation)
              .ifPresent(values::add);
        }
        yield List.copyOf(values);
      }
      case YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind)
          when kind == YamlNode.Scalar.Kind.UNTYPED -> {
        List<Located<T>> values = new ArrayList<>();
        for (String item : Environment.items(text)) {
          YamlNode node = new YamlNode.Scalar(item, kind);
          scalar(new Located<>(place.path(), node), notation).ifPresent(values::add);
        }
        yield List.copyOf(values);
      }
      case YamlNode other -> {
        String shown = other instanceof YamlNode.Scalar(String text, _) ? text : "VALUE";
        problems.add(wrongKind(place.path(), other, "a list is needed", "write [" + shown + "]"));
        yield List.of();
      }
    };
  }

  /** A list of sections, each read by the given function. */
  <T> List<T> sections(String key, Function<Section, T> reader) {
    Located<YamlNode> place = take(key);
    YamlNode node =
        place.value() instanceof YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind)
                && kind == YamlNode.Scalar.Kind.UNTYPED
            ? YamlTree.read(text, place.path(), problems)
            : place.value();
    return switch (node) {
      case YamlNode.Absent _ -> List.of();
      case YamlNode.Sequence(List<YamlNode> items) -> {
        List<T> values = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
          Located<YamlNode> item = new Located<>(place.path() + "[" + i + "]", items.get(i));
          // What stands in a list has no name in the environment.
          Section section = of(item, Environment.none(), problems);
          values.add(reader.apply(section));
          section.end();
        }
        yield List.copyOf(values);
      }
      case YamlNode other -> {
        problems.add(
            wrongKind(place.path(), other, "a list is needed", "write - before each entry"));
        yield List.of();
      }
    };
  }

  /** A whole number within limits. */
  int number(String key, int fallback, int min, int max) {
    Located<YamlNode> place = take(key);
    String advice = "write a whole number from " + min + " to " + max;
    if (place.value() instanceof YamlNode.Absent) {
      return fallback;
    }
    boolean number =
        place.value() instanceof YamlNode.Scalar(_, YamlNode.Scalar.Kind kind)
            && kind != YamlNode.Scalar.Kind.TEXT
            && kind != YamlNode.Scalar.Kind.BOOLEAN;
    String text = place.value() instanceof YamlNode.Scalar(String written, _) ? written : "";
    if (!number) {
      problems.add(wrongKind(place.path(), place.value(), "a number is needed", advice));
      return fallback;
    }
    if (!WHOLE.matcher(text).matches()) {
      problems.add(new ConfigProblem(place.path(), "is no whole number", text, advice));
      return fallback;
    }
    long value = Long.parseLong(text.replace("_", ""));
    if (value < min || value > max) {
      String reason = value < 0 ? "is negative" : "is not within " + min + " to " + max;
      problems.add(new ConfigProblem(place.path(), reason, text, advice));
      return fallback;
    }
    return (int) value;
  }

  /** A switch. In the file, what YAML 1.1 takes for one, such as on, is one. */
  boolean flag(String key, boolean fallback) {
    Located<YamlNode> place = take(key);
    return switch (place.value()) {
      case YamlNode.Absent _ -> fallback;
      case YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind)
          when kind == YamlNode.Scalar.Kind.BOOLEAN ->
          Set.of("true", "on", "yes", "y").contains(text.toLowerCase(Locale.ROOT));
      case YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind)
          when kind == YamlNode.Scalar.Kind.UNTYPED
              && (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) ->
          Boolean.parseBoolean(text);
      case YamlNode other -> {
        problems.add(
            wrongKind(place.path(), other, "true or false is needed", "write true or false"));
        yield fallback;
      }
    };
  }

  /** Tells of every key that nobody asked for. */
  void end() {
    for (String key : entries.keySet()) {
      if (!known.contains(key)) {
        problems.add(
            new ConfigProblem(
                child(path, key), "is no key of the configuration", null, advice(key)));
      }
    }
  }

  private String advice(String key) {
    Optional<String> near = Suggestion.nearest(key, known);
    if (near.isPresent()) {
      return "did you mean " + child(path, near.get()) + "?";
    }
    return ConfigKey.elsewhere(key)
        .map(place -> "did you mean " + place + "?")
        .orElse("take it out; there are " + String.join(", ", known));
  }

  private Located<YamlNode> take(String key) {
    known.add(key);
    String childPath = child(path, key);
    return environment
        .take(childPath, problems)
        .orElseGet(
            () -> new Located<>(childPath, entries.getOrDefault(key, new YamlNode.Absent())));
  }

  private <T> Optional<Located<T>> scalar(Located<YamlNode> place, Notation<T> notation) {
    if (!(place.value() instanceof YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind))) {
      problems.add(wrongKind(place.path(), place.value(), "one value is needed", "write one"));
      return Optional.empty();
    }
    return switch (notation.read(text)) {
      case Parsed.Wrong<T>(String reason, String advice) -> {
        problems.add(new ConfigProblem(place.path(), reason, text, advice));
        yield Optional.empty();
      }
      case Parsed.Value<T> _
          when kind == YamlNode.Scalar.Kind.NUMBER || kind == YamlNode.Scalar.Kind.BOOLEAN -> {
        // YAML may have read something else than what stands there: 010 is 8, and no is false.
        problems.add(
            wrongKind(place.path(), place.value(), "text is needed", "write \"" + text + "\""));
        yield Optional.empty();
      }
      case Parsed.Value<T>(T value) -> Optional.of(new Located<>(place.path(), value));
    };
  }

  private static ConfigProblem wrongKind(String path, YamlNode node, String needed, String advice) {
    String text = node instanceof YamlNode.Scalar(String written, _) ? written : null;
    return new ConfigProblem(path, needed + ", this is " + node.description(), text, advice);
  }
}
