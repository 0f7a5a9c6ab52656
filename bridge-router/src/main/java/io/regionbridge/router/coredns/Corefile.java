package io.regionbridge.router.coredns;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Corefile, or a file that one imports, read by the rules of CoreDNS's parser (Caddy's): words
 * are separated by space and may be quoted, {@code #} begins a comment, a brace is a word of its
 * own. Imports are not followed. Pure.
 *
 * @param blocks the server blocks, without snippets
 * @param snippets what server blocks may import by name
 * @param imports between server blocks, without snippets
 * @param problem why CoreDNS refuses the text; what follows is not read
 */
public record Corefile(
    List<ServerBlock> blocks,
    List<ServerBlock> snippets,
    List<String> imports,
    Optional<String> problem) {
  private static final String OPEN = "{";
  private static final String CLOSE = "}";
  private static final String IMPORT = "import";

  /** Of snippets that import snippets; CoreDNS itself refuses circles. */
  private static final int DEEPEST = 8;

  public Corefile {
    blocks = List.copyOf(blocks);
    snippets = List.copyOf(snippets);
    imports = List.copyOf(imports);
  }

  /** Reads a text; never throws. */
  public static Corefile parse(String text) {
    return new Parser(tokens(text)).parsed();
  }

  /** The directives of a block, with those of the snippets that it imports in their places. */
  List<Directive> directives(ServerBlock block) {
    return directives(block, DEEPEST).toList();
  }

  private Stream<Directive> directives(ServerBlock block, int depth) {
    return block.directives().stream()
        .flatMap(directive -> {
          Optional<ServerBlock> snippet = depth == 0 ? Optional.empty() : imported(directive);
          return snippet.isPresent() ? directives(snippet.get(), depth - 1) : Stream.of(directive);
        });
  }

  private Optional<ServerBlock> imported(Directive directive) {
    return directive.name().equals(IMPORT) && !directive.arguments().isEmpty()
        ? snippets.stream()
            .filter(snippet ->
                snippet.keys().getFirst().equals("(" + directive.arguments().getFirst() + ")"))
            .findFirst()
        : Optional.empty();
  }

  /** A word, and where it stands. */
  private record Token(String text, int line, int begin, int end) {}

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    int line = 1;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        line++;
        at++;
      } else if (isSpace(c) || c == '\ufeff' && at == 0) {
        at++;
      } else if (c == '#') {
        at = lineEnd(text, at);
      } else {
        int begin = at;
        int began = line;
        StringBuilder word = new StringBuilder();
        if (c == '"') {
          at++;
          while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
              if (text.charAt(at + 1) != '"') {
                word.append('\\');
              }
              at++;
            }
            line += text.charAt(at) == '\n' ? 1 : 0;
            word.append(text.charAt(at++));
          }
          at = Math.min(at + 1, text.length());
        } else {
          // A comment may begin within a word, and ends it.
          while (at < text.length() && !isSpace(text.charAt(at)) && text.charAt(at) != '#') {
            word.append(text.charAt(at++));
          }
        }
        tokens.add(new Token(word.toString(), began, begin, at));
      }
    }
    return tokens;
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || c == '\u0085' || c == '\u00a0';
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }

  /** Goes through the words once. */
  private static final class Parser {
    private final List<Token> tokens;
    private final List<ServerBlock> blocks = new ArrayList<>();
    private final List<String> imports = new ArrayList<>();
    private final Map<String, ServerBlock> snippets = new LinkedHashMap<>();
    private int at;
    private @Nullable String problem;

    Parser(List<Token> tokens) {
      this.tokens = tokens;
    }

    Corefile parsed() {
      while (problem == null && at < tokens.size()) {
        if (tokens.get(at).text().equals(IMPORT)) {
          at++;
          imports.addAll(
              onThisLine().stream().filter(name -> !snippets.containsKey(name)).toList());
        } else {
          parseBlock();
        }
      }
      return new Corefile(
          blocks, List.copyOf(snippets.values()), imports, Optional.ofNullable(problem));
    }

    private void parseBlock() {
      int begin = tokens.get(at).begin();
      int line = tokens.get(at).line();
      List<String> keys = keys();
      if (problem != null) {
        return;
      }
      if (at >= tokens.size() || !tokens.get(at).text().equals(OPEN)) {
        problem =
            "line %d: %s has no braces: all that follows is taken for its plugins"
                .formatted(line, String.join(" ", keys));
        return;
      }
      at++;
      List<Directive> directives = directives(line);
      if (problem != null) {
        return;
      }
      int end = tokens.get(at - 1).end();
      boolean snippet =
          keys.size() == 1 && keys.getFirst().startsWith("(") && keys.getFirst().endsWith(")");
      ServerBlock block = new ServerBlock(keys, directives, begin, end);
      if (!snippet) {
        blocks.add(block);
      } else if (snippets.putIfAbsent(
              keys.getFirst().substring(1, keys.getFirst().length() - 1), block)
          != null) {
        problem = "line %d: the snippet %s is there twice".formatted(line, keys.getFirst());
      }
    }

    /** Up to the brace; a comma at the end of a word lets the next line go on. */
    private List<String> keys() {
      List<String> keys = new ArrayList<>();
      boolean goesOn = false;
      while (true) {
        String word = tokens.get(at).text();
        if (word.equals(OPEN)) {
          if (goesOn) {
            problem = "line %d: a key is missing after the comma".formatted(tokens.get(at).line());
          }
          return keys;
        }
        goesOn = word.endsWith(",");
        if (!word.isEmpty()) {
          keys.add(goesOn ? word.substring(0, word.length() - 1) : word);
        }
        at++;
        if (at >= tokens.size() || !goesOn && newLine()) {
          return keys;
        }
      }
    }

    /** Up to the brace that ends them, which is read. */
    private List<Directive> directives(int line) {
      List<Directive> directives = new ArrayList<>();
      while (problem == null) {
        if (at >= tokens.size()) {
          problem = "line %d: the brace is never closed".formatted(line);
        } else if (tokens.get(at).text().equals(CLOSE)) {
          at++;
          return directives;
        } else {
          Token name = tokens.get(at++);
          List<String> arguments = onThisLine();
          List<Directive> options = List.of();
          if (at < tokens.size() && tokens.get(at).text().equals(OPEN)) {
            at++;
            options = directives(name.line());
          } else if (at < tokens.size() && tokens.get(at).text().equals(CLOSE) && !newLine()) {
            problem = "line %d: a brace that nothing opened".formatted(name.line());
          }
          directives.add(new Directive(name.text(), arguments, options));
        }
      }
      return directives;
    }

    /** The words up to a brace or the end of the line. */
    private List<String> onThisLine() {
      List<String> words = new ArrayList<>();
      while (at < tokens.size()
          && !newLine()
          && !tokens.get(at).text().equals(OPEN)
          && !tokens.get(at).text().equals(CLOSE)) {
        words.add(tokens.get(at++).text());
      }
      return words;
    }

    private boolean newLine() {
      Token before = tokens.get(at - 1);
      long breaks = before.text().chars().filter(c -> c == '\n').count();
      return before.line() + breaks < tokens.get(at).line();
    }
  }
}
