package io.regionbridge.api.cli;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that a command takes by name: {@code --config FILE} or {@code --config=FILE}.
 *
 * @param name with its hyphens
 * @param alias a second name; empty if there is none
 * @param value what its value is called in help texts, or null for a switch
 * @param required whether the command makes no sense without it
 * @param description one sentence
 * @param choices the values that it takes; empty if any
 */
record Option(
    String name,
    String alias,
    @Nullable String value,
    boolean required,
    String description,
    List<String> choices) {
  /** Taken by every command. */
  static final Option HELP = flag("--help", "Print this and exit.");

  /** Taken by every command. */
  static final Option VERBOSE = flag("--verbose", "Show where in the code an error came from.");

  /** Taken instead of a command. */
  static final Option VERSION = flag("--version", "Print the version and exit.");

  Option {
    choices = List.copyOf(choices);
  }

  static Option flag(String name, String description) {
    return new Option(name, "", null, false, description, List.of());
  }

  static Option optional(String name, String value, String description) {
    return new Option(name, "", value, false, description, List.of());
  }

  static Option required(String name, String value, String description) {
    return new Option(name, "", value, true, description, List.of());
  }

  /** The same under a second name. */
  Option or(String second) {
    return new Option(name, second, value, required, description, choices);
  }

  /** The same for one of some values. */
  Option oneOf(String... values) {
    return new Option(name, alias, value, required, description, List.of(values));
  }

  /** All its names. */
  List<String> names() {
    return Stream.of(name, alias).filter(n -> !n.isEmpty()).toList();
  }

  /** As it is typed. */
  String usage() {
    return value == null ? name : name + " " + value;
  }

  /** As it is explained: with all its names. */
  String term() {
    String all = String.join(", ", names());
    return value == null ? all : all + " " + value;
  }
}
