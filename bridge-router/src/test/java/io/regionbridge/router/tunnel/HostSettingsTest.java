package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostSettingsTest {
  @TempDir private Path proc;

  @Test
  void forwardingThatIsOffIsFound() throws IOException {
    set("net/ipv4/ip_forward", "0");
    set("net/ipv6/conf/all/forwarding", "0");
    assertThat(new HostSettings(proc).check("wg0", true))
        .extracting(HostSettings.Finding::setting)
        .containsExactly("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding");
    assertThat(new HostSettings(proc).check("wg0", false)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, false",
    "1, 0, true",
    "0, 1, true",
    "2, 1, false",
    "1, 2, false",
    "1, 1, true"
  })
  void theGreaterOfTheTwoReversePathFiltersCounts(String all, String own, boolean found)
      throws IOException {
    set("net/ipv4/ip_forward", "1");
    set("net/ipv4/conf/all/rp_filter", all);
    set("net/ipv4/conf/wg.7/rp_filter", own);
    assertThat(new HostSettings(proc).check("wg.7", false)).hasSize(found ? 1 : 0);
  }

  @Test
  void whatAContainerDoesNotShowIsNotComplainedAbout() {
    assertThat(new HostSettings(proc).check("wg0", true)).isEmpty();
  }

  private void set(String setting, String value) throws IOException {
    Path file = proc.resolve("sys").resolve(setting);
    Files.createDirectories(file.getParent());
    Files.writeString(file, value + "\n");
  }
}
