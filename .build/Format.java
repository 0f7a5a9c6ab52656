import com.google.googlejavaformat.java.Formatter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats, or checks the format of, every Java source below a directory: {@code check|apply DIR}.
 */
final class Format {
  public static void main(String[] args) throws IOException {
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    List<Path> sources;
    try (Stream<Path> all = Files.walk(root)) {
      sources =
          all.filter(p -> p.toString().endsWith(".java"))
              .filter(p -> !p.toString().contains("/target/"))
              .sorted()
              .toList();
    }
    List<Path> off = sources.parallelStream().filter(p -> !formatted(p, apply)).toList();
    if (apply) {
      off.forEach(p -> System.out.println("formatted " + root.relativize(p)));
    } else if (!off.isEmpty()) {
      off.forEach(p -> System.err.println("not formatted: " + root.relativize(p)));
      System.err.println("mend with: mvn -q -N process-sources -Dformat=apply");
      System.exit(1);
    }
  }

  private static boolean formatted(Path source, boolean apply) {
    try {
      String before = Files.readString(source);
      String after = new Formatter().formatSourceAndFixImports(before);
      if (before.equals(after)) {
        return true;
      }
      if (apply) {
        Files.writeString(source, after);
      }
      return false;
    } catch (Exception e) {
      System.err.println("cannot format " + source + ":" + e.getMessage());
      return false;
    }
  }
}
