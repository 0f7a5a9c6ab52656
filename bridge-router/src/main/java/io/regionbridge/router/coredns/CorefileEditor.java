package io.regionbridge.router.coredns;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the bridge's blocks into a Corefile, between two marks, and takes them out again. What is
 * between the marks is the bridge's, and so is a block elsewhere that says so itself: tools that
 * write a Corefile anew leave comments out. Pure.
 */
final class CorefileEditor {
  static final String BEGIN = "# BEGIN region-bridge: written by region-bridge, edits are undone";
  static final String END = "# END region-bridge";

  private static final Pattern MARK =
      Pattern.compile("(?m)^# (BEGIN|END) region-bridge\\b[^\n]*(\n|\\z)");

  private CorefileEditor() {}

  /** A part of the text that is the bridge's. */
  private record Part(int begin, int end) {
    boolean has(int at) {
      return at >= begin && at < end;
    }
  }

  /**
   * The Corefile with these blocks as the bridge's, where they are now or else at its end. Nothing
   * else changes, and where it says the same already nothing changes at all.
   */
  static String with(String corefile, String blocks) {
    List<Part> parts = parts(corefile);
    if (!parts.isEmpty() && contains(corefile, parts, Corefile.parse(blocks).blocks())) {
      return corefile;
    }
    String ours = BEGIN + "\n" + blocks + (blocks.endsWith("\n") ? "" : "\n") + END + "\n";
    int at = parts.isEmpty() ? corefile.length() : parts.getFirst().begin();
    String before = without(corefile.substring(0, at));
    String after = cut(corefile, at, parts);
    return before + (before.isEmpty() || before.endsWith("\n") ? "" : "\n") + ours + after;
  }

  /** The Corefile without anything of the bridge's; the same if it has nothing. */
  static String without(String corefile) {
    return cut(corefile, 0, parts(corefile));
  }

  private static boolean contains(String corefile, List<Part> parts, List<ServerBlock> wanted) {
    List<ServerBlock> there =
        Corefile.parse(corefile).blocks().stream()
            .filter(block -> parts.stream().anyMatch(part -> part.has(block.begin())))
            .toList();
    if (there.size() != wanted.size()) {
      return false;
    }
    for (int i = 0; i < there.size(); i++) {
      if (!there.get(i).matches(wanted.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** In their order, none within another. */
  private static List<Part> parts(String corefile) {
    List<Part> parts = new ArrayList<>();
    Matcher mark = MARK.matcher(corefile);
    int begin = -1;
    while (mark.find()) {
      if (mark.group(1).equals("END") && begin >= 0) {
        parts.removeLast();
        parts.add(new Part(begin, mark.end()));
        begin = -1;
      } else {
        // Without its other one, a mark is a comment that has stayed behind.
        parts.add(new Part(mark.start(), mark.end()));
        begin = mark.group(1).equals("BEGIN") ? mark.start() : -1;
      }
    }
    for (ServerBlock block : Corefile.parse(corefile).blocks()) {
      if (block.ours()) {
        add(parts, lines(corefile, block));
      }
    }
    parts.sort(Comparator.comparingInt(Part::begin));
    return parts;
  }

  private static void add(List<Part> parts, Part part) {
    if (parts.stream().noneMatch(other -> other.has(part.begin()))) {
      parts.add(part);
    }
  }

  /** A block with the rest of its last line and the empty line behind it. */
  private static Part lines(String corefile, ServerBlock block) {
    int end = block.end();
    for (int i = 0; i < 2 && end < corefile.length() && corefile.charAt(end) == '\n'; i++) {
      end++;
    }
    return new Part(block.begin(), end);
  }

  private static String cut(String corefile, int from, List<Part> parts) {
    StringBuilder left = new StringBuilder();
    int at = from;
    for (Part part : parts) {
      if (part.begin() >= at) {
        left.append(corefile, at, part.begin());
        at = part.end();
      }
    }
    return left.append(corefile.substring(at)).toString();
  }
}
