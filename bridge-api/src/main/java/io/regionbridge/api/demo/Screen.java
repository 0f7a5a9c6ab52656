package io.regionbridge.api.demo;

import java.io.PrintWriter;
import java.util.Locale;

/** How the show looks: aligned, coloured if wanted, 80 columns where names allow. */
final class Screen {
  private static final String GREEN = "32";
  private static final String RED = "31";
  private static final String BOLD = "1";
  private static final String DIM = "2";
  private static final int TEXT = 56;

  private final PrintWriter out;
  private final boolean colour;
  private boolean held = true;

  Screen(PrintWriter out, boolean colour) {
    this.out = out;
    this.colour = colour;
  }

  /** Whether everything that was {@linkplain #check checked} was so. */
  boolean held() {
    return held;
  }

  void printTitle(String text) {
    print("\n" + style(BOLD, text));
  }

  void printLine(String text) {
    print("  " + text);
  }

  void note(String text) {
    print(style(DIM, "      " + text));
  }

  /** Prints one check, with a time, number or word at the end of the line. */
  void check(boolean good, String text, String right) {
    held &= good;
    String mark = good ? style(GREEN, "ok  ") : style(RED, "FAIL");
    String gap = " ".repeat(Math.max(1, TEXT - text.length()));
    print("%s %s%s%s".formatted("" + mark, text, gap, right));
  }

  void end(boolean good, String text) {
    print("\n" + style(good ? GREEN : RED, text));
  }

  /** Such as 0.42 ms or 1.24 s. */
  static String time(long nanos) {
    if (nanos < 999_500_000) {
      double millis = nanos / 1e6;
      return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%.0f ms", millis);
    }
    return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
  }

  private String style(String code, String text) {
    return colour ? "\033[" + code + "m" + text + "\033[0m" : text;
  }

  private void print(String line) {
    out.println(line);
    out.flush();
  }
}
