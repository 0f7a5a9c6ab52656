package io.regionbridge.api.http;

import io.regionbridge.router.loop.FailureReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value made from the content of small files, such as a certificate and its key. Looks at them
 * again when it is asked for, once a second at most, so that a file that was renewed counts at
 * once. Files that cannot be read or used are logged; the last good value stays.
 *
 * <p>Thread-safe. Reading takes as long as the file system does.
 */
public final class FileBacked<T> implements Supplier<T> {
  private static final Logger log = LoggerFactory.getLogger(FileBacked.class);
  private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  /** Makes a value of the contents of files. */
  @FunctionalInterface
  public interface Maker<T> {
    /**
     * Makes the value of the contents of the files, in their order.
     *
     * @throws GeneralSecurityException if they do not fit; the message must not quote them
     */
    T make(List<byte[]> contents) throws IOException, GeneralSecurityException;
  }

  private final List<Path> files;
  private final Maker<T> maker;
  private List<byte[]> seen;
  private long lookedAt;
  private T value;
  private String logged = "";

  private FileBacked(List<Path> files, Maker<T> maker) throws IOException {
    this.files = List.copyOf(files);
    this.maker = maker;
    lookedAt = System.nanoTime();
    seen = contents();
    try {
      value = maker.make(seen);
    } catch (GeneralSecurityException e) {
      throw new IOException(names() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the files for the first time.
   *
   * @throws IOException naming the file and the problem
   */
  public static <T> FileBacked<T> read(List<Path> files, Maker<T> maker) throws IOException {
    return new FileBacked<>(files, maker);
  }

  @Override
  public synchronized T get() {
    long now = System.nanoTime();
    if (now - lookedAt >= LOOK_AGAIN_NANOS) {
      lookedAt = now;
      look();
    }
    return value;
  }

  private void look() {
    try {
      List<byte[]> contents = contents();
      if (!same(contents)) {
        value = maker.make(contents);
        seen = contents;
        log.info("{} changed, and what is new there holds from now on", names());
      }
      logged = "";
    } catch (IOException | GeneralSecurityException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(logged)) {
        log.warn("{}: {}; what was last good stays in force", names(), problem);
        logged = problem;
      }
    }
  }

  private List<byte[]> contents() throws IOException {
    List<byte[]> contents = new ArrayList<>();
    for (Path file : files) {
      try {
        contents.add(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new IOException("cannot read " + file + ": " + reason(e), e);
      }
    }
    return contents;
  }

  /** The file is named already. */
  private static String reason(IOException e) {
    return FailureReason.of(e).replaceFirst(": .*", "");
  }

  private boolean same(List<byte[]> contents) {
    for (int i = 0; i < contents.size(); i++) {
      if (!Arrays.equals(contents.get(i), seen.get(i))) {
        return false;
      }
    }
    return true;
  }

  private String names() {
    return files.stream().map(Path::toString).collect(Collectors.joining(", "));
  }
}
