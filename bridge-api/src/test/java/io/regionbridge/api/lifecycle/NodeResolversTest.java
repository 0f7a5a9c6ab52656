package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeResolversTest {
  @TempDir Path directory;

  @Test
  void theFirstThreeThatCanBeReadCount() throws IOException {
    Path file = directory.resolve("resolv.conf");
    Files.writeString(
        file,
        """
        # nameserver 192.0.2.1
        search example.com
        nameserver 192.0.2.2
          nameserver\t192.0.2.3 # with words behind
        nameserver dns.example.com
        nameserver fe80::1%eth0
        nameserver 0.0.0.0
        nameserver
        nameserver 2001:db8::4
        nameserver 192.0.2.5
        """);
    assertThat(new NodeResolvers(file).addresses())
        .hasToString("[/192.0.2.2:53, /192.0.2.3:53, /[2001:db8:0:0:0:0:0:4]:53]");
  }

  @Test
  void aFileThatChangesIsReadAgainAndOneThatIsGoneHasNone() throws IOException {
    Path file = directory.resolve("resolv.conf");
    NodeResolvers resolvers = new NodeResolvers(file);
    assertThat(resolvers.addresses()).isEmpty();
    Files.writeString(file, "nameserver 192.0.2.1\n");
    assertThat(resolvers.addresses()).hasToString("[/192.0.2.1:53]");
    Files.writeString(file, "nameserver 192.0.2.2\n");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    assertThat(resolvers.addresses()).hasToString("[/192.0.2.2:53]");
    Files.delete(file);
    assertThat(resolvers.addresses()).isEmpty();
  }
}
