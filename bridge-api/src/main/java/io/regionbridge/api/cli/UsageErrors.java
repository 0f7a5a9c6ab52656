package io.regionbridge.api.cli;

import io.regionbridge.api.text.Suggestion;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What picocli found wrong with a command line, in one line that says what to do. */
record UsageErrors(CommandSpec command, List<String> typed) {
  /**
   * The most helpful of several errors: an unknown word may be the reason why another is missing.
   *
   * @param unmatched words that are neither known options nor parameters
   */
  CommandException explain(List<ParameterException> found, List<String> unmatched) {
    Optional<CommandException> value =
        found.stream()
            .filter(e -> !(e instanceof UnmatchedArgumentException))
            .filter(e -> !(e instanceof MissingParameterException m) || isTyped(missing(m)))
            .findFirst()
            .map(this::value);
    return value.orElseGet(() ->
        unmatched.isEmpty()
            ? absent((MissingParameterException) found.getFirst())
            : unmatched(unmatched.getFirst()));
  }

  /** The option of this name has no value, or an empty one. */
  CommandException withoutValue(String option) {
    return wrong(option + " needs a value");
  }

  private CommandException absent(MissingParameterException e) {
    ArgSpec missing = missing(e);
    return wrong(
        missing instanceof OptionSpec
            ? "%s %s is missing".formatted(name(missing), missing.paramLabel())
            : missing.paramLabel() + " is missing");
  }

  private CommandException unmatched(String word) {
    if (command.parent() == null) {
      Stream<String> names = Stream.concat(command.subcommands().keySet().stream(), optionNames());
      return CommandException.usage(
          "unknown command \"%s\"%s; see region-bridge --help".formatted(word, meant(word, names)));
    }
    int ended = typed.indexOf("--");
    List<String> options = typed.subList(0, ended < 0 ? typed.size() : ended);
    if (word.startsWith("-") && word.length() > 1 && options.contains(word)) {
      String name = word.indexOf('=') < 0 ? word : word.substring(0, word.indexOf('='));
      return wrong("unknown option " + name + meant(name, optionNames()));
    }
    return wrong("unexpected \"" + word + "\"");
  }

  private CommandException value(ParameterException e) {
    if (e instanceof OverwrittenOptionException twice) {
      return wrong(name(twice.getOverwritten()) + " is given twice");
    }
    if (e instanceof MissingParameterException missing) {
      return withoutValue(name(missing(missing)));
    }
    ArgSpec argument = e.getArgSpec();
    if (argument == null) {
      return wrong(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
    if (argument.arity().max() == 0) {
      return wrong(name(argument) + " takes no value");
    }
    List<String> choices = choices(argument);
    return wrong(
        choices.isEmpty()
            ? "%s cannot be \"%s\"".formatted(name(argument), e.getValue())
            : "%s is %s or %s, not \"%s\""
                .formatted(
                    name(argument),
                    String.join(", ", choices.subList(0, choices.size() - 1)),
                    choices.getLast(),
                    e.getValue()));
  }

  private static List<String> choices(ArgSpec argument) {
    Object[] constants = argument.auxiliaryTypes()[0].getEnumConstants();
    return constants == null ? List.of() : Stream.of(constants).map(Object::toString).toList();
  }

  private static ArgSpec missing(MissingParameterException e) {
    return e.getMissing().getFirst();
  }

  private boolean isTyped(ArgSpec argument) {
    return argument instanceof OptionSpec option
        && Stream.of(option.names()).anyMatch(typed::contains);
  }

  private Stream<String> optionNames() {
    return command.options().stream().flatMap(option -> Stream.of(option.names()));
  }

  private static String meant(String word, Stream<String> names) {
    return Suggestion.nearest(word, names.toList())
        .map(name -> ", did you mean " + name + "?")
        .orElse("");
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private CommandException wrong(String reason) {
    return CommandException.usage(
        command.parent() == null
            ? reason + "; see region-bridge --help"
            : "%s: %s; see region-bridge %s --help"
                .formatted(command.name(), reason, command.name()));
  }
}
