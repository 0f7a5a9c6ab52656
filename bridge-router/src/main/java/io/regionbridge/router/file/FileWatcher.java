package io.regionbridge.router.file;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when the content of any of some files has changed, however it was replaced: written in
 * place, renamed over, or by the symbolic link that Kubernetes swaps in a mounted ConfigMap. A file
 * may be missing, at first or later: that is a content like any other.
 *
 * <p>Level-triggered: an event of the file system, or the passing of a few seconds, only makes the
 * watcher look again; what it sees is compared with what it saw last. Several changes in quick
 * succession may be reported as one, and the callback reads the files itself. To miss nothing,
 * start the watcher first and read the files for the first time after that.
 *
 * <p>The callback runs on the watcher's own daemon thread, one call at a time. If it throws, it is
 * called again.
 */
public final class FileWatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FileWatcher.class);

  /** For what the events do not show: links in the middle of a path, network file systems. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(3);

  /** A writer that is still busy gets this long from one event to the next ... */
  private static final Duration SETTLE = Duration.ofMillis(20);

  /** ... but no longer than this in all. */
  private static final Duration SETTLE_AT_MOST = Duration.ofMillis(500);

  private final List<Path> files;
  private final Runnable onChange;
  private final @Nullable WatchService events;
  private final Map<Path, WatchKey> watchedDirectories = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Loop loop;
  private List<FileState> seen;

  private FileWatcher(String name, List<Path> files, Runnable onChange, Loops loops) {
    this.files = files.stream().map(Path::toAbsolutePath).toList();
    this.onChange = onChange;
    this.events = openEvents();
    watchDirectories();
    this.seen = look(List.of());
    this.loop = loops.loop(name, Timing.waiting(), this::runRound);
  }

  /**
   * Starts watching. The content when this returns counts as known.
   *
   * @param name of its thread
   * @param onChange called after each change, on the watcher's thread
   */
  public static FileWatcher watch(String name, List<Path> files, Runnable onChange, Loops loops) {
    FileWatcher watcher = new FileWatcher(name, files, onChange, loops);
    watcher.loop.start();
    return watcher;
  }

  /**
   * Stops watching. Waits for a callback that is running, for some seconds at most and not at all
   * when called from the callback; no other one begins.
   */
  @Override
  public void close() {
    closed.countDown();
    try {
      if (events != null) {
        events.close();
      }
    } catch (IOException e) {
      log.debug("closing the watch of {}", files, e);
    }
    loop.close();
  }

  private void runRound() throws InterruptedException {
    try {
      awaitEventOr(LOOK_AGAIN);
    } catch (ClosedWatchServiceException e) {
      log.trace("no longer watching {}", files);
      return;
    }
    watchDirectories();
    List<FileState> now = look(seen);
    boolean changed = !sameContent(seen, now);
    if (changed && !isClosed()) {
      onChange.run();
    }
    seen = now;
  }

  /** Waits for an event and for the writer to finish, or for some time without one. */
  private void awaitEventOr(Duration timeout) throws InterruptedException {
    if (events == null) {
      closed.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return;
    }
    WatchKey key = events.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    long firstEvent = System.nanoTime();
    while (key != null) {
      key.pollEvents();
      key.reset();
      boolean patient = System.nanoTime() - firstEvent < SETTLE_AT_MOST.toNanos();
      key = patient ? events.poll(SETTLE.toMillis(), TimeUnit.MILLISECONDS) : null;
    }
  }

  /**
   * Watches the directories in which the files are, and those in which they really are: the first
   * show a rename or a swapped link, the second a write through a link. Anew before each look,
   * since a directory may have appeared or been replaced.
   */
  private void watchDirectories() {
    if (events == null) {
      return;
    }
    Set<Path> directories = new LinkedHashSet<>();
    for (Path file : files) {
      addParent(directories, file);
      try {
        addParent(directories, file.toRealPath());
      } catch (IOException e) {
        log.trace("{} is not there to watch", file, e);
      }
    }
    watchedDirectories
        .entrySet()
        .removeIf(watched -> {
          boolean over = !directories.contains(watched.getKey()) || !watched.getValue().isValid();
          if (over) {
            watched.getValue().cancel();
          }
          return over;
        });
    for (Path directory : directories) {
      try {
        // Registering again is cheap, and needed when the path leads to another directory by now.
        WatchKey key = directory.register(events, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
        watchedDirectories.put(directory, key);
      } catch (IOException e) {
        log.trace("cannot watch {}, looking at it every {}", directory, LOOK_AGAIN, e);
      }
    }
  }

  private static void addParent(Set<Path> directories, Path file) {
    Path parent = file.getParent();
    if (parent != null) {
      directories.add(parent);
    }
  }

  private List<FileState> look(List<FileState> last) {
    Instant now = Instant.now();
    List<FileState> states = new ArrayList<>(files.size());
    for (int i = 0; i < files.size(); i++) {
      states.add(FileState.look(files.get(i), i < last.size() ? last.get(i) : null, now));
    }
    return states;
  }

  private static boolean sameContent(List<FileState> one, List<FileState> other) {
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).sameContent(other.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private static @Nullable WatchService openEvents() {
    try {
      return FileSystems.getDefault().newWatchService();
    } catch (IOException e) {
      log.warn(
          "no file system events ({}), looking every {} s instead; raise"
              + " fs.inotify.max_user_instances",
          e.getMessage(),
          LOOK_AGAIN.toSeconds());
      return null;
    }
  }
}
