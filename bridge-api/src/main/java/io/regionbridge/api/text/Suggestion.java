package io.regionbridge.api.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a mistyped word was probably meant to be. */
public final class Suggestion {
  private Suggestion() {}

  /**
   * The nearest of the words that exist, unless even that one is far off: more than a third of the
   * letters. Case, hyphens and underscores do not count.
   */
  public static Optional<String> nearest(String word, Collection<String> candidates) {
    String plain = plain(word);
    return candidates.stream()
        .filter(c -> distance(plain, plain(c)) <= Math.max(plain.length(), c.length()) / 3)
        .min(
            Comparator.<String>comparingInt(c -> distance(plain, plain(c)))
                .thenComparingInt(c -> distance(word, c)));
  }

  /** A word without what does not count. */
  public static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  /**
   * How many letters to add, drop, change or swap with their neighbour (optimal string alignment
   * distance).
   */
  static int distance(String from, String to) {
    int[][] d = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int best = Math.min(d[i - 1][j], d[i][j - 1]) + 1;
        best = Math.min(best, d[i - 1][j - 1] + (same ? 0 : 1));
        boolean swapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        d[i][j] = swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
      }
    }
    return d[from.length()][to.length()];
  }
}
