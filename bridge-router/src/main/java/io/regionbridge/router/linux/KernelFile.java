package io.regionbridge.router.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a file that the kernel makes up, such as a setting under {@code /proc/sys}.
 *
 * <p>Such a file has size 0, and a number is given to the first read only, whatever its length.
 * {@link Files#readString(Path)} goes by the size and reads one octet first, so that it returns the
 * first digit.
 */
public final class KernelFile {
  private static final int MOST_OCTETS = 4096;

  private KernelFile() {}

  /** The value, without the white space around it. At most 4096 octets are read, in one read. */
  public static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] octets = new byte[MOST_OCTETS];
      int read = in.read(octets);
      return new String(octets, 0, Math.max(0, read), UTF_8).strip();
    }
  }
}
