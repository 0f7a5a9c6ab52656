package io.regionbridge.api.text;

/**
 * Text that somebody else wrote, fit to stand in a line on a terminal: nothing in it ends the line,
 * moves the cursor, or changes the order or the look of what follows. Pure.
 */
public final class Printable {
  private Printable() {}

  /** The text, with escapes for all control and format characters and line separators. */
  public static String of(String text) {
    if (isPrintable(text)) {
      return text;
    }
    StringBuilder printable = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(c -> {
          if (c == '\n') {
            printable.append("\\n");
          } else if (isHarmful(c)) {
            printable.append("\\u%04x".formatted(c));
          } else {
            printable.appendCodePoint(c);
          }
        });
    return printable.toString();
  }

  /** Whether nothing in it has to be escaped. */
  public static boolean isPrintable(String text) {
    return text.codePoints().noneMatch(Printable::isHarmful);
  }

  /**
   * A JSON text with escapes for them: JSON's own, so that it says the same. Between its values
   * JSON has no such characters but the ends of lines, which stay.
   */
  public static String json(String text) {
    if (isPrintable(text.replace("\n", ""))) {
      return text;
    }
    StringBuilder printable = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(c -> {
          if (c != '\n' && isHarmful(c)) {
            for (char unit : Character.toChars(c)) {
              printable.append("\\u%04x".formatted((int) unit));
            }
          } else {
            printable.appendCodePoint(c);
          }
        });
    return printable.toString();
  }

  /** Besides ESC and its like, the C1 controls and marks of writing direction (Unicode 23.2). */
  private static boolean isHarmful(int c) {
    int type = Character.getType(c);
    return Character.isISOControl(c)
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.SURROGATE;
  }
}
