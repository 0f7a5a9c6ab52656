package io.regionbridge.router.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStateTest {
  private static final Instant WRITTEN = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;

  @Test
  void seesASecondWriteWithinTheSameTimeStamp() throws Exception {
    Path file = write("one");
    FileState first = FileState.look(file, null, WRITTEN.plusMillis(1));
    write("two");
    FileState second = FileState.look(file, first, WRITTEN.plusMillis(2));
    assertThat(second.sameContent(first)).isFalse();
  }

  @Test
  void doesNotReadAgainWhatHasSettled() throws Exception {
    Path file = write("one");
    FileState first = FileState.look(file, null, WRITTEN.plusSeconds(60));
    assertThat(FileState.look(file, first, WRITTEN.plusSeconds(63))).isSameAs(first);
  }

  @Test
  void tellsContentFromAbsenceAndFromADirectory() throws Exception {
    Path file = write("one");
    FileState present = FileState.look(file, null, WRITTEN);
    FileState directoryState = FileState.look(directory, null, WRITTEN);
    Files.delete(file);
    FileState missing = FileState.look(file, present, WRITTEN);
    assertThat(missing.sameContent(present)).isFalse();
    assertThat(directoryState.sameContent(missing)).isFalse();
    assertThat(directoryState.content()).startsWith("unreadable");
  }

  private Path write(String content) throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), content);
    Files.setLastModifiedTime(file, FileTime.from(WRITTEN));
    return file;
  }
}
