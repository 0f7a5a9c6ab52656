package io.regionbridge.api.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads one YAML document into a {@link YamlNode}. Own code over Jackson's token stream rather than
 * its tree, which keeps neither the text of a number nor the place of a duplicate key, and takes an
 * alias for its name.
 */
final class YamlTree {
  /** Deeper than any configuration, and far from the end of the stack. */
  private static final int MAX_DEPTH = 32;

  /** Longer than any configuration; the parser is slow enough with more to seem to hang. */
  private static final int MAX_LENGTH = 1 << 20;

  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  /** What the parser quotes of the text: more than one character, or the name of something. */
  private static final Pattern QUOTED =
      Pattern.compile("'[^']{2,}'|(?<=(tag handle|alias|anchor|directive) )\\S+");

  private final YAMLParser parser;
  private final List<ConfigProblem> problems;

  private YamlTree(YAMLParser parser, List<ConfigProblem> problems) {
    this.parser = parser;
    this.problems = problems;
  }

  /** Parses a text. What cannot be used is added to {@code problems} and left out. */
  static YamlNode read(String text, String path, List<ConfigProblem> problems) {
    if (text.length() > MAX_LENGTH) {
      problems.add(
          new ConfigProblem(
              path, "is longer than " + MAX_LENGTH + " characters", null, "name the right file"));
      return new YamlNode.Absent();
    }
    try (YAMLParser parser = YAML.createParser(text)) {
      YamlTree tree = new YamlTree(parser, problems);
      if (parser.nextToken() == null) {
        return new YamlNode.Absent();
      }
      YamlNode root = tree.node(path);
      if (path.isEmpty() && root instanceof YamlNode.Scalar) {
        return root; // no configuration, whatever follows: a key in PEM does not end as YAML does
      }
      if (parser.nextToken() != null) {
        tree.report(path, "a second document begins", "write one document, with no --- between");
      }
      return root;
    } catch (StreamConstraintsException e) {
      problems.add(
          new ConfigProblem(
              path,
              at(e.getLocation()) + "lists and sections are nested deeper than " + MAX_DEPTH,
              null,
              "see the configuration reference for what goes where"));
      return new YamlNode.Absent();
    } catch (JsonProcessingException e) {
      problems.add(
          new ConfigProblem(
              path, syntaxError(e), null, "mend the syntax; quotes around a text often help"));
      return new YamlNode.Absent();
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory was not readable", e);
    }
  }

  /** The path of a key in a section. */
  static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private YamlNode node(String path) throws IOException {
    if (parser.isCurrentAlias()) {
      report(path, "an alias is used", "write the value out");
      return new YamlNode.Absent();
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(path);
      case START_ARRAY -> sequence(path);
      case VALUE_NULL -> new YamlNode.Absent();
      case VALUE_TRUE, VALUE_FALSE -> scalar(YamlNode.Scalar.Kind.BOOLEAN);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(YamlNode.Scalar.Kind.NUMBER);
      default -> scalar(YamlNode.Scalar.Kind.TEXT);
    };
  }

  private YamlNode mapping(String path) throws IOException {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      String place = at(parser.currentTokenLocation());
      parser.nextToken();
      YamlNode value = node(child(path, key));
      if (entries.putIfAbsent(key, value) != null) {
        problems.add(
            new ConfigProblem(
                child(path, key),
                place + "the key is there for the second time",
                null,
                "keep one of them"));
      }
    }
    return new YamlNode.Mapping(entries);
  }

  private YamlNode sequence(String path) throws IOException {
    List<YamlNode> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node(path + "[" + items.size() + "]"));
    }
    return new YamlNode.Sequence(items);
  }

  private YamlNode scalar(YamlNode.Scalar.Kind kind) throws IOException {
    return new YamlNode.Scalar(parser.getText(), kind);
  }

  private void report(String path, String reason, String advice) {
    problems.add(new ConfigProblem(path, at(parser.currentTokenLocation()) + reason, null, advice));
  }

  private static String at(@Nullable JsonLocation location) {
    return location == null ? "" : at(location.getLineNr(), location.getColumnNr());
  }

  private static String at(int line, int column) {
    return "line " + line + ", column " + column + ": ";
  }

  /**
   * The parser's own sentence and place, without the excerpt that it draws over several lines, and
   * without the words of the text that it quotes: the file may hold secrets.
   */
  private static String syntaxError(JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      Mark mark = marked.getProblemMark();
      String context = marked.getContext() == null ? "" : marked.getContext() + ", ";
      String sentence = QUOTED.matcher(context + marked.getProblem()).replaceAll("…");
      return at(mark.getLine() + 1, mark.getColumn() + 1) + sentence;
    }
    return e.getCause() instanceof ReaderException unreadable
        ? "character " + (unreadable.getPosition() + 1) + ": special characters are not allowed"
        : at(e.getLocation()) + "is not YAML";
  }
}
