package io.regionbridge.api.lifecycle;

import io.regionbridge.router.net.IpLiteral;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The resolvers of this node, as resolv.conf(5) has them: the first three. Read again when the file
 * changes; where it cannot be read, there are none. One thread at a time.
 */
final class NodeResolvers {
  private static final int MOST = 3;
  private static final int MOST_LINES = 1000;
  private static final int PORT = 53;
  private static final String KEY = "nameserver";

  private final Path file;
  private FileTime changed = FileTime.fromMillis(0);
  private List<InetSocketAddress> last = List.of();

  NodeResolvers(Path file) {
    this.file = file;
  }

  /** Where they listen. */
  List<InetSocketAddress> addresses() {
    try {
      FileTime now = Files.getLastModifiedTime(file);
      if (!now.equals(changed)) {
        last = read();
        changed = now;
      }
    } catch (IOException missing) {
      last = List.of();
      changed = FileTime.fromMillis(0);
    }
    return last;
  }

  private List<InetSocketAddress> read() throws IOException {
    List<InetSocketAddress> found = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
        Stream<String> some = lines.lines().limit(MOST_LINES)) {
      some.map(NodeResolvers::address)
          .flatMap(Optional::stream)
          .limit(MOST)
          .forEach(address -> found.add(new InetSocketAddress(address, PORT)));
    }
    return List.copyOf(found);
  }

  private static Optional<InetAddress> address(String line) {
    String[] words = line.strip().split("\\s+", 3);
    return words.length > 1 && words[0].equals(KEY)
        ? IpLiteral.parse(words[1]).filter(address -> !address.isAnyLocalAddress())
        : Optional.empty();
  }
}
