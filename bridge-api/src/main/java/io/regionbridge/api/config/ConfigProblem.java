package io.regionbridge.api.config;

import io.regionbridge.api.text.Printable;
import org.jspecify.annotations.Nullable;

/**
 * One problem of a configuration.
 *
 * @param path of the key ({@code regions[0].podCIDRs[1]}) or name of the environment variable;
 *     empty for the whole file
 * @param reason one clause
 * @param text the value, or null
 * @param advice the remedy
 * @param clash whether two values clash that are valid alone: the bridge runs, without what is
 *     claimed twice
 */
public record ConfigProblem(
    String path, String reason, @Nullable String text, String advice, boolean clash) {
  private static final int SHOWN = 60;

  /** A problem that is no clash. */
  public ConfigProblem(String path, String reason, @Nullable String text, String advice) {
    this(path, reason, text, advice, false);
  }

  /** Everything in one line, with control characters escaped. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder();
    if (!path.isEmpty()) {
      line.append(Printable.of(path)).append(": ");
    }
    line.append(Printable.of(reason)); // a parser quotes what it stumbled over
    if (text != null) {
      line.append(": ").append(quote(text));
    }
    return line.append("; ").append(advice).toString();
  }

  private static String quote(String text) {
    int end = text.offsetByCodePoints(0, Math.min(SHOWN, text.codePointCount(0, text.length())));
    return "\"" + Printable.of(text.substring(0, end)) + (end < text.length() ? "…\"" : "\"");
  }
}
