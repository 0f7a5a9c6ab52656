package io.regionbridge.api.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One section of the configuration, read key by key. A key is taken from the environment if it is
 * set there, else from the file. A value that cannot be used becomes a problem and the default is
 * returned in its place, so that reading goes on and finds the other problems.
 */
final class Section {
  private final String path;
  private final Path directory;
  private final boolean there;
  private final Map<String, YamlNode> entries;
  private final Environment environment;
  private final List<ConfigProblem> problems;
  private final Set<String> known = new LinkedHashSet<>();

  private Section(
      String path,
      Path directory,
      boolean there,
      Map<String, YamlNode> entries,
      Environment environment,
      List<ConfigProblem> problems) {
    this.path = path;
    this.directory = directory;
    this.there = there;
    this.entries = entries;
    this.environment = environment;
    this.problems = problems;
  }

  /**
   * The section that a node holds. Anything but a mapping is a problem, and read as empty.
   *
   * @param directory what relative paths are relative to
   */
  static Section of(
      Located<YamlNode> place,
      Path directory,
      Environment environment,
      List<ConfigProblem> problems) {
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
    boolean there = !(place.value() instanceof YamlNode.Absent);
    return new Section(place.path(), directory, there, entries, environment, problems);
  }

  /** The path of a key in a section. */
  static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Whether there are keys, and none of them is or is nearly one of those that were asked for. */
  boolean isForeign() {
    return !entries.isEmpty()
        && entries.keySet().stream()
            .allMatch(key -> !known.contains(key) && Suggestion.nearest(key, known).isEmpty());
  }

  /** Paths of files, relative to the file of the configuration. */
  Notation<Path> files() {
    return Notation.path(directory);
  }

  /** Whether the section itself is there, be it empty. */
  boolean isThere() {
    return there;
  }

  /** Whether a key or a section within this one is there, be it empty. */
  boolean has(String key) {
    return !(entries.getOrDefault(key, new YamlNode.Absent()) instanceof YamlNode.Absent);
  }

  Section section(String key) {
    known.add(key);
    YamlNode node = entries.getOrDefault(key, new YamlNode.Absent());
    return of(new Located<>(child(path, key), node), directory, environment, problems);
  }

  <T> ReadValue<T> value(String key, Notation<T> notation, T fallback) {
    Located<YamlNode> place = take(key);
    return new ReadValue<>(one(place, notation).orElse(fallback), place.path());
  }

  <T> ReadValue<Optional<T>> optional(String key, Notation<T> notation) {
    Located<YamlNode> place = take(key);
    return new ReadValue<>(one(place, notation), place.path());
  }

  /** A value without which nothing works. */
  <T> ReadValue<T> required(String key, Notation<T> notation, String advice) {
    Located<YamlNode> place = take(key);
    if (place.value() instanceof YamlNode.Absent) {
      problems.add(new ConfigProblem(place.path(), "is missing", null, advice));
    }
    return new ReadValue<>(one(place, notation).orElse(null), place.path());
  }

  /** The values of a list, in order; one value alone is a list as well only in the environment. */
  <T> ReadValue<List<T>> list(String key, Notation<T> notation, List<T> fallback) {
    return list(take(key), notation, fallback);
  }

  /** A list, or {@code off} for an empty one; empty where it is not there. */
  <T> ReadValue<Optional<List<T>>> listOrOff(String key, Notation<T> notation) {
    Located<YamlNode> place = take(key);
    if (place.value() instanceof YamlNode.Absent) {
      return new ReadValue<>(Optional.empty(), place.path());
    }
    if (place.value() instanceof YamlNode.Scalar(String text, _)
        && (text.equalsIgnoreCase("off") || text.equalsIgnoreCase("false"))) {
      return new ReadValue<>(Optional.of(List.of()), place.path());
    }
    return list(place, notation, List.of()).map(Optional::of);
  }

  private <T> ReadValue<List<T>> list(
      Located<YamlNode> place, Notation<T> notation, List<T> fallback) {
    if (place.value() instanceof YamlNode.Absent) {
      return new ReadValue<>(
          fallback, place.path(), fallback.stream().map(_ -> place.path()).toList());
    }
    List<Located<YamlNode>> items = new ArrayList<>();
    if (place.value() instanceof YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind)
        && kind == YamlNode.Scalar.Kind.UNTYPED) {
      for (String item : Environment.items(text)) {
        items.add(new Located<>(place.path(), new YamlNode.Scalar(item, kind)));
      }
    } else {
      String text = place.value() instanceof YamlNode.Scalar(String written, _) ? written : "VALUE";
      items = items(place, "write [" + text + "]");
    }
    List<T> values = new ArrayList<>();
    List<String> places = new ArrayList<>();
    for (Located<YamlNode> item : items) {
      scalar(item, notation)
          .ifPresent(value -> {
            values.add(value);
            places.add(item.path());
          });
    }
    return new ReadValue<>(List.copyOf(values), place.path(), places);
  }

  /** A list of sections, all with the same keys. */
  ReadValue<List<Values>> sections(String key, List<ConfigKey<?>> keys) {
    Located<YamlNode> place = take(key);
    YamlNode node =
        place.value() instanceof YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind)
                && kind == YamlNode.Scalar.Kind.UNTYPED
            ? YamlTree.read(text, place.path(), problems)
            : place.value();
    List<Values> values = new ArrayList<>();
    List<String> places = new ArrayList<>();
    for (Located<YamlNode> item :
        items(new Located<>(place.path(), node), "write - before each entry")) {
      // What stands in a list has no name in the environment.
      values.add(of(item, directory, Environment.none(), problems).read(keys));
      places.add(item.path());
    }
    return new ReadValue<>(
        List.copyOf(values), place.path(), places, !(node instanceof YamlNode.Absent));
  }

  /** Reads keys in the order of their table, and tells of every other key that is there. */
  Values read(List<ConfigKey<?>> keys) {
    Values values = new Values();
    Map<String, Section> open = new LinkedHashMap<>();
    String top = "";
    for (ConfigKey<?> key : keys) {
      String first = key.section().replaceFirst("\\..*", "");
      if (!first.equals(top)) {
        open.values().forEach(Section::end);
        open.clear();
        top = first;
      }
      values.read(key, within(key.section(), open));
    }
    open.values().forEach(Section::end);
    end();
    return values;
  }

  private Section within(String relative, Map<String, Section> open) {
    if (relative.isEmpty()) {
      return this;
    }
    Section known = open.get(relative);
    if (known == null) {
      int dot = relative.lastIndexOf('.');
      Section outer = within(relative.substring(0, Math.max(dot, 0)), open);
      known = outer.section(relative.substring(dot + 1));
      open.put(relative, known);
    }
    return known;
  }

  /** Tells of every key that nobody asked for. */
  private void end() {
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
    return ConfigKeys.elsewhere(key)
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

  private List<Located<YamlNode>> items(Located<YamlNode> place, String advice) {
    List<Located<YamlNode>> items = new ArrayList<>();
    switch (place.value()) {
      case YamlNode.Absent _ -> {}
      case YamlNode.Sequence(List<YamlNode> nodes) -> {
        for (int i = 0; i < nodes.size(); i++) {
          items.add(new Located<>(place.path() + "[" + i + "]", nodes.get(i)));
        }
      }
      case YamlNode other ->
          problems.add(wrongKind(place.path(), other, "a list is needed", advice));
    }
    return items;
  }

  private <T> Optional<T> one(Located<YamlNode> place, Notation<T> notation) {
    return place.value() instanceof YamlNode.Absent ? Optional.empty() : scalar(place, notation);
  }

  private <T> Optional<T> scalar(Located<YamlNode> place, Notation<T> notation) {
    Notation.Kind needed = notation.kind();
    if (!(place.value() instanceof YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind))
        || !needed.takes(kind)) {
      problems.add(wrongKind(place.path(), place.value(), needed.words(), notation.adviceOnKind()));
      return Optional.empty();
    }
    return switch (notation.read(text)) {
      case Parsed.Wrong<T>(String reason, String advice) -> {
        problems.add(new ConfigProblem(place.path(), reason, text, advice));
        yield Optional.empty();
      }
      case Parsed.Value<T> _ when needed == Notation.Kind.TEXT && kind.isGuessed() -> {
        // YAML may have read something else than what stands there: 010 is 8, and no is false.
        problems.add(
            wrongKind(place.path(), place.value(), "text is needed", "write \"" + text + "\""));
        yield Optional.empty();
      }
      case Parsed.Value<T>(T value) -> Optional.of(value);
    };
  }

  private static ConfigProblem wrongKind(String path, YamlNode node, String needed, String advice) {
    String text = node instanceof YamlNode.Scalar(String written, _) ? written : null;
    return new ConfigProblem(path, needed + ", this is " + node.description(), text, advice);
  }
}
