package io.regionbridge.api.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of the documents: its blocks of code, and the commands in them.
 *
 * @param name its path in the checkout
 * @param text all of it
 */
record Page(String name, String text) {
  /** The checkout. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Blocks in lists are indented, and end with the indentation that they begin with. */
  private static final Pattern BLOCK = Pattern.compile("(?ms)^( *)```(\\w*)\\n(.*?)^\\1```$");

  private static final Pattern COMMENT = Pattern.compile("(^|\\s+)# .*$");

  /**
   * A block of code.
   *
   * @param language as it stands behind the fence; empty: none
   * @param lines without the indentation of the block
   */
  record Block(String language, List<String> lines) {}

  /**
   * A command that no test runs.
   *
   * @param page where it stands
   * @param command how it begins
   * @param reason why it is not run
   */
  record NotRun(String page, String command, String reason) {
    /** Those of {@code .ci/docs-not-run}. */
    static List<NotRun> all() {
      return read(Path.of(".ci/docs-not-run"))
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(NotRun::parse)
          .toList();
    }

    private static NotRun parse(String line) {
      String[] parts = line.split(" \\| ", -1);
      if (parts.length != 3) {
        throw new IllegalArgumentException("not PAGE | COMMAND | REASON: " + line);
      }
      return new NotRun(parts[0].strip(), parts[1].strip(), parts[2].strip());
    }
  }

  static Page of(String name) {
    return new Page(name, read(Path.of(name)));
  }

  /** All pages of the checkout. */
  static List<Page> all() {
    List<Page> pages = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes unused) {
              String name = directory.getFileName().toString();
              return !directory.equals(ROOT) && (name.startsWith(".") || name.equals("target"))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes unused) {
              if (file.toString().endsWith(".md")) {
                pages.add(of(ROOT.relativize(file).toString()));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pages;
  }

  List<Block> blocks() {
    return BLOCK
        .matcher(text)
        .results()
        .map(block ->
            new Block(
                block.group(2),
                block.group(3).lines().map(line -> unindent(line, block.group(1))).toList()))
        .toList();
  }

  /** The commands of its {@code sh} blocks, in order. */
  List<String> commands() {
    return blocks().stream()
        .filter(block -> block.language().equals("sh"))
        .flatMap(block -> commands(block.lines()).stream())
        .toList();
  }

  /** The commands of its {@code console} blocks, which {@code .ci/docs} runs. */
  List<String> consoleCommands() {
    return blocks().stream()
        .filter(block -> block.language().equals("console"))
        .flatMap(block -> block.lines().stream())
        .filter(line -> line.startsWith("$ "))
        .map(line -> withoutComment(line.substring(2)))
        .toList();
  }

  /** The commands that a test has to run. */
  List<String> commandsToRun() {
    List<NotRun> notRun = NotRun.all();
    return commands().stream().filter(command -> !says(notRun, command)).toList();
  }

  /** Whether a command of this page is one that is not run. */
  boolean says(List<NotRun> notRun, String command) {
    return notRun.stream()
        .anyMatch(entry -> entry.page().equals(name) && command.startsWith(entry.command()));
  }

  /** The YAML block whose first line is a comment with the name of a file. */
  Optional<String> file(String file) {
    return blocks().stream()
        .filter(block -> block.language().equals("yaml"))
        .filter(block -> block.lines().getFirst().equals("# " + file))
        .map(block -> String.join("\n", block.lines()) + "\n")
        .findFirst();
  }

  /** Lines that end with a backslash go on in the next one. */
  private static List<String> commands(List<String> lines) {
    List<String> commands = new ArrayList<>();
    StringBuilder command = new StringBuilder();
    for (String line : lines) {
      String part = withoutComment(line).strip();
      if (part.endsWith("\\")) {
        command.append(part, 0, part.length() - 1);
      } else if (!part.isEmpty()) {
        commands.add(command.append(part).toString());
        command.setLength(0);
      }
    }
    return commands;
  }

  private static String withoutComment(String line) {
    Matcher comment = COMMENT.matcher(line);
    return comment.find() ? line.substring(0, comment.start()) : line;
  }

  private static String unindent(String line, String indentation) {
    return line.startsWith(indentation) ? line.substring(indentation.length()) : line;
  }

  private static String read(Path file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
