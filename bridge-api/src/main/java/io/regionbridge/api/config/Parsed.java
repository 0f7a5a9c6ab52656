package io.regionbridge.api.config;

/** What came of reading one text as a value. */
sealed interface Parsed<T> {
  /** The text is one. */
  record Value<T>(T value) implements Parsed<T> {}

  /**
   * The text is none.
   *
   * @param reason what is wrong, in one clause
   * @param advice what to write instead
   */
  record Wrong<T>(String reason, String advice) implements Parsed<T> {}

  static <T> Parsed<T> value(T value) {
    return new Value<>(value);
  }

  static <T> Parsed<T> wrong(String reason, String advice) {
    return new Wrong<>(reason, advice);
  }
}
