package io.regionbridge.router.directory.manifest;

import java.util.List;
import java.util.Map;

/** A value in a manifest and where it stands. Lines and columns count from 1. */
sealed interface Node {
  int line();

  int column();

  /** A string, quoted or not. */
  record Text(String value, int line, int column) implements Node {}

  /** A number, as it was written. */
  record NumberText(String text, int line, int column) implements Node {}

  record Bool(boolean value, int line, int column) implements Node {}

  record Null(int line, int column) implements Node {}

  /** A YAML alias such as {@code *base}. They are not followed, so they cannot be a bomb either. */
  record Alias(String anchor, int line, int column) implements Node {}

  /**
   * What a key has that is given more than once in its object: nobody can tell which one counts.
   */
  record DuplicateKey(int firstLine, int line, int column) implements Node {}

  record Sequence(List<Node> elements, int line, int column) implements Node {}

  /** An object, down to the keys that some object in use has. */
  record Mapping(Map<String, Node> fields, int line, int column) implements Node {}
}
