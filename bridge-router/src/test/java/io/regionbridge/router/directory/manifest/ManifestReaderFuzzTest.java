package io.regionbridge.router.directory.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.router.directory.DirectoryIndex;

/** Whatever the bytes: facts or problems, never an exception, and facts that can be joined. */
class ManifestReaderFuzzTest {

  @FuzzTest(maxDuration = "30s")
  void anyBytesGiveContentOrProblems(byte[] manifest) {
    switch (ManifestReaderTest.read(manifest)) {
      case ManifestReading.Unreadable(ManifestProblem problem) ->
          assertThat(problem.reason()).isNotBlank();
      case ManifestReading.Content content -> {
        DirectoryIndex index = new DirectoryIndex();
        content.services().values().forEach(index::put);
        content.slices().values().forEach(index::put);
        assertThat(index.directory().services()).isEqualTo(content.services().size());
      }
    }
  }
}
