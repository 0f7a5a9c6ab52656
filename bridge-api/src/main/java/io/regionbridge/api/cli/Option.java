package io.regionbridge.api.cli;

import org.jspecify.annotations.Nullable;

/**
 * Something that a command takes by name: {@code --config FILE} or {@code --config=FILE}.
 *
 * @param name with its hyphens
 * @param value what its value is called in help texts, or null for a switch
 * @param required whether the command makes no sense without it
 * @param description one sentence
 */
record Option(String name, @Nullable String value, boolean required, String description) {
  /** Taken by every command. */
  static final Option HELP = flag("--help", "Print this and exit.");

  /** Taken by every command. */
  static final Option VERBOSE = flag("--verbose", "Show where in the code an error came from.");

  /** Taken instead of a command. */
  static final Option VERSION = flag("--version", "Print the version and exit.");

  static Option flag(String name, String description) {
    return new Option(name, null, false, description);
  }

  static Option optional(String name, String value, String description) {
    return new Option(name, value, false, description);
  }

  static Option required(String name, String value, String description) {
    return new Option(name, value, true, description);
  }

  /** As it is typed. */
  String usage() {
    return value == null ? name : name + " " + value;
  }
}
