package io.regionbridge.router.coredns;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server block of a Corefile, as far as it matters who serves what. Pure.
 *
 * @param zones with their ports, such as {@code mn.internal:53}, in lower case and without a dot at
 *     the end; never empty
 * @param body what stands between the braces, without comments
 */
public record ServerBlock(List<String> zones, String body) {
  private static final String DEFAULT_PORT = "53";
  private static final Pattern COMMENT = Pattern.compile("(?m)(^|(?<=\\s))#.*$");
  private static final Pattern EMPTY = Pattern.compile("\\s\\{\\s+}$");
  private static final Pattern SCHEME = Pattern.compile("^[a-z]+://");
  private static final Pattern PORT = Pattern.compile(":(\\d{1,5})$");

  /** Copies the zones. */
  public ServerBlock {
    zones = List.copyOf(zones);
  }

  /**
   * The blocks of a Corefile or of a part of one, in their order. Snippets and imports are none; of
   * a text that is no Corefile there is no more than what looks like a block.
   */
  public static List<ServerBlock> in(String corefile) {
    List<ServerBlock> blocks = new ArrayList<>();
    StringBuilder head = new StringBuilder();
    StringBuilder body = new StringBuilder();
    int depth = 0;
    for (String line : COMMENT.matcher(corefile).replaceAll("").split("\n", -1)) {
      String text = line.strip();
      // A brace opens at the end of a line only, and closes on a line of its own.
      boolean opens = text.endsWith("{");
      if (depth > 0) {
        depth += opens ? 1 : text.equals("}") ? -1 : 0;
        if (depth == 0) {
          add(blocks, head.toString(), body.toString());
          head.setLength(0);
          body.setLength(0);
        } else {
          body.append(text).append('\n');
        }
      } else if (opens) {
        head.append(' ').append(text, 0, text.length() - 1);
        depth = 1;
      } else if (text.startsWith("import ")) {
        head.setLength(0);
      } else if (EMPTY.matcher(text).find()) {
        add(blocks, head + " " + EMPTY.matcher(text).replaceFirst(""), "");
        head.setLength(0);
      } else {
        head.append(' ').append(text);
      }
    }
    return blocks;
  }

  /** Whether a plugin stands in the block. */
  public boolean has(String plugin) {
    return body.lines().anyMatch(line -> line.equals(plugin) || line.startsWith(plugin + " "));
  }

  /** Where the block forwards to, for each {@code forward} in it; what it forwards is left out. */
  public List<List<String>> forwards() {
    return body.lines()
        .filter(line -> line.startsWith("forward "))
        .map(line -> List.of(line.replace("{", "").strip().split("\\s+")))
        .filter(words -> words.size() > 2)
        .map(words -> words.subList(2, words.size()))
        .toList();
  }

  private static void add(List<ServerBlock> blocks, String head, String body) {
    List<String> zones = new ArrayList<>();
    for (String word : head.strip().split("[\\s,]+", -1)) {
      if (!word.isEmpty() && !word.startsWith("(")) {
        zones.add(zone(word.toLowerCase(Locale.ROOT)));
      }
    }
    if (!zones.isEmpty()) {
      blocks.add(new ServerBlock(zones, body));
    }
  }

  /** With its port, in one spelling. */
  static String zone(String text) {
    String plain = SCHEME.matcher(text).replaceFirst("");
    Matcher port = PORT.matcher(plain);
    String name = port.find() ? plain.substring(0, port.start()) : plain;
    String stripped =
        name.length() > 1 && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return stripped + ":" + (port.reset().find() ? port.group(1) : DEFAULT_PORT);
  }
}
