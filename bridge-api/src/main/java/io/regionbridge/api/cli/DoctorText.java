package io.regionbridge.api.cli;

import io.regionbridge.api.status.Count;
import io.regionbridge.api.text.Printable;
import io.regionbridge.router.diagnosis.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Checks as text. For programs one line each; for people the same in lines that fit a terminal,
 * with commands left whole so that they can be copied. Pure.
 */
final class DoctorText {
  /** As wide as the longest state with two spaces. */
  private static final String MARGIN = " ".repeat(9);

  /** What begins a command: it goes on past the edge rather than in two. */
  private static final List<String> PROGRAMS =
      List.of("kubectl ", "helm ", "sysctl ", "ip ", "timedatectl ", "region-bridge ", "dig ");

  private DoctorText() {}

  /** One line for each, and a last one that counts them. */
  static List<String> lines(List<Check> checks) {
    List<String> lines = new ArrayList<>();
    for (Check check : checks) {
      String remedy = check.remedy().isEmpty() ? "" : " → " + Printable.of(check.remedy());
      lines.add("%-7s  %s%s".formatted(word(check), text(check), remedy));
    }
    lines.add(counts(checks));
    return lines;
  }

  /** The same for people. Lines have at most {@code columns} columns; commands may be longer. */
  static List<String> folded(List<Check> checks, int columns, boolean colour) {
    int room = columns - MARGIN.length();
    List<String> lines = new ArrayList<>();
    for (Check check : checks) {
      List<String> paragraph = Paragraph.lines(text(check), room);
      String word = word(check);
      lines.add(
          style(check.state()).of(word, colour)
              + " ".repeat(MARGIN.length() - word.length())
              + paragraph.getFirst());
      paragraph.stream().skip(1).forEach(line -> lines.add(MARGIN + line));
      remedy(Printable.of(check.remedy()), room)
          .forEach(line -> lines.add(MARGIN + Style.FAINT.of(line, colour)));
    }
    lines.add(counts(checks));
    return lines;
  }

  private static List<String> remedy(String remedy, int room) {
    List<String> lines = new ArrayList<>();
    String mark = "→ ";
    if (remedy.length() + mark.length() <= room) {
      return remedy.isEmpty() ? lines : List.of(mark + remedy);
    }
    for (String step : remedy.split("; ", -1)) {
      if (PROGRAMS.stream().anyMatch(step::startsWith)) {
        lines.add(mark + step);
      } else {
        String indent = mark;
        for (String line : Paragraph.lines(step, room - mark.length())) {
          lines.add(indent + line);
          indent = " ".repeat(mark.length());
        }
      }
      mark = "  ";
    }
    return lines;
  }

  private static String word(Check check) {
    return check.state().name().toLowerCase(Locale.ROOT);
  }

  private static String text(Check check) {
    return Printable.of(check.name() + ": " + check.message());
  }

  private static String counts(List<Check> checks) {
    return "%s: %d failed, %d with a warning, %d skipped"
        .formatted(
            Count.of(checks.size(), "check"),
            count(checks, Check.State.FAILURE),
            count(checks, Check.State.WARNING),
            count(checks, Check.State.SKIPPED));
  }

  private static long count(List<Check> checks, Check.State state) {
    return checks.stream().filter(check -> check.state() == state).count();
  }

  private static Style style(Check.State state) {
    return switch (state) {
      case OK -> Style.GOOD;
      case WARNING -> Style.UNSURE;
      case FAILURE -> Style.BAD;
      case SKIPPED -> Style.FAINT;
    };
  }
}
