package io.regionbridge.api.cli;

import io.regionbridge.api.text.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A table of text, each column as wide as it has to be. What stands in it may come from other
 * regions: it is made printable. Where there is not room for all, the last column goes on below
 * itself, and what is longest in the others is cut; where there is not room for that either, the
 * cells of a row stand one below the other.
 */
final class Columns {
  private static final String GAP = "  ";

  /** A column is not made narrower than this, nor the last one than twice as much. */
  private static final int LEAST = 10;

  private final List<List<String>> rows = new ArrayList<>();
  private final Map<Integer, Function<String, Style>> styles = new HashMap<>();

  /** Adds a row. The first one is the heading. */
  Columns row(String... cells) {
    rows.add(Arrays.stream(cells).map(Printable::of).toList());
    return this;
  }

  /** Has the cells of a column, but the heading, look as their text says. */
  Columns style(int column, Function<String, Style> style) {
    styles.put(column, style);
    return this;
  }

  /** Formats the table as lines of at most {@code room} columns, without trailing spaces. */
  List<String> lines(int room, boolean colour) {
    int[] widths = widths(room);
    int last = widths.length - 1;
    List<String> lines = new ArrayList<>();
    if (before(widths) + widths[last] > room) {
      return stacked(room, colour);
    }
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = rows.get(i);
      StringBuilder line = new StringBuilder();
      for (int j = 0; j < last; j++) {
        String cell = Paragraph.cut(row.get(j), widths[j]);
        String blank = " ".repeat(widths[j] - cell.length()) + GAP;
        line.append(i > 0 && styles.containsKey(j) ? styled(j, cell, colour) : cell).append(blank);
      }
      List<String> rest = Paragraph.lines(row.get(last), widths[last]);
      lines.add((line + rest.getFirst()).stripTrailing());
      String margin = " ".repeat(before(widths));
      rest.stream().skip(1).forEach(more -> lines.add(margin + more));
    }
    return lines;
  }

  /**
   * Cell below cell with its heading, a blank line between rows: for narrow terminals. A row whose
   * first cell is empty belongs to the one above, and says so here.
   */
  private List<String> stacked(int room, boolean colour) {
    List<String> headings = rows.getFirst();
    int indent = headings.stream().mapToInt(String::length).max().orElse(0) + GAP.length();
    List<String> lines = new ArrayList<>();
    String first = "";
    for (List<String> row : rows.subList(1, rows.size())) {
      first = row.getFirst().isEmpty() ? first : row.getFirst();
      if (!lines.isEmpty()) {
        lines.add("");
      }
      for (int i = 0; i < row.size(); i++) {
        String lead = headings.get(i) + " ".repeat(indent - headings.get(i).length());
        for (String part :
            Paragraph.lines(i == 0 ? first : row.get(i), Math.max(LEAST, room - indent))) {
          lines.add((lead + styled(i, part, colour)).stripTrailing());
          lead = " ".repeat(indent);
        }
      }
    }
    return lines;
  }

  private String styled(int column, String cell, boolean colour) {
    Function<String, Style> style = styles.get(column);
    return style == null ? cell : style.apply(cell).of(cell, colour);
  }

  private int[] widths(int room) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    int last = widths.length - 1;
    widths[last] =
        Math.min(widths[last], Math.max(2 * LEAST, room - before(widths))); // it can go on below
    for (int over = before(widths) + widths[last] - room; over > 0; over--) {
      int widest = 0;
      for (int i = 1; i < last; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= LEAST) {
        break;
      }
      widths[widest]--;
    }
    return widths;
  }

  /** Where the last column begins. */
  private static int before(int[] widths) {
    return Arrays.stream(widths, 0, widths.length - 1).map(width -> width + GAP.length()).sum();
  }
}
