package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs the launcher itself: as installed with this JVM, and with a {@code java} and a {@code mvn}
 * that only say how they were called.
 */
final class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "region-bridge").toAbsolutePath().normalize();
  private static final Path OPTIONS = Path.of("src/main/dist/lib/java.options").toAbsolutePath();

  /** Stands for a JVM. */
  private static final String FAKE_JAVA =
      """
      #!/bin/sh
      printf '%s\\n' "$0" "$@" "MALLOC_ARENA_MAX=$MALLOC_ARENA_MAX"
      """;

  /** Stands for Maven: makes what the real one would, and counts. */
  private static final String FAKE_MAVEN =
      """
      #!/bin/sh
      root=${2%/pom.xml}
      echo "$@" >> "$root/calls"
      echo "noise of Maven"
      if [ -e "$root/broken" ]; then exit 1; fi
      mkdir -p "$root/bridge-api/target/dist/lib"
      touch "$root/bridge-api/target/dist/lib/bridge-api-1.jar"
      """;

  @TempDir Path directory;

  /** What a run printed and how it ended. */
  private record Run(int exitCode, List<String> out, List<String> err) {}

  @BeforeAll
  static void needsBash() {
    boolean bash =
        Stream.of("/bin/bash", "/usr/bin/bash").map(Path::of).anyMatch(Files::isExecutable);
    assumeTrue(bash, "the launcher is a bash script: install bash");
  }

  @Test
  void startsWhatIsInstalled() throws Exception {
    Path launcher = distribution();
    Map<String, String> environment =
        Map.of("REGION_BRIDGE_JAVA_HOME", System.getProperty("java.home"));
    Run version = run(environment, launcher, "--version");
    assertThat(version.out()).containsExactly("region-bridge 7.8.9");
    assertThat(version.err()).isEmpty();
    assertThat(version.exitCode()).isZero();

    Files.writeString(directory.resolve("good.yaml"), "region: {name: fsn1}");
    Run good = run(environment, launcher, "check-config", "--config", "good.yaml");
    assertThat(good.out())
        .containsExactly("good.yaml: ok, region fsn1 (fsn1.internal), 0 declared peers");
    assertThat(good.exitCode()).isZero();

    Files.writeString(directory.resolve("bad.yaml"), "region: {name: FSN1}");
    Run bad = run(environment, launcher, "check-config", "--config", "bad.yaml");
    assertThat(bad.err())
        .singleElement()
        .asString()
        .startsWith("bad.yaml: region.name: has capital");
    assertThat(bad.exitCode()).isEqualTo(2);
  }

  @Test
  void passesTheSameOptionsThatTheCacheIsMadeWith() throws Exception {
    Path launcher = distribution();
    Path java = fakeJava("jdk", "25.0.1");
    Path lib = directory.resolve("dist/lib");
    Files.createFile(lib.resolve("region-bridge.aot"));
    Run run =
        run(
            Map.of(
                "REGION_BRIDGE_JAVA_HOME",
                java.toString(),
                "REGION_BRIDGE_JAVA_OPTS",
                "-Xmx1g  -Dall=*"),
            launcher,
            "status",
            "-o",
            "two words");
    assertThat(run.out())
        .containsExactly(
            java + "/bin/java",
            "@" + lib.resolve("java.options"),
            "-XX:AOTCache=" + lib.resolve("region-bridge.aot"),
            "-Xmx1g",
            "-Dall=*",
            "-cp",
            lib.resolve("bridge-api-7.8.9.jar").toString(),
            "io.regionbridge.api.cli.Main",
            "status",
            "-o",
            "two words",
            "MALLOC_ARENA_MAX=2");
  }

  @ParameterizedTest
  @CsvSource({
    "serve, true, region-bridge region-bridge-cluster, region-bridge-cluster",
    "serve, true, region-bridge, region-bridge",
    "serve, false, region-bridge region-bridge-cluster, region-bridge",
    "status, true, region-bridge region-bridge-cluster, region-bridge",
    "status, true, region-bridge-cluster, region-bridge-cluster",
    "serve, false, region-bridge-cluster, region-bridge-cluster",
  })
  void aBridgeInAClusterHasACacheOfItsOwn(
      String command, boolean inCluster, String there, String used) throws Exception {
    Path launcher = distribution();
    Path java = fakeJava("jdk", "25");
    Path lib = directory.resolve("dist/lib");
    for (String name : there.split(" ", -1)) {
      Files.createFile(lib.resolve(name + ".aot"));
    }
    Map<String, String> environment = new HashMap<>();
    environment.put("REGION_BRIDGE_JAVA_HOME", java.toString());
    if (inCluster) {
      environment.put("NODE_NAME", "n1");
    }
    assertThat(run(environment, launcher, command).out())
        .contains("-XX:AOTCache=" + lib.resolve(used + ".aot"));
  }

  @Test
  void leavesOutACacheThatIsNotThereAndFollowsLinks() throws Exception {
    Path launcher = distribution();
    Path java = fakeJava("jdk", "25");
    Path link = Files.createSymbolicLink(directory.resolve("linked"), launcher);
    Run run = run(Map.of("REGION_BRIDGE_JAVA_HOME", java.toString()), link);
    assertThat(run.out()).contains("io.regionbridge.api.cli.Main");
    assertThat(run.out()).noneMatch(argument -> argument.contains("AOTCache"));
  }

  @Test
  void prefersTheRuntimeOfTheDistribution() throws Exception {
    Path launcher = distribution();
    Path runtime = fakeJava("dist/runtime", "25.0.2");
    Path other = fakeJava("other", "25.0.2");
    Run run = run(Map.of("JAVA_HOME", other.toString()), launcher);
    assertThat(run.out()).startsWith(runtime + "/bin/java");
  }

  @Test
  void passesOverAJavaThatIsTooOldOrNone() throws Exception {
    Path launcher = distribution();
    Path tooOld = fakeJava("17", "17.0.15");
    Path sdkman = fakeJava("home/.sdkman/candidates/java/26.0.1-tem", "26.0.1");
    Map<String, String> environment =
        Map.of("JAVA_HOME", tooOld.toString(), "HOME", directory.resolve("home").toString());
    // A machine's own Java 25 would be preferred: either will do, the old one will not.
    assertThat(run(environment, launcher, "--version").out().getFirst())
        .doesNotStartWith(tooOld.toString())
        .matches(
            first -> first.startsWith(sdkman.toString()) || first.equals("region-bridge 7.8.9"));
  }

  @Test
  void refusesAJavaThatWasNamedAndIsTooOld() throws Exception {
    Path launcher = distribution();
    for (String version : List.of("1.8.0_412", "17.0.15", "24-ea")) {
      Path java = fakeJava("jdk-" + version, version);
      Run run = run(Map.of("REGION_BRIDGE_JAVA_HOME", java.toString()), launcher);
      assertThat(run.err())
          .containsExactly(
              "region-bridge: REGION_BRIDGE_JAVA_HOME is %s, which is no Java 25 or newer"
                  .formatted(java));
      assertThat(run.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void saysWhenTheDistributionIsNotWhole() throws Exception {
    Path launcher = distribution();
    Files.delete(directory.resolve("dist/lib/bridge-api-7.8.9.jar"));
    Run run = run(Map.of(), launcher);
    assertThat(run.err()).singleElement().asString().contains("not a whole distribution");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void buildsOnceAndAgainOnlyWhenSourcesChanged() throws Exception {
    Path root = sources();
    Path source = root.resolve("bridge-api/src/main/java/A.java");

    Run first = run(buildEnvironment(), root.resolve("region-bridge"), "--version");
    assertThat(first.out()).contains("--version");
    assertThat(first.err()).singleElement().asString().startsWith("region-bridge: building");
    assertThat(calls(root)).hasSize(1);

    assertThat(run(buildEnvironment(), root.resolve("region-bridge")).err()).isEmpty();
    assertThat(calls(root)).hasSize(1);

    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    run(buildEnvironment(), root.resolve("region-bridge"));
    assertThat(calls(root)).hasSize(2);
  }

  @Test
  void buildsAgainWhenASourceWasDeleted() throws Exception {
    Path root = sources();
    run(buildEnvironment(), root.resolve("region-bridge"));
    // All in the past, as the clock of file systems is coarse.
    Path built = root.resolve("bridge-api/target/dist/.built");
    Files.setLastModifiedTime(built, FileTime.from(Instant.now().minusSeconds(60)));
    age(root);
    run(buildEnvironment(), root.resolve("region-bridge"));
    assertThat(calls(root)).hasSize(1);
    Files.delete(root.resolve("bridge-api/src/main/java/A.java"));
    run(buildEnvironment(), root.resolve("region-bridge"));
    assertThat(calls(root)).hasSize(2);
  }

  @Test
  void takesABuildThatMavenWasRunForByHand() throws Exception {
    Path root = sources();
    Path lib = Files.createDirectories(root.resolve("bridge-api/target/dist/lib"));
    Files.createFile(lib.resolve("bridge-api-1.jar"));
    Files.createFile(lib.resolve("region-bridge.aot"));
    age(root);
    run(buildEnvironment(), root.resolve("region-bridge"));
    assertThat(root.resolve("calls")).doesNotExist();
  }

  @Test
  void showsWhatMavenSaidOnlyWhenTheBuildFails() throws Exception {
    Path root = sources();
    Files.createFile(root.resolve("broken"));
    Run broken = run(buildEnvironment(), root.resolve("region-bridge"));
    assertThat(broken.err()).contains("noise of Maven");
    assertThat(broken.err()).last().asString().contains("the build failed");
    assertThat(broken.exitCode()).isEqualTo(1);
    assertThat(broken.out()).isEmpty();

    Files.delete(root.resolve("broken"));
    assertThat(run(buildEnvironment(), root.resolve("region-bridge")).exitCode()).isZero();
  }

  @Test
  void buildsOnceForTwoStartsAtTheSameTime() throws Exception {
    boolean flock = Stream.of("/usr/bin/flock", "/bin/flock").map(Path::of).anyMatch(Files::exists);
    assumeTrue(flock, "without flock two starts may both build: install util-linux");
    Path root = sources();
    Map<String, String> environment = buildEnvironment();
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(start(environment, root.resolve("region-bridge")));
    }
    for (Process process : processes) {
      assertThat(finish(process).exitCode()).isZero();
    }
    assertThat(calls(root)).hasSize(1);
  }

  /** An installed distribution whose one jar leads to the classes under test. */
  private Path distribution() throws IOException {
    Path lib = Files.createDirectories(directory.resolve("dist/lib"));
    Path launcher = Files.createDirectories(directory.resolve("dist/bin")).resolve("region-bridge");
    Files.copy(LAUNCHER, launcher);
    Files.copy(OPTIONS, lib.resolve("java.options"));
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.CLASS_PATH, testClassPath());
    try (OutputStream out = Files.newOutputStream(lib.resolve("bridge-api-7.8.9.jar"));
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      // Comes before that of the classes under test: what says 7.8.9 was started from here.
      jar.putNextEntry(new ZipEntry("io/regionbridge/api/status/version"));
      jar.write("7.8.9\n".getBytes(StandardCharsets.UTF_8));
    }
    return launcher;
  }

  private static String testClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toUri().toString())
        .collect(Collectors.joining(" "));
  }

  /** A tree of sources with the launcher at its root. */
  private Path sources() throws IOException {
    Path root = Files.createDirectories(directory.resolve("sources"));
    Files.copy(LAUNCHER, root.resolve("region-bridge"));
    Files.createFile(root.resolve("pom.xml"));
    Path main = Files.createDirectories(root.resolve("bridge-api/src/main/java"));
    Files.createFile(root.resolve("bridge-api/pom.xml"));
    Files.createFile(main.resolve("A.java"));
    return root;
  }

  /** Moves all sources to the past, so that whatever is built is newer. */
  private static void age(Path root) throws IOException {
    FileTime past = FileTime.from(Instant.now().minusSeconds(3600));
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.filter(p -> !p.toString().contains("/target")).toList()) {
        Files.setLastModifiedTime(path, past);
      }
    }
  }

  private Map<String, String> buildEnvironment() throws IOException {
    Path bin = Files.createDirectories(directory.resolve("path"));
    script(bin.resolve("mvn"), FAKE_MAVEN);
    Path java = fakeJava("jdk", "25");
    String path = bin + File.pathSeparator + "/usr/bin" + File.pathSeparator + "/bin";
    return Map.of("PATH", path, "REGION_BRIDGE_JAVA_HOME", java.toString());
  }

  private static List<String> calls(Path root) throws IOException {
    return Files.readAllLines(root.resolve("calls"));
  }

  private Path fakeJava(String name, String version) throws IOException {
    Path home = Files.createDirectories(directory.resolve(name));
    Files.createDirectories(home.resolve("bin"));
    script(home.resolve("bin/java"), FAKE_JAVA);
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"%s\"\nOS_NAME=\"Linux\"\n".formatted(version));
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    if (!Files.exists(file)) {
      Files.writeString(file, text);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private Run run(Map<String, String> environment, Path launcher, String... args)
      throws IOException, InterruptedException {
    return finish(start(environment, launcher, args));
  }

  private Process start(Map<String, String> environment, Path launcher, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("REGION_BRIDGE_"));
    builder.environment().keySet().removeAll(List.of("JAVA_HOME", "JAVA_TOOL_OPTIONS"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Run finish(Process process) throws IOException, InterruptedException {
    // Neither stream ever holds more than a pipe does.
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends by itself").isTrue();
    List<String> out = process.inputReader().lines().toList();
    List<String> err = process.errorReader().lines().toList();
    return new Run(process.exitValue(), out, err);
  }
}
