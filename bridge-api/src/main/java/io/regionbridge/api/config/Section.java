package io.regionbridge.api.config;

import io.regionbridge.api.text.Suggestion;
import io.regionbridge.router.net.Parsed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One section of the configuration, read key by key. A key is taken from the environment if it is
 * set there, else from the file. A value that cannot be used becomes a problem and the default is
 * returned in its place, so that reading goes on and finds the other problems.
 */
final class Section {
  private final String path;
  private final boolean there;
  private final Map<String, YamlNode> entries;
  private final Set<String> known = new LinkedHashSet<>();
  private final Source source;

  /**
   * What all sections of a file share.
   *
   * @param directory base of relative paths
   * @param keys all keys of the file, to say where a misplaced one belongs
   */
  record Source(
      Path directory,
      Environment environment,
      List<ConfigKey<?>> keys,
      List<ConfigProblem> problems) {}

  /** The section that a node holds. Anything but a mapping is a problem, and read as empty. */
  Section(Located<YamlNode> at, Source source) {
    this.source = source;
    path = at.path();
    there = !(at.value() instanceof YamlNode.Absent);
    entries = at.value() instanceof YamlNode.Mapping(var mapping) ? mapping : Map.of();
    if (there && !(at.value() instanceof YamlNode.Mapping)) {
      // Not what stands there: the file may be a token's or a key's, named by mistake.
      String reason = "a section is needed, this is " + at.value().description();
      report(path, reason, "write key: value lines");
    }
  }

  /** Whether there are keys, and none of them is or is nearly one of those that were asked for. */
  boolean isForeign() {
    return !entries.isEmpty()
        && entries.keySet().stream()
            .allMatch(key -> !known.contains(key) && Suggestion.nearest(key, known).isEmpty());
  }

  /** Reads keys in the order of their table, and reports every other key that is there. */
  Map<ConfigKey<?>, ReadValue<?>> read(List<ConfigKey<?>> keys) {
    Map<ConfigKey<?>, ReadValue<?>> values = new HashMap<>();
    Map<String, Section> open = new LinkedHashMap<>();
    String top = "";
    for (ConfigKey<?> key : keys) {
      String first = key.section().replaceFirst("\\..*", "");
      if (!first.equals(top)) {
        open.values().forEach(Section::end);
        open.clear();
        top = first;
      }
      values.put(key, key.shape().read(within(key.section(), open).new KeyPlace(key, values)));
    }
    open.values().forEach(Section::end);
    end();
    return values;
  }

  private Section within(String relative, Map<String, Section> open) {
    if (relative.isEmpty()) {
      return this;
    }
    Section opened = open.get(relative);
    if (opened == null) {
      int dot = relative.lastIndexOf('.');
      Section outer = within(relative.substring(0, Math.max(dot, 0)), open);
      String key = relative.substring(dot + 1);
      outer.known.add(key);
      opened = new Section(new Located<>(YamlTree.child(outer.path, key), outer.at(key)), source);
      open.put(relative, opened);
    }
    return opened;
  }

  /** Reports every key that was not read. */
  private void end() {
    for (String key : entries.keySet()) {
      if (!known.contains(key)) {
        report(YamlTree.child(path, key), "is no key of the configuration", advice(key));
      }
    }
  }

  private String advice(String key) {
    Optional<String> near =
        Suggestion.nearest(key, known)
            .map(name -> YamlTree.child(path, name))
            .or(() -> {
              String plain = Suggestion.plain(key);
              return source.keys().stream()
                  .filter(other -> Suggestion.plain(other.name()).equals(plain))
                  .map(ConfigKey::path)
                  .findFirst();
            });
    return near.map(place -> "did you mean " + place + "?")
        .orElse("take it out; there are " + String.join(", ", known));
  }

  private YamlNode at(String key) {
    return entries.getOrDefault(key, new YamlNode.Absent());
  }

  private void report(String at, String reason, String advice) {
    source.problems().add(new ConfigProblem(at, reason, null, advice));
  }

  private void reportWrongKind(Located<YamlNode> at, String needed, String advice) {
    String text = at.value() instanceof YamlNode.Scalar(String written, _) ? written : null;
    String reason = needed + ", this is " + at.value().description();
    source.problems().add(new ConfigProblem(at.path(), reason, text, advice));
  }

  private <T> Optional<T> scalar(Located<YamlNode> at, Notation<T> notation) {
    Notation.Kind needed = notation.kind();
    if (!(at.value() instanceof YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind))
        || !needed.takes(kind)) {
      reportWrongKind(at, needed.words(), notation.adviceOnKind());
      return Optional.empty();
    }
    Parsed<T> parsed = notation.read(text);
    if (parsed instanceof Parsed.Invalid<T>(String reason, String advice)) {
      source.problems().add(new ConfigProblem(at.path(), reason, text, advice));
    } else if (needed == Notation.Kind.TEXT && kind.isGuessed()) {
      // YAML may have read something else than what stands there: 010 is 8, and no is false.
      reportWrongKind(at, "text is needed", "write \"" + text + "\"");
      return Optional.empty();
    }
    return parsed.get();
  }

  private List<Located<YamlNode>> items(Located<YamlNode> list, String advice) {
    List<Located<YamlNode>> items = new ArrayList<>();
    if (list.value() instanceof YamlNode.Sequence(List<YamlNode> nodes)) {
      for (int i = 0; i < nodes.size(); i++) {
        items.add(new Located<>(list.path() + "[" + i + "]", nodes.get(i)));
      }
    } else if (!(list.value() instanceof YamlNode.Absent)) {
      reportWrongKind(list, "a list is needed", advice);
    }
    return items;
  }

  /** The place of one key. */
  private final class KeyPlace implements ConfigKey.Place {
    private final Map<ConfigKey<?>, ReadValue<?>> before;
    private final Located<YamlNode> at;

    KeyPlace(ConfigKey<?> key, Map<ConfigKey<?>, ReadValue<?>> before) {
      this.before = before;
      known.add(key.name());
      String file = YamlTree.child(path, key.name());
      at =
          source
              .environment()
              .take(file, source.problems())
              .orElseGet(() -> new Located<>(file, at(key.name())));
    }

    @Override
    public <T> ReadValue<T> value(Notation<T> notation, T fallback) {
      return new ReadValue<>(one(notation).orElse(fallback), at.path());
    }

    @Override
    public <T> ReadValue<Optional<T>> optional(Notation<T> notation) {
      return new ReadValue<>(one(notation), at.path());
    }

    @Override
    public <T> ReadValue<T> required(Notation<T> notation, String advice) {
      if (isAbsent()) {
        report(at.path(), "is missing", advice);
      }
      return new ReadValue<>(one(notation).orElse(null), at.path());
    }

    /** One value alone is a list as well, but only in the environment. */
    @Override
    public <T> ReadValue<List<T>> list(Notation<T> notation, List<T> fallback) {
      if (isAbsent()) {
        List<String> places = fallback.stream().map(_ -> at.path()).toList();
        return new ReadValue<>(fallback, at.path(), places);
      }
      List<Located<YamlNode>> items = new ArrayList<>();
      if (at.value() instanceof YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind)
          && kind == YamlNode.Scalar.Kind.UNTYPED) {
        for (String item : Environment.items(text)) {
          items.add(new Located<>(at.path(), new YamlNode.Scalar(item, kind)));
        }
      } else {
        String text = at.value() instanceof YamlNode.Scalar(String written, _) ? written : "VALUE";
        items = items(at, "write [" + text + "]");
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
      return new ReadValue<>(List.copyOf(values), at.path(), places);
    }

    @Override
    public <T> ReadValue<Optional<List<T>>> listOrOff(Notation<T> notation) {
      if (isAbsent()) {
        return new ReadValue<>(Optional.empty(), at.path());
      }
      boolean off =
          at.value() instanceof YamlNode.Scalar(String text, _)
              && (text.equalsIgnoreCase("off") || text.equalsIgnoreCase("false"));
      return off
          ? new ReadValue<>(Optional.of(List.of()), at.path())
          : list(notation, List.of()).map(Optional::of);
    }

    @Override
    public <V> ReadValue<List<V>> sections(
        List<ConfigKey<?>> keys, Function<Map<ConfigKey<?>, ReadValue<?>>, V> make) {
      YamlNode node =
          at.value() instanceof YamlNode.Scalar(String text, YamlNode.Scalar.Kind kind)
                  && kind == YamlNode.Scalar.Kind.UNTYPED
              ? YamlTree.read(text, at.path(), source.problems())
              : at.value();
      // What stands in a list has no name in the environment.
      Source inner =
          new Source(source.directory(), Environment.none(), source.keys(), source.problems());
      List<V> values = new ArrayList<>();
      List<String> places = new ArrayList<>();
      for (Located<YamlNode> item :
          items(new Located<>(at.path(), node), "write - before each entry")) {
        values.add(make.apply(new Section(item, inner).read(keys)));
        places.add(item.path());
      }
      return new ReadValue<>(
          List.copyOf(values), at.path(), places, !(node instanceof YamlNode.Absent));
    }

    @Override
    public boolean hasSection() {
      return there;
    }

    @Override
    public boolean hasBeside(String key) {
      return !(at(key) instanceof YamlNode.Absent);
    }

    @Override
    @SuppressWarnings("unchecked") // a key of T has a reading of T
    public <T> Optional<T> before(ConfigKey<T> key) {
      ReadValue<?> reading = before.get(key);
      return reading == null ? Optional.empty() : Optional.ofNullable((T) reading.value());
    }

    @Override
    public Notation<Path> files() {
      return Notations.path(source.directory());
    }

    private boolean isAbsent() {
      return at.value() instanceof YamlNode.Absent;
    }

    private <T> Optional<T> one(Notation<T> notation) {
      return isAbsent() ? Optional.empty() : scalar(at, notation);
    }
  }
}
