package io.regionbridge.router.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a file saw.
 *
 * <p>Content decides, so touching a file changes nothing. A digest stands for the content. It is
 * only taken again when inode, size or modification time differ, or when the file had been written
 * so shortly before the last look that a second write need not show in its time (what git calls
 * racily clean).
 *
 * @param content the digest of the bytes, or why there are none
 * @param stamp what the file system said, if it is old enough to show the next change
 */
record FileState(String content, @Nullable Stamp stamp) {
  /** Coarser than the time stamps of any file system in use, FAT's two seconds included. */
  private static final Duration STAMP_GRANULARITY = Duration.ofSeconds(2);

  record Stamp(@Nullable Object fileKey, long size, FileTime modified) {}

  /** Looks at a file, given what the last look saw and the time of this one. */
  static FileState look(Path file, @Nullable FileState last, Instant now) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Stamp stamp =
          new Stamp(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
      if (last != null && stamp.equals(last.stamp)) {
        return last;
      }
      boolean settled = stamp.modified.toInstant().plus(STAMP_GRANULARITY).isBefore(now);
      return new FileState(digest(file), settled ? stamp : null);
    } catch (NoSuchFileException e) {
      return new FileState("missing", null);
    } catch (IOException e) {
      return new FileState("unreadable: " + e, null);
    }
  }

  boolean sameContent(FileState other) {
    return content.equals(other.content);
  }

  private static String digest(Path file) throws IOException {
    MessageDigest sha256 = sha256();
    byte[] chunk = new byte[16 * 1024];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        sha256.update(chunk, 0, n);
      }
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
