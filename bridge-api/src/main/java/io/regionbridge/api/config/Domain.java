package io.regionbridge.api.config;

import java.util.Locale;
import java.util.Optional;

/**
 * A domain name as operators write it: lower case, no final dot, labels as hosts have them (RFC
 * 1123, section 2.1), at most 253 characters (RFC 1035, section 2.3.4). Never the root.
 *
 * @param name the canonical text
 */
public record Domain(String name) {
  /** Every cluster's own, by the Kubernetes DNS specification's custom. */
  static final Domain CLUSTER = new Domain("cluster.local");

  private static final int MAX_NAME = 253;
  private static final int MAX_LABEL = 63;

  /**
   * @throws IllegalArgumentException if the name is not canonical; use {@link #parse} for what a
   *     user wrote
   */
  public Domain {
    if (flaw(name).isPresent() || !name.equals(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(name + " is no canonical domain name");
    }
  }

  /** What came of reading a name. */
  static Parsed<Domain> parse(String text) {
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    Optional<String> flaw = flaw(name);
    if (flaw.isPresent()) {
      return Parsed.wrong(
          flaw.get(), "write labels of letters, digits and hyphens, such as mn.internal");
    }
    return Parsed.value(new Domain(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether this is the other domain or below it. */
  public boolean isWithin(Domain other) {
    return name.equals(other.name) || name.endsWith("." + other.name);
  }

  /** What keeps a text from being one label of a host name, if anything does. */
  static Optional<String> labelFlaw(String label) {
    if (label.isEmpty()) {
      return Optional.of("a label is empty");
    }
    if (label.length() > MAX_LABEL) {
      return Optional.of("a label is longer than " + MAX_LABEL + " characters");
    }
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      boolean letterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      boolean inner = i > 0 && i < label.length() - 1;
      if (!letterOrDigit && !(c == '-' && inner)) {
        return Optional.of(
            c == '-'
                ? "a label begins or ends with a hyphen"
                : "a label holds a character that host names cannot have");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> flaw(String name) {
    if (name.isEmpty()) {
      return Optional.of("the name is empty");
    }
    if (name.length() > MAX_NAME) {
      return Optional.of("the name is longer than " + MAX_NAME + " characters");
    }
    for (String label : name.split("\\.", -1)) {
      Optional<String> flaw = labelFlaw(label);
      if (flaw.isPresent()) {
        return flaw;
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name;
  }
}
