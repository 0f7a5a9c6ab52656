package io.regionbridge.api.cli;

/** How words look on a terminal that has colours; as they are elsewhere. */
enum Style {
  GOOD("32"),
  BAD("31"),
  /** Something is not known, or may become wrong. */
  UNSURE("33"),
  /** What is there for completeness. */
  FAINT("2");

  private final String code;

  Style(String code) {
    this.code = code;
  }

  /** The text in this style (ECMA-48, section 8.3.117), if the terminal has any. */
  String of(String text, boolean colour) {
    return colour && !text.isEmpty() ? "\u001B[" + code + "m" + text + "\u001B[0m" : text;
  }
}
