package io.regionbridge.api.cli;

import java.util.regex.Pattern;

/** How words look on a terminal that has colours; as they are elsewhere. */
enum Style {
  /** All is well. */
  GOOD("32"),
  /** Something is wrong. */
  BAD("31"),
  /** Something is not known, or may become wrong. */
  UNSURE("33"),
  /** A heading. */
  STRONG("1"),
  /** What is there for completeness. */
  FAINT("2");

  /** Select Graphic Rendition (ECMA-48, section 8.3.117). */
  private static final Pattern CODES = Pattern.compile("\u001B\\[[0-9;]*m");

  private final String code;

  Style(String code) {
    this.code = code;
  }

  /** The text in this style, if the terminal has any. */
  String of(String text, boolean colour) {
    return colour && !text.isEmpty() ? "\u001B[" + code + "m" + text + "\u001B[0m" : text;
  }

  /** How many columns a text takes. */
  static int width(String text) {
    return text.indexOf('\u001B') < 0 ? text.length() : CODES.matcher(text).replaceAll("").length();
  }
}
