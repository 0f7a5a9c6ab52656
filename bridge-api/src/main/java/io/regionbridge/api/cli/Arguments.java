package io.regionbridge.api.cli;

import io.regionbridge.api.config.Suggestion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was typed after a command: it fits the command's {@link Syntax}. */
final class Arguments {
  private final Map<Option, String> values;
  private final List<String> operands;

  private Arguments(Map<Option, String> values, List<String> operands) {
    this.values = Map.copyOf(values);
    this.operands = List.copyOf(operands);
  }

  /**
   * Reads what was typed. Options may stand before, between and after operands; {@code --} ends
   * them (POSIX, Utility Syntax Guidelines 10). With {@code --help}, nothing else is needed.
   *
   * @throws CommandFailure if it does not fit
   */
  static Arguments parse(Syntax syntax, List<String> typed) {
    Map<Option, String> values = new HashMap<>();
    List<String> operands = new ArrayList<>();
    boolean optionsEnded = false;
    for (int i = 0; i < typed.size(); i++) {
      String word = typed.get(i);
      if (optionsEnded || !word.startsWith("-") || word.equals("-")) {
        operands.add(word);
      } else if (word.equals("--")) {
        optionsEnded = true;
      } else {
        int equals = word.indexOf('=');
        Option option = option(syntax, equals < 0 ? word : word.substring(0, equals));
        String value = equals < 0 ? "" : word.substring(equals + 1);
        if (option.value() != null && equals < 0) {
          value = i + 1 < typed.size() ? typed.get(++i) : "";
        }
        boolean missing = option.value() != null && value.isEmpty();
        if (missing || (option.value() == null && equals >= 0)) {
          throw wrong(syntax, option.name() + (missing ? " needs a value" : " takes no value"));
        }
        if (!option.choices().isEmpty() && !option.choices().contains(value)) {
          throw wrong(
              syntax, "%s is %s, not \"%s\"".formatted(option.name(), alternatives(option), value));
        }
        if (values.put(option, value) != null) {
          throw wrong(syntax, option.name() + " is given twice");
        }
      }
    }
    Arguments arguments = new Arguments(values, operands);
    if (!arguments.has(Option.HELP)) {
      arguments.check(syntax);
    }
    return arguments;
  }

  private void check(Syntax syntax) {
    for (Option option : syntax.options()) {
      if (option.required() && !has(option)) {
        throw wrong(syntax, option.usage() + " is missing");
      }
    }
    if (operands.size() < syntax.requiredOperands()) {
      throw wrong(syntax, syntax.operands().get(operands.size()) + " is missing");
    }
    if (operands.size() > syntax.operands().size()) {
      throw wrong(syntax, "unexpected \"" + operands.get(syntax.operands().size()) + "\"");
    }
  }

  private static Option option(Syntax syntax, String name) {
    for (Option option : syntax.allOptions()) {
      if (option.names().contains(name)) {
        return option;
      }
    }
    List<String> names = syntax.allOptions().stream().flatMap(o -> o.names().stream()).toList();
    throw wrong(
        syntax,
        "unknown option "
            + name
            + Suggestion.nearest(name, names).map(n -> ", did you mean " + n + "?").orElse(""));
  }

  private static String alternatives(Option option) {
    List<String> all = option.choices();
    return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.getLast();
  }

  private static CommandFailure wrong(Syntax syntax, String reason) {
    return CommandFailure.usage(
        "%s: %s; see region-bridge %s --help".formatted(syntax.name(), reason, syntax.name()));
  }

  /** Whether an option was given. */
  boolean has(Option option) {
    return values.containsKey(option);
  }

  /** The value of an option, if it was given. */
  Optional<String> value(Option option) {
    return Optional.ofNullable(values.get(option));
  }

  /** The value of a required option. */
  String required(Option option) {
    return value(option).orElseThrow();
  }

  /** What was given by position, the first at 0. */
  Optional<String> operand(int position) {
    return position < operands.size() ? Optional.of(operands.get(position)) : Optional.empty();
  }
}
