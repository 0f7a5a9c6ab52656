package io.regionbridge.router.net;

import java.util.Optional;
import java.util.function.Function;

/**
 * The result of reading a text as a value.
 *
 * @param <T> the type of the value
 */
public sealed interface Parsed<T> {
  /** The text is one. */
  record Valid<T>(T value) implements Parsed<T> {
    @Override
    public <R> Parsed<R> flatMap(Function<T, Parsed<R>> next) {
      return next.apply(value);
    }

    @Override
    public T orThrow(String text) {
      return value;
    }
  }

  /** The text is not valid. */
  record Invalid<T>(String reason, String advice) implements Parsed<T> {
    @Override
    public <R> Parsed<R> flatMap(Function<T, Parsed<R>> next) {
      return new Invalid<>(reason, advice);
    }

    @Override
    public T orThrow(String text) {
      throw new IllegalArgumentException(text + ": " + reason + "; " + advice);
    }
  }

  /** A text that is one. */
  static <T> Parsed<T> valid(T value) {
    return new Valid<>(value);
  }

  /** A text that is none. */
  static <T> Parsed<T> invalid(String reason, String advice) {
    return new Invalid<>(reason, advice);
  }

  /** What the value is read as next; none if the text is none. */
  <R> Parsed<R> flatMap(Function<T, Parsed<R>> next);

  /** The value, or IllegalArgumentException with {@code text}, the reason and the advice. */
  T orThrow(String text);

  /** The value; empty if the text is none. */
  default Optional<T> get() {
    return this instanceof Valid<T>(T value) ? Optional.of(value) : Optional.empty();
  }
}
