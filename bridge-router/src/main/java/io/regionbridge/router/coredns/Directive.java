package io.regionbridge.router.coredns;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A plugin in a server block, or an option of one, with the arguments on its line and the options
 * between its braces.
 */
public record Directive(String name, List<String> arguments, List<Directive> options) {
  public Directive {
    arguments = List.copyOf(arguments);
    options = List.copyOf(options);
  }

  /** The first option of that name. */
  Optional<Directive> option(String option) {
    return options.stream().filter(o -> o.name().equals(option)).findFirst();
  }

  /** Its arguments as they stand in a Corefile. */
  String line() {
    return arguments.stream().map(Directive::quoted).collect(Collectors.joining(" "));
  }

  /** Its options as they stand in a Corefile, one on a line, without the braces around them. */
  String body() {
    return options.stream().map(Directive::text).collect(Collectors.joining("\n"));
  }

  private String text() {
    String head = arguments.isEmpty() ? quoted(name) : quoted(name) + " " + line();
    return options.isEmpty() ? head : head + " {\n" + body().indent(4) + "}";
  }

  private static String quoted(String word) {
    boolean plain =
        !word.isEmpty()
            && word.chars().noneMatch(c -> Character.isWhitespace(c) || c == '#' || c == '"');
    return plain ? word : "\"" + word.replace("\"", "\\\"") + "\"";
  }
}
