package io.regionbridge.api.config;

import io.regionbridge.router.net.Parsed;
import java.util.function.Predicate;

/**
 * How a value is written: reads a text, never throws. Without constants, so that those that are
 * lambdas are in the AOT cache: it takes none of an interface that is initialized.
 */
@FunctionalInterface
interface Notation<T> {
  /** What YAML must take a value for. */
  enum Kind {
    TEXT("one value is needed"),
    NUMBER("a number is needed"),
    SWITCH("true or false is needed");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    boolean takes(YamlNode.Scalar.Kind kind) {
      return switch (this) {
        case TEXT -> true;
        case NUMBER -> kind == YamlNode.Scalar.Kind.NUMBER || kind == YamlNode.Scalar.Kind.UNTYPED;
        case SWITCH -> kind == YamlNode.Scalar.Kind.BOOLEAN || kind == YamlNode.Scalar.Kind.UNTYPED;
      };
    }
  }

  Parsed<T> read(String text);

  /** What the value is to YAML. */
  default Kind kind() {
    return Kind.TEXT;
  }

  /** What to write where something of another kind stands. */
  default String adviceOnKind() {
    return "write one";
  }

  /** This one without some of its values. */
  default Notation<T> except(Predicate<T> refused, String reason, String advice) {
    return text -> {
      Parsed<T> parsed = read(text);
      return parsed instanceof Parsed.Valid<T>(T value) && refused.test(value)
          ? Parsed.invalid(reason, advice)
          : parsed;
    };
  }

  /** Parses a text that must be valid, such as a default, or throws IllegalArgumentException. */
  default T good(String text) {
    return read(text).orThrow("default " + text);
  }

  /** One that YAML has a kind for. */
  record OfKind<T>(Kind kind, String adviceOnKind, Notation<T> notation) implements Notation<T> {
    @Override
    public Parsed<T> read(String text) {
      return notation.read(text);
    }
  }
}
