package io.regionbridge.api.cli;

import java.util.ArrayList;
import java.util.List;

/** Text in lines that fit. Pure. */
final class Paragraph {
  static final int TERMINAL = 80;

  private Paragraph() {}

  /** Breaks a text at spaces into lines of at most {@code room} characters. */
  static List<String> lines(String text, int room) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > room) {
      int space = rest.lastIndexOf(' ', room);
      int end = space > 0 ? space : whole(rest, room);
      lines.add(rest.substring(0, end));
      rest = rest.substring(end).stripLeading();
    }
    lines.add(rest);
    return lines;
  }

  /** The text, or its beginning and an ellipsis where there is not room enough. */
  static String cut(String text, int room) {
    return text.length() <= room ? text : text.substring(0, whole(text, room - 1)) + "…";
  }

  /** No character is taken apart, unless there is room for nothing else. */
  private static int whole(String text, int room) {
    return room > 1 && Character.isHighSurrogate(text.charAt(room - 1)) ? room - 1 : room;
  }
}
