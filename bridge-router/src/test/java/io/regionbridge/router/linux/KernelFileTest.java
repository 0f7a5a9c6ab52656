package io.regionbridge.router.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelFileTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/sys/kernel/pid_max",
        "/proc/sys/kernel/hostname",
        "/proc/sys/net/core/somaxconn",
        "/proc/sys/net/netfilter/nf_conntrack_max"
      })
  void readsAllOfASetting(String setting) throws IOException {
    assumeThat(Path.of(setting)).exists();
    assertThat(KernelFile.read(Path.of(setting)))
        .isEqualTo(Files.readAllLines(Path.of(setting)).getFirst());
  }

  @Test
  void readsAnOrdinaryFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("value"), " 262144\n");
    assertThat(KernelFile.read(file)).isEqualTo("262144");
    assertThat(KernelFile.read(Files.writeString(file, ""))).isEmpty();
  }
}
