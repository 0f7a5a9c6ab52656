package io.regionbridge.router.sandbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Debian's kernel package, unpacked.
 *
 * @param root where {@code /boot} and {@code /lib} of the package are
 */
record KernelPackage(Path root) {
  Path image() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("boot"))) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("vmlinuz-"))
          .findFirst()
          .orElseThrow(() -> new IOException("no kernel image in " + root));
    }
  }

  /** The files of modules and of all that they need, in an order in which they can be loaded. */
  Collection<Path> modules(List<String> names) throws IOException {
    Map<String, Path> all;
    try (Stream<Path> files = Files.walk(root.resolve("lib/modules"))) {
      all =
          files
              .filter(f -> f.toString().endsWith(".ko"))
              .collect(Collectors.toMap(KernelPackage::name, Function.identity(), (a, b) -> a));
    }
    Map<String, Path> ordered = new LinkedHashMap<>();
    Deque<String> open = new ArrayDeque<>(names);
    while (!open.isEmpty()) {
      String name = open.pop();
      Path file = all.get(name);
      if (file == null) {
        continue; // built in
      }
      List<String> missing =
          needs(file).filter(n -> all.containsKey(n) && !ordered.containsKey(n)).toList();
      if (missing.isEmpty()) {
        ordered.putIfAbsent(name, file);
      } else {
        open.push(name);
        missing.forEach(open::push);
      }
    }
    return ordered.values();
  }

  /** A module says by itself what it needs; the index of all modules is made only at install. */
  private static Stream<String> needs(Path module) {
    try {
      String content = Files.readString(module, ISO_8859_1);
      int start = content.indexOf("\0depends=") + "\0depends=".length();
      String list = content.substring(start, content.indexOf('\0', start));
      return Stream.of(list.split(",", -1)).filter(n -> !n.isEmpty()).map(KernelPackage::plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path module) {
    String file = module.getFileName().toString();
    return plain(file.substring(0, file.length() - ".ko".length()));
  }

  private static String plain(String name) {
    return name.replace('-', '_');
  }
}
