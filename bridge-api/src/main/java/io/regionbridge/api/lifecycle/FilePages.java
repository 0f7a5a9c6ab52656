package io.regionbridge.api.lifecycle;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages of files that the process has mapped and cannot write to: the JVM's code and the
 * read-only part of the AOT cache. A start touches nearly all of them, an idle bridge few. Linux
 * counts them as resident until memory is short.
 */
public final class FilePages {
  private static final Logger log = LoggerFactory.getLogger(FilePages.class);
  private static final Path MAPPINGS = Path.of("/proc/self/smaps");
  private static final int MADV_DONTNEED = 4;

  private FilePages() {}

  /**
   * A mapping.
   *
   * @param from its first address
   * @param length in octets
   */
  record Mapping(long from, long length) {}

  /**
   * Gives all of them back. Each one that is used again is mapped again from the page cache. Other
   * processes do not notice. Without effect where the system does not say what is mapped.
   */
  public static void release() {
    try (BufferedReader lines = Files.newBufferedReader(MAPPINGS)) {
      List<Mapping> unchanged = unchanged(lines);
      Linker linker = Linker.nativeLinker();
      MethodHandle madvise =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("madvise"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT));
      for (Mapping mapping : unchanged) {
        int result = (int) madvise.invokeExact(mapping.from(), mapping.length(), MADV_DONTNEED);
        log.trace("madvise of {}: {}", mapping, result);
      }
    } catch (Throwable e) {
      log.debug("pages of files stay resident", e);
    }
  }

  /**
   * Those that nobody has written to, and nobody can: what is private to the process would be lost.
   *
   * @param lines of {@code proc_pid_smaps(5)}
   */
  static List<Mapping> unchanged(BufferedReader lines) throws IOException {
    List<Mapping> found = new ArrayList<>();
    Mapping candidate = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      char first = line.charAt(0);
      if (first >= 'a' && first <= 'f' || first >= '0' && first <= '9') {
        candidate = candidate(line);
      } else if (candidate != null && line.startsWith("Anonymous:")) {
        if (line.endsWith(" 0 kB")) {
          found.add(candidate);
        }
        candidate = null;
      }
    }
    return found;
  }

  /** {@code 7f0a-7f0b r-xp 00000000 08:01 1234 /path}. */
  private static @Nullable Mapping candidate(String line) {
    String[] fields = line.split(" +", 6);
    boolean readOnly = fields[1].charAt(1) == '-' && fields[1].charAt(3) == 'p';
    if (!readOnly || fields.length < 6 || !fields[5].startsWith("/")) {
      return null;
    }
    int dash = fields[0].indexOf('-');
    long from = Long.parseUnsignedLong(fields[0], 0, dash, 16);
    long to = Long.parseUnsignedLong(fields[0], dash + 1, fields[0].length(), 16);
    return new Mapping(from, to - from);
  }
}
