package io.regionbridge.api.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

final class BundleWriterTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void holdsEachPartAndSaysWhatIsMissing() throws IOException {
    try (BundleWriter bundle = new BundleWriter(out, "a title")) {
      bundle.add("a.txt", () -> "password: hunter2-hunter2");
      bundle.add(
          "b.txt",
          () -> {
            throw new IOException("the API server does not answer\nand more");
          });
      bundle.add("c.txt", () -> "text");
    }
    assertThat(parts())
        .containsEntry("a.txt", "password: (removed)")
        .containsEntry("c.txt", "text")
        .doesNotContainKey("b.txt");
    assertThat(parts().get("README.txt"))
        .startsWith("a title\n")
        .contains("\na.txt\nb.txt: not collected: the API server does not answer\nc.txt\n");
  }

  @Test
  void staysUnderItsBoundWhateverItIsGiven() throws IOException {
    Random random = new Random(1);
    try (BundleWriter bundle = new BundleWriter(out, "")) {
      for (int i = 0; i < 5; i++) {
        StringBuilder noise = new StringBuilder();
        random.ints(5_000_000, 'a', 'z' + 1).forEach(c -> noise.append((char) c));
        bundle.add("noise-" + i + ".txt", noise::toString);
      }
      bundle.add("after.txt", () -> "a");
    }
    assertThat(out.size()).isLessThan(BundleWriter.MAX_OCTETS);
    assertThat(parts().get("README.txt"))
        .contains("noise-0.txt: the last 4000000 of 5000000 octets");
  }

  private Map<String, String> parts() throws IOException {
    Map<String, String> parts = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(out.toByteArray()))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        parts.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return parts;
  }
}
