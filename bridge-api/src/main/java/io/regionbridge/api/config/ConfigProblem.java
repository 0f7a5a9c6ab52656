package io.regionbridge.api.config;

import io.regionbridge.api.text.Printable;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a configuration, as data.
 *
 * @param path where: the path of the key ({@code regions[0].podCIDRs[1]}), or the name of the
 *     environment variable; empty for the file as a whole
 * @param reason what is wrong, in one clause
 * @param text what stands there, or null where nothing does
 * @param advice what to do about it
 * @param clash whether two claims clash of which each is good alone: the service runs, without what
 *     is claimed twice
 */
public record ConfigProblem(
    String path, String reason, @Nullable String text, String advice, boolean clash) {
  private static final int SHOWN = 60;

  /** One that is no clash. */
  public ConfigProblem(String path, String reason, @Nullable String text, String advice) {
    this(path, reason, text, advice, false);
  }

  /** All of it in one line, whatever the offending text holds. */
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
