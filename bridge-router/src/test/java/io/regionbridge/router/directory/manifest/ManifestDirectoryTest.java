package io.regionbridge.router.directory.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.loop.Loops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On real files; awaits what is told, never a time. */
class ManifestDirectoryTest {
  private static final String ONE = "{apiVersion: v1, kind: Service, metadata: {name: one}}\n";
  private static final String TWO = ONE + "---\n" + ONE.replace("one", "two");

  private final BlockingQueue<Directory> told = new LinkedBlockingQueue<>();

  @TempDir private Path directory;

  @Test
  void tellsTheDirectoryAtFirstAndAfterEachChange() throws Exception {
    Path file = directory.resolve("services.yaml");
    Files.writeString(file, ONE);

    try (ManifestDirectory manifests =
        ManifestDirectory.start(List.of(file), () -> Long.MAX_VALUE, told::add, new Loops())) {
      Directory first = next();
      assertThat(first.complete()).isTrue();
      assertThat(first.services()).isEqualTo(1);

      replace(file, TWO);
      Directory second = next();
      assertThat(second.services()).isEqualTo(2);
      assertThat(second.generation()).isGreaterThan(first.generation());
      assertThat(manifests.directory()).isSameAs(second);
    }
  }

  @Test
  void fileThatIsMissingAtStartIsReadWhenItAppears() throws Exception {
    Path there = directory.resolve("there.yaml");
    Path missing = directory.resolve("missing.yaml");
    Files.writeString(there, ONE);

    try (ManifestDirectory manifests =
        ManifestDirectory.start(
            List.of(there, missing), () -> Long.MAX_VALUE, told::add, new Loops())) {
      assertThat(next().complete()).isFalse();
      assertThat(manifests.problems())
          .singleElement()
          .hasToString(missing + ": no such file; it is read when it appears");

      replace(missing, TWO.replace("one", "three"));

      assertThat(next().complete()).isTrue();
      assertThat(manifests.directory().services()).isEqualTo(3);
      assertThat(manifests.problems()).isEmpty();
    }
  }

  @Test
  void brokenFileChangesNothingUntilItIsMended() throws Exception {
    Path file = directory.resolve("services.yaml");
    Files.writeString(file, ONE);

    try (ManifestDirectory manifests =
        ManifestDirectory.start(List.of(file), () -> Long.MAX_VALUE, told::add, new Loops())) {
      Directory first = next();
      replace(file, "kind: [");
      replace(file, TWO);

      // Had the broken file emptied the directory, that would have been told before this.
      assertThat(next().services()).isEqualTo(2);
      assertThat(first.services()).isEqualTo(1);
      assertThat(manifests.problems()).isEmpty();
    }
  }

  @Test
  void otherFilesAreTakenWhileRunning() throws Exception {
    Path one = directory.resolve("one.yaml");
    Path two = directory.resolve("two.yaml");
    Files.writeString(one, ONE);
    Files.writeString(two, TWO);

    try (ManifestDirectory manifests =
        ManifestDirectory.start(List.of(one), () -> Long.MAX_VALUE, told::add, new Loops())) {
      assertThat(next().services()).isEqualTo(1);

      manifests.follow(List.of(two));
      assertThat(next().services()).isEqualTo(2);

      replace(two, ONE);
      assertThat(next().services()).isEqualTo(1);
    }
  }

  @Test
  void otherFilesTakeThePlaceOfThoseBeforeOnceAllCouldBeRead() throws Exception {
    Path before = directory.resolve("before.yaml");
    Path missing = directory.resolve("missing.yaml");
    Files.writeString(before, ONE);

    try (ManifestDirectory manifests =
        ManifestDirectory.start(List.of(before), () -> Long.MAX_VALUE, told::add, new Loops())) {
      assertThat(next().services()).isEqualTo(1);
      manifests.follow(List.of(missing));
      replace(missing, TWO);

      // Had the missing file emptied the directory, that would have been told before this.
      Directory after = next();
      assertThat(after.complete()).isTrue();
      assertThat(after.services()).isEqualTo(2);
    }
  }

  @Test
  void tellsNothingAfterItIsClosed() throws Exception {
    Path file = directory.resolve("services.yaml");
    Files.writeString(file, ONE);
    ManifestDirectory manifests =
        ManifestDirectory.start(List.of(file), () -> Long.MAX_VALUE, told::add, new Loops());
    next();

    manifests.close();
    manifests.follow(List.of());

    assertThat(told).isEmpty();
  }

  private Directory next() throws InterruptedException {
    Directory next = told.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("a directory within 20 s").isNotNull();
    return next;
  }

  private void replace(Path file, String content) throws IOException {
    Path written = Files.writeString(directory.resolve("next"), content);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
