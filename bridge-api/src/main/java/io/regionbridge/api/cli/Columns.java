package io.regionbridge.api.cli;

import java.util.ArrayList;
import java.util.List;

/** A table of text, each column as wide as it has to be. */
final class Columns {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /** The first row is the heading. */
  Columns row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  /** The lines, without spaces at their ends. */
  List<String> lines() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        if (i == widths.size()) {
          widths.add(0);
        }
        widths.set(i, Math.max(widths.get(i), Style.width(row.get(i))));
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(row.get(i))
            .append(" ".repeat(widths.get(i) - Style.width(row.get(i))))
            .append(GAP);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
