package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.NameSyntax;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A field of a manifest's object, given or not: knows its path, and reads the value as the expected
 * type. A value of another type is a problem, reported once, and counts as not given. As in
 * Kubernetes, {@code null} is the same as not given.
 *
 * <p>Types of nodes are distinguished by {@code instanceof}, as everywhere on the way to the ready
 * line: the JVM makes a class for each {@code switch} over types, which no AOT cache holds.
 */
final class Field {
  private final Report report;
  private final @Nullable Field parent;
  private final String segment;
  private final @Nullable Node node;

  private Field(Report report, @Nullable Field parent, String segment, @Nullable Node node) {
    this.report = report;
    this.parent = parent;
    this.segment = segment;
    this.node = node instanceof Node.Null ? null : node;
  }

  /** The object itself. */
  static Field root(Node.Mapping object, Report report) {
    return new Field(report, null, "", object);
  }

  boolean given() {
    return node != null;
  }

  /** A field of this one, which has to be an object. */
  Field at(String key) {
    if (node instanceof Node.Mapping(var fields, int _, int _)) {
      if (fields.containsKey("<<")) {
        reportProblem("YAML merge keys (<<) are not supported: write the fields out");
      }
      return new Field(report, this, key, fields.get(key));
    }
    expected("an object");
    return new Field(report, this, key, null);
  }

  /** The elements of this field, which has to be a list; none if it is not given. */
  List<Field> elements() {
    if (node instanceof Node.Sequence(var elements, int _, int _)) {
      List<Field> fields = new ArrayList<>(elements.size());
      for (int i = 0; i < elements.size(); i++) {
        fields.add(new Field(report, this, "[" + i + "]", elements.get(i)));
      }
      return fields;
    }
    expected("a list");
    return List.of();
  }

  @Nullable String text() {
    if (node instanceof Node.Text(String value, int _, int _)) {
      return value;
    }
    if (node instanceof Node.NumberText(String value, int _, int _)) {
      reportProblem("the number " + value + " stands where a string must be: put it in quotes");
    } else if (node instanceof Node.Bool(boolean value, int _, int _)) {
      reportProblem("the boolean " + value + " stands where a string must be: put it in quotes");
    } else {
      expected("a string");
    }
    return null;
  }

  String text(String otherwise) {
    String text = text();
    return text == null ? otherwise : text;
  }

  @Nullable Boolean bool() {
    if (node instanceof Node.Bool(boolean value, int _, int _)) {
      return value;
    }
    expected("true or false");
    return null;
  }

  boolean isNumber() {
    return node instanceof Node.NumberText;
  }

  /** A port number, or null if none is given or it is a wrong one. */
  @Nullable Integer port() {
    return number("a port number", 65_535);
  }

  /** A number from 1 on, or null if none is given or it is a wrong one. */
  @Nullable Integer number(int largest) {
    return number("a number", largest);
  }

  private @Nullable Integer number(String kind, int largest) {
    if (node instanceof Node.NumberText(String text, int _, int _)) {
      int number = text.length() <= 5 ? digits(text) : -1;
      if (number >= 1 && number <= largest) {
        return number;
      }
      reportProblem(text + " is not " + kind + ": 1 to " + largest);
    } else {
      expected(kind);
    }
    return null;
  }

  /** Parses the text, and reports a problem if it is not {@code expectation}. */
  <T> @Nullable T parsed(Function<String, @Nullable T> parser, String expectation) {
    String text = text();
    if (text == null) {
      return null;
    }
    T value = parser.apply(text);
    if (value == null) {
      reportProblem("\"" + abridged(text) + "\" is not " + expectation);
    }
    return value;
  }

  /** A text that a syntax takes; a problem and null if it does not, or nothing is given. */
  @Nullable String name(NameSyntax syntax) {
    return parsed(text -> syntax.matches(text) ? text : null, syntax.description());
  }

  /** As {@link #name}, but not to give anything is a problem too. */
  @Nullable String requiredName(NameSyntax syntax) {
    if (!given()) {
      reportMissing();
      return null;
    }
    return name(syntax);
  }

  /** Tells that the field is not given, unless what it would be in is wrong itself. */
  void reportMissing(String why) {
    if (parent == null || parent.node == null || parent.node instanceof Node.Mapping) {
      reportProblem("missing" + why);
    }
  }

  void reportMissing() {
    reportMissing("");
  }

  void reportProblem(String reason) {
    Node nearest = nearest();
    report.add(nearest.line(), nearest.column(), path(), reason);
  }

  /** A problem if the field is given: it is something else. */
  private void expected(String what) {
    if (node instanceof Node.Alias(String anchor, int _, int _)) {
      reportProblem(
          "the YAML alias *" + abridged(anchor) + " is not supported: write the value out");
    } else if (node instanceof Node.DuplicateKey(int firstLine, int _, int _)) {
      reportProblem("given a second time, first in line " + firstLine);
    } else if (node != null) {
      reportProblem("must be " + what);
    }
  }

  private Node nearest() {
    Field field = this;
    while (field.node == null && field.parent != null) {
      field = field.parent;
    }
    return field.node == null ? new Node.Null(0, 0) : field.node;
  }

  private String path() {
    if (parent == null) {
      return "";
    }
    String path = parent.path();
    return path.isEmpty() || segment.startsWith("[") ? path + segment : path + "." + segment;
  }

  private static int digits(String text) {
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private static String abridged(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
