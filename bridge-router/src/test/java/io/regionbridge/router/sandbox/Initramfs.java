package io.regionbridge.router.sandbox;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes the first file system of a kernel: a cpio archive of the "new ASCII" kind, as the kernel's
 * {@code initramfs-buffer-format} document has it. Parent directories are added as needed.
 */
final class Initramfs implements AutoCloseable {
  private static final int DIRECTORY = 0040755;
  private static final int FILE = 0100755;

  private final OutputStream out;
  private final Set<String> names = new HashSet<>();
  private int inode;
  private long written;

  Initramfs(Path file) throws IOException {
    out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
  }

  void directory(String name) throws IOException {
    if (!name.isEmpty() && names.add(name)) {
      parent(name);
      entry(name, DIRECTORY, new byte[0]);
    }
  }

  void file(String name, byte[] content) throws IOException {
    if (names.add(name)) {
      parent(name);
      entry(name, FILE, content);
    }
  }

  void file(String name, Path content) throws IOException {
    file(name, Files.readAllBytes(content));
  }

  /** Everything below a directory of the host. */
  void tree(String name, Path root) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      file(name + "/" + root.relativize(file), file);
    }
  }

  /** A program of the host with the libraries that it is linked to. */
  void program(String name, Path program) throws IOException {
    file(name, program.toRealPath());
    libraries(program);
  }

  /** The libraries that a program or library is linked to, where it expects them. */
  void libraries(Path of) throws IOException {
    String list;
    try {
      list = Inside.output("ldd", of.toString());
    } catch (AssertionError e) {
      return; // linked statically
    }
    for (String word : list.split("\\s+", -1)) {
      if (word.startsWith("/lib") || word.startsWith("/usr/lib")) {
        file(word.substring(1), Path.of(word).toRealPath());
      }
    }
  }

  @Override
  public void close() throws IOException {
    entry("TRAILER!!!", 0, new byte[0]);
    out.close();
  }

  private void parent(String name) throws IOException {
    int slash = name.lastIndexOf('/');
    if (slash > 0) {
      directory(name.substring(0, slash));
    }
  }

  private void entry(String name, int mode, byte[] content) throws IOException {
    int links = mode == DIRECTORY ? 2 : 1;
    int[] fields = {
      ++inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length() + 1, 0
    };
    StringBuilder header = new StringBuilder("070701");
    for (int field : fields) {
      header.append(String.format(Locale.ROOT, "%08x", field));
    }
    write(header.append(name).append('\0').toString().getBytes(US_ASCII));
    pad();
    write(content);
    pad();
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    written += bytes.length;
  }

  private void pad() throws IOException {
    write(new byte[(int) (-written & 3)]);
  }
}
