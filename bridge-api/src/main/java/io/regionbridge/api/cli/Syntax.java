package io.regionbridge.api.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a command is called and what it takes.
 *
 * @param name one word
 * @param summary what it does, in one sentence
 * @param details what else there is to know, in lines of 80 characters; empty if nothing
 * @param operands what it takes by position: {@code NAME}, or {@code [TYPE]} if it may be left out;
 *     those that may be come last
 * @param options what it takes by name, besides what every command takes
 */
record Syntax(
    String name, String summary, String details, List<String> operands, List<Option> options) {
  private static final int WIDTH = 80;

  Syntax {
    operands = List.copyOf(operands);
    options = List.copyOf(options);
  }

  /** The options of the command and those that every command takes. */
  List<Option> allOptions() {
    return Stream.concat(options.stream(), Stream.of(Option.VERBOSE, Option.HELP)).toList();
  }

  long requiredOperands() {
    return operands.stream().filter(operand -> !operand.startsWith("[")).count();
  }

  /** The text for {@code --help}. */
  String help() {
    List<String> usage = new ArrayList<>(List.of("region-bridge", name));
    for (Option option : options) {
      usage.add(option.required() ? option.usage() : "[" + option.usage() + "]");
    }
    usage.addAll(operands);
    String text = "Usage: " + wrapped(usage) + "\n\n" + summary + "\n";
    return text + (details.isEmpty() ? "" : details + "\n") + "\n" + table(allOptions());
  }

  /** Words in lines that fit a terminal, broken between them. */
  private static String wrapped(List<String> words) {
    StringBuilder text = new StringBuilder();
    int column = "Usage: ".length();
    for (String word : words) {
      if (column + word.length() > WIDTH) {
        text.append("\n        ");
        column = 8;
      } else if (!text.isEmpty()) {
        text.append(' ');
      }
      text.append(word);
      column += word.length() + 1;
    }
    return text.toString();
  }

  /** Options and what they do, one per line. */
  static String table(List<Option> options) {
    return table(
        "Options:",
        options.stream().map(Option::term).toList(),
        options.stream().map(Option::description).toList());
  }

  static String table(String title, List<String> terms, List<String> descriptions) {
    int width = terms.stream().mapToInt(String::length).max().orElse(0);
    StringBuilder text = new StringBuilder(title).append('\n');
    for (int i = 0; i < terms.size(); i++) {
      String gap = " ".repeat(width - terms.get(i).length() + 2);
      text.append("  ").append(terms.get(i)).append(gap).append(descriptions.get(i)).append('\n');
    }
    return text.toString();
  }
}
