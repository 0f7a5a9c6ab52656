package io.regionbridge.api.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.ReferencePage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/reference/conditions.md is made of the table of conditions, and that has all of them. */
final class ConditionsPageTest {
  /** A condition as the control plane makes it: with its type, or with a constant for that. */
  private static final Pattern FINDING =
      Pattern.compile("Finding(?:\\.\\w+)?\\(\\s*(?:\"(?<type>\\w+)\"|(?<constant>[A-Z_]+)),");

  private static final Path CONTROL_PLANE = Path.of("../bridge-router/src/main/java");

  @Test
  void hasTheConditionsThatThereAre() throws IOException {
    new ReferencePage("conditions.md", "conditions", getClass()).shouldHave(tables());
  }

  @Test
  void hasEveryConditionThatTheControlPlaneFinds() throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> sources = Files.walk(CONTROL_PLANE)) {
      sources
          .filter(path -> path.toString().endsWith(".java"))
          // The conditions of ServiceExports are those of their API.
          .filter(path -> !path.endsWith("ExportConditions.java"))
          .map(ConditionsPageTest::read)
          .forEach(source ->
              FINDING
                  .matcher(source)
                  .results()
                  .flatMap(finding -> type(finding, source))
                  .forEach(found::add));
    }
    assertThat(found).contains("OverlayUp", "StatusWritten", "NodeLocalDNS");
    assertThat(found).allSatisfy(type -> assertThat(ConditionType.of(type)).as(type).isPresent());
  }

  private static Stream<String> type(MatchResult finding, String source) {
    String constant = finding.group("constant");
    return constant == null
        ? Stream.of(finding.group("type"))
        : Pattern.compile(" " + constant + " =\\s*\"(\\w+)\"")
            .matcher(source)
            .results()
            .map(declared -> declared.group(1));
  }

  private static String read(Path source) {
    try {
      return Files.readString(source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String tables() {
    return table(ConditionType.Scope.BRIDGE, "condition of the bridge")
        + "\n"
        + table(ConditionType.Scope.REGION, "condition of a Region")
        + "\n"
        + table(ConditionType.Scope.ROUTER_NODE, "condition of a RouterNode");
  }

  private static String table(ConditionType.Scope scope, String heading) {
    StringBuilder table =
        new StringBuilder("| %s | false means | what to do |\n".formatted(heading));
    table.append("|---|---|---|\n");
    for (ConditionType type : ConditionType.values()) {
      if (type.scope() == scope) {
        table.append("| `%s` | %s | %s |\n".formatted(type, type.meaning(), type.remedy()));
      }
    }
    return table.toString();
  }
}
