package io.regionbridge.router.diagnosis;

/**
 * One check.
 *
 * @param name one or two words
 * @param message what was found
 * @param remedy a command or setting; empty if nothing is to be done
 */
public record Check(String name, State state, String message, String remedy) {
  /** What was found. */
  public enum State {
    /** All is well. */
    OK,
    /** It works, but not as well as it could, or not for long. */
    WARNING,
    /** It does not work. */
    FAILURE,
    /** It could not be looked at. */
    SKIPPED
  }

  /** All is well. */
  public static Check ok(String name, String message) {
    return new Check(name, State.OK, message, "");
  }

  /** A warning. */
  public static Check warning(String name, String message, String remedy) {
    return new Check(name, State.WARNING, message, remedy);
  }

  /** It does not work. */
  public static Check failure(String name, String message, String remedy) {
    return new Check(name, State.FAILURE, message, remedy);
  }

  /** A check that was skipped, with the reason. */
  public static Check skipped(String name, String message) {
    return new Check(name, State.SKIPPED, message, "");
  }
}
