package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.file.FileWatcher;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a region whose Services are declared in manifest files. Reads them on a thread
 * of its own, at first and whenever one of them changes, and hands on each directory that differs
 * from the one before.
 *
 * <p>A file that is missing or cannot be parsed is a problem, keeps its last good content in force
 * and is tried again when it changes. The directory is {@linkplain Directory#complete complete} as
 * soon as each file was sound once, and stays so: other files take its place when all of them could
 * be read. Until then it is {@linkplain Directory.Extent#PARTIAL partial}, and what could be read
 * is served.
 */
public final class ManifestDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ManifestDirectory.class);

  private final Consumer<Directory> listener;
  private final ManifestSet manifests;
  private final Loops loops;
  private final Loop loop;
  private volatile List<Path> files;
  private volatile List<ManifestProblem> problems = List.of();
  private volatile Directory directory = Directory.EMPTY;
  private volatile boolean closed;
  private List<Path> watched = List.of();
  private @Nullable FileWatcher watcher;

  private ManifestDirectory(
      List<Path> files, LongSupplier room, Consumer<Directory> listener, Loops loops) {
    manifests = new ManifestSet(room);
    this.files = List.copyOf(files);
    this.listener = listener;
    this.loops = loops;
    this.loop = loops.loop("manifests", Timing.onCall(), this::look);
  }

  /**
   * Starts to read and watch files.
   *
   * @param files the first wins where several have an object
   * @param room octets for the directory; a file that does not fit is refused, and its last content
   *     stays
   * @param listener gets each directory after {@link Directory#EMPTY}, on the reading thread, one
   *     call at a time
   */
  public static ManifestDirectory start(
      List<Path> files, LongSupplier room, Consumer<Directory> listener, Loops loops) {
    ManifestDirectory started = new ManifestDirectory(files, room, listener, loops);
    started.loop.start();
    return started;
  }

  /** The last directory that was handed on. Any thread. */
  public Directory directory() {
    return directory;
  }

  /** The current problems of the files. Any thread. */
  public List<ManifestProblem> problems() {
    return problems;
  }

  /** Follows other files. Any thread; the listener gets their contents later. */
  public void follow(List<Path> others) {
    files = List.copyOf(others);
    loop.lookAgain();
  }

  /** Stops. No call to the listener begins after this returns. */
  @Override
  public void close() {
    closed = true;
    loop.close();
    if (watcher != null) {
      watcher.close();
    }
  }

  private void look() {
    List<Path> wanted = files;
    if (watcher == null || !wanted.equals(watched)) {
      if (watcher != null) {
        watcher.close();
      }
      watched = wanted;
      // Before the first look at them.
      watcher = FileWatcher.watch("manifest-files", wanted, loop::lookAgain, loops);
    }
    look(wanted);
  }

  private void look(List<Path> wanted) {
    Directory before = directory;
    Directory after = manifests.look(wanted);
    tellProblems(manifests.problems());
    if (after.generation() == before.generation() || closed) {
      return;
    }
    if (after.extent().compareTo(before.extent()) < 0 && !manifests.allRead()) {
      return; // other files than before, and one was never read: what is known stays until it is
    }
    directory = after; // there before the listener gets it
    log.info(
        "directory of {}: {}; Services that changed: {}",
        wanted,
        after,
        after.changes(before).size());
    try {
      listener.accept(after);
    } catch (RuntimeException e) {
      directory = before; // what the listener could not take is given again
      throw e;
    }
  }

  private void tellProblems(List<ManifestProblem> found) {
    Set<ManifestProblem> known = new HashSet<>(problems);
    problems = found;
    for (ManifestProblem problem : found) {
      if (known.add(problem)) {
        log.warn("{}", problem);
      }
    }
    if (found.isEmpty() && !known.isEmpty()) {
      log.info("no more problems with the manifests");
    }
  }
}
