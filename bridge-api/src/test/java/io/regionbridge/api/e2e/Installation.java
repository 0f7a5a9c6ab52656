package io.regionbridge.api.e2e;

import io.regionbridge.testkit.NativeProcess;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/**
 * The distribution with its own launcher and JVM options, and one jar that leads to the classes
 * under test.
 */
final class Installation {
  private final Path launcher;

  private Installation(Path launcher) {
    this.launcher = launcher;
  }

  static Installation in(Path directory) throws IOException {
    Path lib = Files.createDirectories(directory.resolve("dist/lib"));
    Path launcher = Files.createDirectories(directory.resolve("dist/bin")).resolve("region-bridge");
    Files.copy(Path.of("../region-bridge"), launcher);
    Files.copy(Path.of("src/main/dist/lib/java.options"), lib.resolve("java.options"));
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.CLASS_PATH, classPath());
    try (OutputStream out = Files.newOutputStream(lib.resolve("bridge-api-0.0.0.jar"));
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.finish();
    }
    return new Installation(launcher);
  }

  /**
   * A command of the program.
   *
   * @param prefix what runs it, such as {@code ip netns exec NAME}; may be empty
   */
  NativeProcess.Command command(List<String> prefix, String... arguments) {
    List<String> line = new ArrayList<>(prefix);
    line.add("bash");
    line.add(launcher.toString());
    line.addAll(List.of(arguments));
    return NativeProcess.command(
            Path.of(line.getFirst()), line.subList(1, line.size()).toArray(String[]::new))
        .environment("REGION_BRIDGE_JAVA_HOME", System.getProperty("java.home"))
        .environment("REGION_BRIDGE_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
  }

  /** A shell script that runs the program as {@link #command} does, with its own arguments. */
  String script() {
    return """
    export REGION_BRIDGE_JAVA_HOME=%s REGION_BRIDGE_JAVA_OPTS=-XX:TieredStopAtLevel=1
    exec bash %s "$@"
    """
        .formatted(System.getProperty("java.home"), launcher);
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toUri().toString())
        .collect(Collectors.joining(" "));
  }
}
