package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;

class FilePagesTest {
  private static final String CODE =
      """
      7fb27ace3000-7fb27bd6f000 r-xp 002e3000 fe:00 315638                     /usr/lib/server/libjvm.so
      Size:              16944 kB
      Rss:               11200 kB
      Anonymous:             0 kB
      VmFlags: rd ex mr mw me
      """;

  @Test
  void namesWhatNobodyCanWriteTo() throws IOException {
    assertThat(FilePages.unchanged(lines(CODE)))
        .containsExactly(new FilePages.Mapping(0x7fb27ace3000L, 0x108c000));
  }

  @Test
  void leavesWhatWasWrittenTo() throws IOException {
    assertThat(FilePages.unchanged(lines(CODE.replace(" 0 kB", " 4 kB")))).isEmpty();
  }

  @Test
  void leavesWhatCanBeWrittenTo() throws IOException {
    assertThat(FilePages.unchanged(lines(CODE.replace("r-xp", "rwxp")))).isEmpty();
  }

  @Test
  void leavesWhatIsSharedWithOtherProcesses() throws IOException {
    assertThat(FilePages.unchanged(lines(CODE.replace("r-xp", "r--s")))).isEmpty();
  }

  @Test
  void leavesMemoryThatIsNoFile() throws IOException {
    assertThat(
            FilePages.unchanged(lines(CODE.replace("/usr/lib/server/libjvm.so", "[vdso]") + CODE)))
        .hasSize(1);
    assertThat(FilePages.unchanged(lines(CODE.replace("  /usr/lib/server/libjvm.so", ""))))
        .isEmpty();
  }

  private static BufferedReader lines(String text) {
    return new BufferedReader(new StringReader(text));
  }
}
