package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No command stands in README or docs that nobody has run, unless it is said why. */
final class PagesTest {
  /** Of blocks; commands are in those of the first two only. */
  private static final Set<String> LANGUAGES = Set.of("sh", "console", "yaml", "json", "text", "");

  private static final Pattern LOOKS_LIKE_A_COMMAND =
      Pattern.compile("(\\$ |kubectl |helm |mvn |docker |\\./|region-bridge [a-z]+ --).*");

  private final List<Page> pages = Page.all();
  private final List<Page.NotRun> notRun = Page.NotRun.all();

  @Test
  void everyCommandIsRunOrItIsSaidWhyNot() {
    assertThat(pages).extracting(Page::name).contains("README.md", "docs/install/cluster.md");
    List<String> open =
        pages.stream()
            .flatMap(page ->
                unrun(page).filter(c -> !page.says(notRun, c)).map(c -> page.name() + ": " + c))
            .toList();
    assertThat(open)
        .as("commands that no test runs: add the page to PagesOnClustersIT, or .ci/docs-not-run")
        .isEmpty();
  }

  @Test
  void onlyCommandsThatStandThereAreSaidNotToBeRun() {
    assertThat(notRun)
        .isNotEmpty()
        .allSatisfy(entry -> {
          assertThat(entry.reason()).isNotBlank();
          Page page = Page.of(entry.page());
          assertThat(Stream.concat(page.commands().stream(), page.consoleCommands().stream()))
              .as(entry.toString())
              .anyMatch(command -> command.startsWith(entry.command()));
        });
  }

  @Test
  void commandsStandWhereTheyAreLookedFor() {
    assertThat(pages)
        .allSatisfy(page ->
            assertThat(page.blocks())
                .as(page.name())
                .allSatisfy(block -> {
                  assertThat(block.language()).isIn(LANGUAGES);
                  if (block.language().isEmpty()) {
                    assertThat(block.lines())
                        .noneMatch(line -> LOOKS_LIKE_A_COMMAND.matcher(line).matches());
                  }
                }));
  }

  /** Commands of neither {@code .ci/docs} nor the clusters. */
  private static Stream<String> unrun(Page page) {
    boolean docs = page.name().equals("README.md") || page.name().startsWith("docs/");
    return Stream.concat(
        docs ? Stream.of() : page.consoleCommands().stream(),
        PagesOnClustersIT.PAGES.contains(page.name()) ? Stream.of() : page.commands().stream());
  }
}
