import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes tar archives (POSIX.1-2001, pax(1), "ustar Interchange Format") that hold the same octets
 * for the same content: everything belongs to root and has one time.
 */
final class Tar implements AutoCloseable {
  private static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int PREFIX = 155;

  private final OutputStream out;
  private final long seconds;

  /**
   * An archive.
   *
   * @param seconds since 1970, of every entry
   */
  Tar(OutputStream out, long seconds) {
    this.out = out;
    this.seconds = seconds;
  }

  /** Adds a directory with all that is in it, under its names relative to the root. */
  void tree(Path root, Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted().toList()) {
        if (!path.equals(root)) {
          entry(root.relativize(path).toString(), path);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Adds a file. */
  void file(String name, byte[] content) throws IOException {
    header(name, '0', 0644, content.length, "");
    out.write(content);
    pad(content.length);
  }

  /** Adds a file from disk. */
  void file(String name, Path content) throws IOException {
    long size = Files.size(content);
    header(name, '0', 0644, size, "");
    Files.copy(content, out);
    pad(size);
  }

  private void entry(String name, Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      header(name, '2', 0777, 0, Files.readSymbolicLink(path).toString());
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      // The one directory that everybody may write to; a volume lies over it.
      header(name + "/", '5', name.equals("tmp") ? 01777 : 0755, 0, "");
    } else {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
      long size = Files.size(path);
      header(
          name,
          '0',
          permissions.contains(PosixFilePermission.OWNER_EXECUTE) ? 0755 : 0644,
          size,
          "");
      Files.copy(path, out);
      pad(size);
    }
  }

  private void header(String name, char type, int mode, long size, String link) throws IOException {
    byte[] block = new byte[BLOCK];
    int split = name.length() <= NAME ? 0 : name.lastIndexOf('/', PREFIX) + 1;
    if (name.length() - split > NAME || link.length() > NAME) {
      throw new IOException("too long for ustar: " + name + " " + link);
    }
    put(block, 0, name.substring(split));
    put(block, 100, octal(mode, 7));
    put(block, 108, octal(0, 7));
    put(block, 116, octal(0, 7));
    put(block, 124, octal(size, 11));
    put(block, 136, octal(seconds, 11));
    Arrays.fill(block, 148, 156, (byte) ' ');
    block[156] = (byte) type;
    put(block, 157, link);
    put(block, 257, "ustar\0" + "00");
    if (split > 0) {
      put(block, 345, name.substring(0, split - 1));
    }
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, octal(sum, 6) + "\0 ");
    out.write(block);
  }

  private static String octal(long value, int digits) {
    return String.format("%0" + digits + "o", value);
  }

  private static void put(byte[] block, int at, String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(octets, 0, block, at, octets.length);
  }

  private void pad(long size) throws IOException {
    out.write(new byte[(int) (-size & (BLOCK - 1))]);
  }

  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.close();
  }
}
