package io.regionbridge.router.file;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.loop.Loops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileWatcherTest {
  @TempDir Path directory;

  /** What the watched file held at each call; "" when it was not there. */
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  @Test
  void tellsOfAFileWrittenInPlace() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "one");
    try (FileWatcher _ = watch(file)) {
      Files.writeString(file, "two");
      awaitTold("two");
    }
  }

  @Test
  void tellsOfAFileRenamedOver() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "one");
    try (FileWatcher _ = watch(file)) {
      replace(file, "two");
      awaitTold("two");
      replace(file, "three");
      awaitTold("three");
    }
  }

  @Test
  void tellsOfASwappedConfigMap() throws Exception {
    Path file = mountConfigMap("one");
    try (FileWatcher _ = watch(file)) {
      swapConfigMap("..2", "two");
      awaitTold("two");
      swapConfigMap("..3", "three");
      awaitTold("three");
    }
  }

  @Test
  void tellsOfAWriteThroughALinkFromElsewhere() throws Exception {
    Path target = Files.createDirectory(directory.resolve("elsewhere")).resolve("real.yaml");
    Files.writeString(target, "one");
    Path link = Files.createSymbolicLink(directory.resolve("a.yaml"), target);
    try (FileWatcher _ = watch(link)) {
      Files.writeString(target, "two");
      awaitTold("two");
    }
  }

  @Test
  void tellsOfAFileThatAppearsInADirectoryThatAppears() throws Exception {
    Path file = directory.resolve("later/a.yaml");
    try (FileWatcher _ = watch(file)) {
      Files.createDirectory(file.getParent());
      Files.writeString(file, "one");
      awaitTold("one");
    }
  }

  @Test
  void tellsOfAFileThatGoesAndComesBack() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "one");
    try (FileWatcher _ = watch(file)) {
      Files.delete(file);
      awaitTold("");
      Files.writeString(file, "one");
      awaitTold("one");
    }
  }

  @Test
  void tellsOfEachOfSeveralFiles() throws Exception {
    Path a = Files.writeString(directory.resolve("a.yaml"), "one");
    Path b = Files.createDirectory(directory.resolve("b")).resolve("b.yaml");
    Files.writeString(b, "one");
    try (FileWatcher _ =
        FileWatcher.watch("files", List.of(a, b), () -> told.add(read(b)), new Loops())) {
      replace(b, "two");
      awaitTold("two");
    }
  }

  @Test
  void saysNothingWhenOnlyTheTimeChanged() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "one");
    try (FileWatcher _ = watch(file)) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      replace(file, "one");
      Files.writeString(directory.resolve("b.yaml"), "a neighbour");
      replace(file, "two");
      awaitTold("two");
    }
    assertThat(told).isEmpty();
  }

  @Test
  void goesOnAfterACallbackThatThrows() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "one");
    Runnable failing =
        () -> {
          told.add(read(file));
          throw new IllegalStateException("the listener failed, as this test wants it to");
        };
    try (FileWatcher _ = FileWatcher.watch("files", List.of(file), failing, new Loops())) {
      replace(file, "two");
      awaitTold("two");
      replace(file, "three");
      awaitTold("three");
    }
  }

  @Test
  void canBeClosedFromItsOwnCallbackAndTwice() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "one");
    BlockingQueue<FileWatcher> itself = new LinkedBlockingQueue<>();
    Runnable closing =
        () -> {
          take(itself).close();
          told.add("closed");
        };
    FileWatcher watcher = FileWatcher.watch("files", List.of(file), closing, new Loops());
    itself.add(watcher);
    replace(file, "two");
    awaitTold("closed");
    watcher.close();
  }

  private FileWatcher watch(Path file) {
    return FileWatcher.watch("files", List.of(file), () -> told.add(read(file)), new Loops());
  }

  private void awaitTold(String content) throws InterruptedException {
    String last;
    do {
      last = told.poll(20, TimeUnit.SECONDS);
    } while (last != null && !last.equals(content));
    assertThat(last).isEqualTo(content);
  }

  private static void replace(Path file, String content) throws IOException {
    Path draft = Files.writeString(file.resolveSibling(".draft"), content);
    Files.move(draft, file, ATOMIC_MOVE, REPLACE_EXISTING);
  }

  /** The layout of a mounted ConfigMap: a.yaml → ..data/a.yaml, ..data → ..1. */
  private Path mountConfigMap(String content) throws IOException {
    swapConfigMap("..1", content);
    return Files.createSymbolicLink(directory.resolve("a.yaml"), Path.of("..data", "a.yaml"));
  }

  private void swapConfigMap(String version, String content) throws IOException {
    Path next = Files.createDirectory(directory.resolve(version));
    Files.writeString(next.resolve("a.yaml"), content);
    Path data = directory.resolve("..data");
    Path old = Files.exists(data) ? data.toRealPath() : null;
    Path draft = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of(version));
    Files.move(draft, data, ATOMIC_MOVE, REPLACE_EXISTING);
    if (old != null) {
      Files.delete(old.resolve("a.yaml"));
      Files.delete(old);
    }
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static <T> T take(BlockingQueue<T> queue) {
    try {
      @Nullable T item = queue.poll(20, TimeUnit.SECONDS);
      assertThat(item).isNotNull();
      return item;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
