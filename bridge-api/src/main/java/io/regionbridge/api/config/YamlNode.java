package io.regionbridge.api.config;

import java.util.List;
import java.util.Map;

/** A YAML document as it was written: keys in order, scalars with their own text. */
sealed interface YamlNode {
  /** Nothing, or an explicit null: both leave a key at its default. */
  record Absent() implements YamlNode {}

  record Scalar(String text, Kind kind) implements YamlNode {
    /** What the text is by YAML's rules. */
    enum Kind {
      TEXT,
      NUMBER,
      BOOLEAN,
      /** From the environment, where everything is text and the key decides. */
      UNTYPED;

      /** Whether YAML takes it for something other than the text that stands there. */
      boolean isGuessed() {
        return this == NUMBER || this == BOOLEAN;
      }
    }
  }

  record Sequence(List<YamlNode> items) implements YamlNode {}

  record Mapping(Map<String, YamlNode> entries) implements YamlNode {}

  /** What a user would call it. */
  default String description() {
    return switch (this) {
      case Absent _ -> "nothing";
      case Mapping _ -> "a section";
      case Sequence _ -> "a list";
      case Scalar(_, Scalar.Kind kind) ->
          switch (kind) {
            case TEXT, UNTYPED -> "text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
          };
    };
  }
}
