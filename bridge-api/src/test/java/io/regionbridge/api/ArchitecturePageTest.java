package io.regionbridge.api;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.status.ConditionType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/develop/architecture.md names the types and the loops that there are. */
final class ArchitecturePageTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGE = ROOT.resolve("docs/develop/architecture.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern TYPE = Pattern.compile("[A-Z][a-z]+[A-Z]\\w*");
  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|record|interface|enum)\\s+(\\w+)");
  private static final Pattern LOOP =
      Pattern.compile("(?:loops\\.loop|FileWatcher\\.watch|RouteMonitor\\.start)\\(([^,]*),");
  private static final Pattern LITERAL = Pattern.compile("\"([a-z-]+)\"");

  /** These are made by Netty. */
  private static final Set<String> EVENT_LOOPS = Set.of("dns-", "http", "http-peers");

  private static String page = "";
  private static List<String> sources = List.of();

  @BeforeAll
  static void readAll() throws IOException {
    page = Files.readString(PAGE);
    sources =
        Stream.of("bridge-dns/src", "bridge-router/src", "bridge-api/src")
            .flatMap(module -> readBelow(ROOT.resolve(module)).stream())
            .toList();
  }

  @Test
  void eachTypeThatIsNamedIsThere() {
    Set<String> declared = found(sources, DECLARED);
    assertThat(found(List.of(page), CODE))
        .filteredOn(word -> TYPE.matcher(word).matches() && ConditionType.of(word).isEmpty())
        .isNotEmpty()
        .isSubsetOf(declared);
  }

  @Test
  void theTableOfThreadsHasEachLoop() {
    String threads = page.substring(page.indexOf("\n## Threads"));
    Set<String> named =
        threads
            .substring(0, threads.indexOf("\n## ", 1))
            .lines()
            .filter(line -> line.startsWith("| `"))
            .flatMap(line -> CODE.matcher(line.split("\\|", 3)[1]).results())
            .map(name -> name.group(1).replaceAll("[A-Z]+", ""))
            .collect(toCollection(TreeSet::new));
    Set<String> started =
        sources.stream()
            .filter(source -> !source.contains("org.junit"))
            .flatMap(source -> LOOP.matcher(source).results())
            .flatMap(call -> LITERAL.matcher(call.group(1)).results())
            .map(literal -> literal.group(1))
            .collect(toCollection(TreeSet::new));
    assertThat(started).contains("election", "feeds", "path-replies");
    started.addAll(EVENT_LOOPS);
    assertThat(named).isEqualTo(started);
  }

  private static Set<String> found(List<String> texts, Pattern pattern) {
    return texts.stream()
        .flatMap(text -> pattern.matcher(text).results())
        .map((MatchResult match) -> match.group(1))
        .collect(toCollection(TreeSet::new));
  }

  private static List<String> readBelow(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(ArchitecturePageTest::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
