package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A user in a checkout, who types on a cluster's node what a page says. Words in capitals stand for
 * something of the user's own.
 *
 * @param cluster on whose node
 * @param directory with the chart, the image that was built, and the files of pages
 * @param words what the words in capitals stand for here
 */
record Checkout(Cluster cluster, Path directory, Map<String, Supplier<String>> words) {
  private static final List<String> PROGRAMS = List.of("kubectl", "helm", "skopeo");
  private static final Pattern WORD = Pattern.compile("\\b[A-Z]{3,}\\b");

  /** For skopeo: unlike a user's registry, that of a test has no certificate. */
  private static final String REGISTRIES =
      """
      [[registry]]
      location = "127.0.0.1:5000"
      insecure = true
      """;

  /** Makes the directory. */
  static Checkout in(Path directory, Cluster cluster, Map<String, Supplier<String>> words)
      throws IOException {
    Files.createDirectories(directory.resolve("bridge-api/target/image"));
    Files.createSymbolicLink(directory.resolve("charts"), Page.ROOT.resolve("charts"));
    Path image = Image.tarball().orElseThrow().toAbsolutePath();
    Files.createSymbolicLink(
        directory.resolve("bridge-api/target/image").resolve(image.getFileName()), image);
    Path settings = Files.createDirectories(directory.resolve("home/.config/containers"));
    Files.writeString(settings.resolve("registries.conf"), REGISTRIES, UTF_8);
    return new Checkout(cluster, directory, words);
  }

  /** Writes a file that a page gives. */
  void write(Page page, String file) throws IOException {
    Files.writeString(directory.resolve(file), page.file(file).orElseThrow(), UTF_8);
  }

  /** Runs all commands of a page that tests run. */
  void follow(Page page) {
    page.commandsToRun().forEach(command -> succeeds(page, command));
  }

  /** What a command of a page prints; it has to succeed. */
  String succeeds(Page page, String command) {
    Helm.Run run = run(command);
    assertThat(run.exitCode())
        .as("%s: %s%n%s", page.name(), command, run.output())
        .isIn(expected(command));
    return run.output();
  }

  /** Runs a line of the shell. */
  Helm.Run run(String command) {
    String line = replaced(command);
    System.out.println("$ " + line);
    String path =
        Stream.concat(
                PROGRAMS.stream().map(program -> NativeTool.find(program).getParent().toString()),
                Stream.of("/usr/sbin:/usr/bin:/sbin:/bin"))
            .distinct()
            .reduce((a, b) -> a + ":" + b)
            .orElseThrow();
    // A stream has no end.
    String bounded = isStream(line) ? "timeout 3 " + line : line;
    return cluster.run(
        Path.of("/bin/bash"),
        "-c",
        "cd '%s' && export PATH='%s' HOME=$PWD/home && %s".formatted(directory, path, bounded));
  }

  private static List<Integer> expected(String command) {
    return isStream(command) ? List.of(124) : List.of(0);
  }

  private static boolean isStream(String command) {
    return command.startsWith("curl -sN ");
  }

  private String replaced(String command) {
    return WORD.matcher(command)
        .replaceAll(word -> Matcher.quoteReplacement(meaning(word.group())));
  }

  private String meaning(String word) {
    return words.getOrDefault(word, () -> word).get();
  }
}
