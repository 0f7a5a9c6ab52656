package io.regionbridge.api.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of a table of keys, such as those of one entry of a list, each with its place.
 * Immutable, compared by value: where something stands does not count.
 */
public final class Values {
  private final Map<ConfigKey<?>, ReadValue<?>> readings;

  /** With a reading of T for each key of T. */
  Values(Map<ConfigKey<?>, ReadValue<?>> readings) {
    this.readings = Map.copyOf(readings);
  }

  /**
   * The value of a key; NullPointerException if it is missing, which no valid configuration allows.
   */
  public <T> T get(ConfigKey<T> key) {
    return Objects.requireNonNull(reading(key).value(), key::path);
  }

  /** The value of a key with its place, unless it is missing. */
  <T> Optional<Located<T>> located(ConfigKey<T> key) {
    return Optional.ofNullable(reading(key).value()).map(value -> new Located<>(place(key), value));
  }

  /** The value of a key that need not be there, with its place. */
  <T> Optional<Located<T>> given(ConfigKey<Optional<T>> key) {
    return get(key).map(value -> new Located<>(place(key), value));
  }

  /** Whether a list of sections is there, be it empty. */
  boolean isGiven(ConfigKey<List<Values>> key) {
    return reading(key).given();
  }

  /** The values of a list, each with its place. */
  <T> List<Located<T>> items(ConfigKey<List<T>> key) {
    List<T> values = get(key);
    List<String> places = reading(key).items();
    List<Located<T>> items = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      items.add(new Located<>(places.get(i), values.get(i)));
    }
    return items;
  }

  /** Where a key stands, or would stand. */
  String place(ConfigKey<?> key) {
    return reading(key).place();
  }

  /** These, but with what the others have for the keys whose changes take effect at once. */
  Values withLive(Values others) {
    Map<ConfigKey<?>, ReadValue<?>> merged = new HashMap<>(readings);
    merged.replaceAll(
        (key, reading) -> key.effect() == ConfigKey.Effect.LIVE ? others.reading(key) : reading);
    return new Values(merged);
  }

  @SuppressWarnings("unchecked") // a key of T has a reading of T
  private <T> ReadValue<T> reading(ConfigKey<T> key) {
    return (ReadValue<T>) Objects.requireNonNull(readings.get(key), key::path);
  }

  private Map<String, @Nullable Object> plain() {
    Map<String, @Nullable Object> plain = new HashMap<>();
    readings.forEach((key, reading) -> plain.put(key.path(), reading.value()));
    return plain;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || other instanceof Values values && plain().equals(values.plain());
  }

  @Override
  public int hashCode() {
    return plain().hashCode();
  }

  @Override
  public String toString() {
    return plain().toString();
  }
}
