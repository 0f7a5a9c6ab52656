package io.regionbridge.api.config;

import io.regionbridge.router.net.Parsed;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Names of hosts and domains as operators write them: labels of letters, digits and inner hyphens
 * (RFC 1123, section 2.1), at most 253 characters (RFC 1035, section 2.3.4). Never the root. Pure.
 */
final class HostNames {
  private static final int MAX_NAME = 253;
  private static final int MAX_LABEL = 63;

  private HostNames() {}

  /** Reads a name: in lower case and without a final dot, whatever the text has. */
  static Parsed<String> parse(String text) {
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    return flaw(name)
        .<Parsed<String>>map(reason ->
            Parsed.invalid(
                reason, "write labels of letters, digits and hyphens, such as mn.internal"))
        .orElseGet(() -> Parsed.valid(name.toLowerCase(Locale.ROOT)));
  }

  /** What keeps a text from being one label of a host name, if anything does. */
  static Optional<String> labelFlaw(String label) {
    if (label.isEmpty()) {
      return Optional.of("a label is empty");
    }
    if (label.length() > MAX_LABEL) {
      return Optional.of("a label is longer than " + MAX_LABEL + " characters");
    }
    if (!label.matches("[A-Za-z0-9-]*")) {
      return Optional.of("a label holds a character that host names cannot have");
    }
    return label.startsWith("-") || label.endsWith("-")
        ? Optional.of("a label begins or ends with a hyphen")
        : Optional.empty();
  }

  private static Optional<String> flaw(String name) {
    if (name.isEmpty()) {
      return Optional.of("the name is empty");
    }
    if (name.length() > MAX_NAME) {
      return Optional.of("the name is longer than " + MAX_NAME + " characters");
    }
    return Arrays.stream(name.split("\\.", -1))
        .map(label -> labelFlaw(label).orElse(null))
        .filter(Objects::nonNull)
        .findFirst();
  }
}
