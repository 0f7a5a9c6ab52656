package io.regionbridge.api.config;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a configuration, as data.
 *
 * @param path where: the path of the key ({@code regions[0].podCIDRs[1]}), or the name of the
 *     environment variable; empty for the file as a whole
 * @param reason what is wrong, in one clause
 * @param text what stands there, or null where nothing does
 * @param advice what to do about it
 */
public record ConfigProblem(String path, String reason, @Nullable String text, String advice) {
  private static final int SHOWN = 60;

  /** All of it in one line, whatever the offending text holds. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder();
    if (!path.isEmpty()) {
      line.append(printable(path)).append(": ");
    }
    line.append(printable(reason)); // a parser quotes what it stumbled over
    if (text != null) {
      line.append(": ").append(quote(text));
    }
    return line.append("; ").append(advice).toString();
  }

  private static String quote(String text) {
    int end = text.offsetByCodePoints(0, Math.min(SHOWN, text.codePointCount(0, text.length())));
    return "\"" + printable(text.substring(0, end)) + (end < text.length() ? "…\"" : "\"");
  }

  /** With escapes for all that would end the line or change how it looks. */
  private static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          if (c == '\n') {
            printable.append("\\n");
          } else if (Character.isISOControl(c)
              || Character.getType(c) == Character.FORMAT
              || Character.getType(c) == Character.LINE_SEPARATOR
              || Character.getType(c) == Character.PARAGRAPH_SEPARATOR) {
            printable.append("\\u%04x".formatted(c));
          } else {
            printable.appendCodePoint(c);
          }
        });
    return printable.toString();
  }
}
