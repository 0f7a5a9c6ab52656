package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKeyStoreTest {
  @TempDir private Path directory;

  @Test
  void makesAKeyOnceAndKeepsItToItsOwner() throws IOException {
    KeyStore store = new FileKeyStore(directory.resolve("keys"));
    PrivateKey made = store.current();
    assertThat(new FileKeyStore(directory.resolve("keys")).current()).isEqualTo(made);
    Path file = directory.resolve("keys/private.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file)).hasSize(45).endsWith("=\n");
    try (var files = Files.list(directory.resolve("keys"))) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void rotatesInTwoSteps() throws IOException {
    KeyStore store = new FileKeyStore(directory);
    PrivateKey old = store.current();
    assertThat(store.next()).isEmpty();
    PrivateKey next = store.prepareNext();
    assertThat(store.prepareNext()).isEqualTo(next);
    assertThat(store.current()).isEqualTo(old);
    store.promoteNext();
    assertThat(store.current()).isEqualTo(next);
    assertThat(store.next()).isEmpty();
    assertThatIOException().isThrownBy(store::promoteNext).withMessageContaining("prepare one");
  }

  @Test
  void aFileThatHoldsNoKeyIsLeftAloneAndNamed() throws IOException {
    Files.writeString(directory.resolve("private.key"), "not a key\n");
    KeyStore store = new FileKeyStore(directory);
    assertThatIOException()
        .isThrownBy(store::current)
        .withMessageContaining("private.key holds no WireGuard key");
    assertThat(directory.resolve("private.key")).hasContent("not a key");
  }
}
