package io.regionbridge.api.config;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was read of a key.
 *
 * @param value null where a value is missing or wrong and there is no other to go on with
 * @param place where the key stands or would stand
 * @param items of a list, where each of its values stands
 * @param given whether the key is there; false only for lists of sections
 */
record ReadValue<T>(@Nullable T value, String place, List<String> items, boolean given) {
  ReadValue {
    items = List.copyOf(items);
  }

  /** One that is there. */
  ReadValue(@Nullable T value, String place, List<String> items) {
    this(value, place, items, true);
  }

  /** One of a key that is no list. */
  ReadValue(@Nullable T value, String place) {
    this(value, place, List.of());
  }

  /** The same place with another value. */
  <R> ReadValue<R> map(Function<T, @Nullable R> change) {
    return new ReadValue<>(value == null ? null : change.apply(value), place, items, given);
  }
}
