package io.regionbridge.router.tunnel;

import io.regionbridge.router.wireguard.Key;
import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;

/**
 * Keys in a directory: {@code private.key} and, while a rotation is under way, {@code next.key},
 * each a line of base64 as {@code wg genkey} writes it, readable by its owner alone. A file is
 * written beside its place and moved there, so it is whole or not there.
 */
public final class FileKeyStore implements KeyStore {
  private final Path directory;
  private final Path currentFile;
  private final Path nextFile;

  /** Uses a directory, which is created if it does not exist. */
  public FileKeyStore(Path directory) {
    this.directory = directory;
    currentFile = directory.resolve("private.key");
    nextFile = directory.resolve("next.key");
  }

  @Override
  public synchronized PrivateKey current() throws IOException {
    Optional<PrivateKey> present = read(currentFile);
    return present.isPresent() ? present.get() : create(currentFile);
  }

  @Override
  public synchronized Optional<PrivateKey> next() throws IOException {
    return read(nextFile);
  }

  @Override
  public synchronized PrivateKey prepareNext() throws IOException {
    Optional<PrivateKey> present = read(nextFile);
    return present.isPresent() ? present.get() : create(nextFile);
  }

  @Override
  public synchronized void promoteNext() throws IOException {
    try {
      Files.move(nextFile, currentFile, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      throw new IOException("no key is prepared in " + nextFile + "; prepare one first", e);
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  private static Optional<PrivateKey> read(Path file) throws IOException {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      int length = content.length;
      while (length > 0 && content[length - 1] <= ' ') {
        length--;
      }
      ByteBuffer text = ByteBuffer.wrap(content, 0, length);
      Optional<PrivateKey> key =
          PrivateKey.parse(StandardCharsets.ISO_8859_1.decode(text)).filter(k -> !k.isZero());
      if (key.isEmpty()) {
        // A new key in its place would cut off every peer.
        throw new IOException(
            file + " holds no WireGuard key (44 characters of base64); mend it or remove it");
      }
      return key;
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private PrivateKey create(Path file) throws IOException {
    Files.createDirectories(directory);
    PrivateKey key = PrivateKey.generate();
    byte[] line = Arrays.copyOf(key.base64(), Key.BASE64_LENGTH + 1);
    line[Key.BASE64_LENGTH] = '\n';
    Path fresh =
        Files.createTempFile(
            directory,
            ".key",
            null,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.write(fresh, line);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Arrays.fill(line, (byte) 0);
      Files.deleteIfExists(fresh);
    }
    return key;
  }
}
