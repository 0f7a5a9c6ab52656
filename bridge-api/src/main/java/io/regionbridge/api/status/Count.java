package io.regionbridge.api.status;

/** Counts with their unit. */
public final class Count {
  private Count() {}

  /** The number and the word, with an s unless it is one. */
  public static String of(long number, String word) {
    return number + " " + word + (number == 1 ? "" : "s");
  }
}
