package io.regionbridge.router.net;

import java.util.Optional;

/**
 * The result of reading a text as a value.
 *
 * @param <T> the type of the value
 */
public sealed interface Parsed<T> {
  /** The text is one. */
  record Valid<T>(T value) implements Parsed<T> {}

  /**
   * The text is none.
   *
   * @param reason what is wrong with it, in one clause
   * @param advice what to write instead
   */
  record Invalid<T>(String reason, String advice) implements Parsed<T> {}

  /** A text that is one. */
  static <T> Parsed<T> valid(T value) {
    return new Valid<>(value);
  }

  /** A text that is none. */
  static <T> Parsed<T> invalid(String reason, String advice) {
    return new Invalid<>(reason, advice);
  }

  /** The value; empty if the text is none. */
  default Optional<T> get() {
    return this instanceof Valid<T>(T value) ? Optional.of(value) : Optional.empty();
  }
}
