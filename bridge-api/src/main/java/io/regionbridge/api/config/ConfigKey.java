package io.regionbridge.api.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration. {@link ConfigKeys} lists all of them; reading, names in the
 * environment, changes and the reference page are derived from them.
 *
 * @param path in the file; {@code list[].key} for a key of a list's entries
 * @param fallback the default, in words of the reference page
 * @param meaning for the reference page, in Markdown
 */
public record ConfigKey<T>(
    String path, Effect effect, Shape<T> shape, String fallback, String meaning) {

  /** What is needed to apply a change of a key. */
  public enum Effect {
    /** Nothing: it holds from the next query on. */
    LIVE,
    /** A restart. Until then the value that the process started with holds. */
    RESTART
  }

  /** How a key is written. Reports what is wrong with it to its place and never throws. */
  @FunctionalInterface
  interface Shape<T> {
    ReadValue<T> read(Place place);
  }

  /** Where a key stands, or would stand. */
  interface Place {
    /** The value, or a default. */
    <T> ReadValue<T> value(Notation<T> notation, T fallback);

    <T> ReadValue<Optional<T>> optional(Notation<T> notation);

    /** A value without which nothing works. */
    <T> ReadValue<T> required(Notation<T> notation, String advice);

    /** The values of a list, in order. */
    <T> ReadValue<List<T>> list(Notation<T> notation, List<T> fallback);

    /** A list, or {@code off} for an empty one; empty where it is not there. */
    <T> ReadValue<Optional<List<T>>> listOrOff(Notation<T> notation);

    /** A list of sections, all with the same keys. */
    <V> ReadValue<List<V>> sections(
        List<ConfigKey<?>> keys, Function<Map<ConfigKey<?>, ReadValue<?>>, V> values);

    /** Whether the section that it stands in is there, be it empty. */
    boolean hasSection();

    /** Whether another key or section is there beside it, be it empty. */
    boolean hasBeside(String key);

    /** What was read of a key before it in the table; empty if that is missing or wrong. */
    <T> Optional<T> before(ConfigKey<T> key);

    /** Paths of files, relative to the file of the configuration. */
    Notation<Path> files();
  }

  // There is one key of each path and type: a record's own would compare everything, at each
  // look-up.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  /** The list whose entries have the key; empty for a key of the file itself. */
  String list() {
    return path.substring(0, Math.max(path.lastIndexOf("[]"), 0));
  }

  /** The sections that it stands in, outermost first: of the file, or of the list's entry. */
  String section() {
    String inner = list().isEmpty() ? path : path.substring(list().length() + "[].".length());
    return inner.substring(0, Math.max(inner.lastIndexOf('.'), 0));
  }

  /** What it is called within its section. */
  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  @Override
  public String toString() {
    return path;
  }
}
