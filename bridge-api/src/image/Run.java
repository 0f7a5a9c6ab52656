import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs that have to succeed. */
final class Run {
  private Run() {}

  /** Runs a program; what it prints is told only when it fails. */
  static void in(Path directory, String program, List<String> options, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>(List.of(program));
    line.addAll(options);
    line.addAll(List.of(arguments));
    run(new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true));
  }

  /** What a program prints on its standard output. */
  static String output(String program, String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(program));
    line.addAll(List.of(arguments));
    return run(new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD));
  }

  private static String run(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException(
            String.join(" ", builder.command()) + " failed with " + code + ":\n" + output);
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
