package io.regionbridge.api.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of all values that the chart's README has, made from the comments of values.yaml. */
final class ValuesTable {
  private static final String BEGIN = "<!-- values: made from values.yaml, do not edit -->\n";
  private static final String END = "<!-- end of values -->\n";

  private static final Pattern FIRST = Pattern.compile("\\s*# -- (.*)");
  private static final Pattern NEXT = Pattern.compile("\\s*# (.*)");
  private static final Pattern KEY = Pattern.compile("( *)([A-Za-z][A-Za-z0-9]*):.*");

  private ValuesTable() {}

  /**
   * A documented value.
   *
   * @param path with dots
   * @param text of the comment, on one line
   */
  record Entry(String path, String text) {}

  private record Open(int indent, String path) {}

  /** What is documented, in the order of the file. */
  static List<Entry> entries(String values) {
    List<Entry> entries = new ArrayList<>();
    Deque<Open> open = new ArrayDeque<>();
    StringBuilder comment = new StringBuilder();
    for (String line : values.lines().toList()) {
      Matcher first = FIRST.matcher(line);
      Matcher next = NEXT.matcher(line);
      Matcher key = KEY.matcher(line);
      if (first.matches()) {
        comment.setLength(0);
        comment.append(first.group(1));
      } else if (next.matches() && !comment.isEmpty()) {
        comment.append(' ').append(next.group(1));
      } else if (key.matches()) {
        int indent = key.group(1).length();
        while (!open.isEmpty() && open.getLast().indent() >= indent) {
          open.removeLast();
        }
        String path = open.isEmpty() ? "" : open.getLast().path() + ".";
        open.addLast(new Open(indent, path + key.group(2)));
        if (!comment.isEmpty()) {
          entries.add(new Entry(path + key.group(2), comment.toString()));
          comment.setLength(0);
        }
      }
    }
    return entries;
  }

  /** The README with the table as it should be. */
  static String insertedInto(String readme, String values) {
    int begin = readme.indexOf(BEGIN);
    int end = readme.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new AssertionError("the chart's README.md has no place for the table of values");
    }
    return readme.substring(0, begin + BEGIN.length()) + table(values) + readme.substring(end);
  }

  private static String table(String values) {
    JsonNode defaults = Chart.parse(values);
    List<Entry> entries = entries(values);
    StringBuilder table = new StringBuilder("\n| value | default | meaning |\n|---|---|---|\n");
    for (Entry entry : entries) {
      boolean section = entries.stream().anyMatch(e -> e.path().startsWith(entry.path() + "."));
      JsonNode value = defaults.at("/" + entry.path().replace('.', '/'));
      table
          .append("| `")
          .append(entry.path())
          .append("` | ")
          .append(section ? "" : "`" + value + "`")
          .append(" | ")
          .append(entry.text().replace("|", "\\|"))
          .append(" |\n");
    }
    return table.append('\n').toString();
  }
}
