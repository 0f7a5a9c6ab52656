package io.regionbridge.router.feed;

import java.util.Optional;

/**
 * How far a reader has got. Positions of one log are ordered; those of different logs are not
 * comparable.
 *
 * @param log a random number that identifies the log
 * @param generation counts up with each change
 */
public record Position(long log, long generation) {
  private static final int HEX = 16;
  private static final int MOST_DIGITS = 18;

  /** The position that a text spells; empty if it spells none. */
  public static Optional<Position> parse(String text) {
    int dash = text.indexOf('-');
    int digits = text.length() - dash - 1;
    if (dash != HEX || digits < 1 || digits > MOST_DIGITS) {
      return Optional.empty();
    }
    try {
      long log = Long.parseUnsignedLong(text, 0, dash, HEX);
      long generation = Long.parseUnsignedLong(text, dash + 1, text.length(), 10);
      return Optional.of(new Position(log, generation));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The canonical text, which {@link #parse} reads. */
  @Override
  public String toString() {
    return "%016x-%d".formatted(log, generation);
  }
}
