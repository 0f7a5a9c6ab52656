package io.regionbridge.router.coredns;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.testkit.NativeTool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real CoreDNS, of the oldest and of the current version, loads what is written beside whatever
 * others have: random peers, ranges and blocks, in every spelling. One process reads one
 * configuration after the other, as it does when its ConfigMap changes; some of them it is started
 * with.
 */
class RealCoreDnsIT {
  /** {@code -Dcoredns.cases=N} has more. */
  private static final int CASES = Integer.getInteger("coredns.cases", 1_000);

  private static final int STARTS = 5;
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "FSN", "r1.internal", "TLD", "internal", "NET", "10.42.0.0", "MASK", "16", "PORT", "0");
  private static final List<String> NAMES =
      List.of(
          "internal",
          "r1.internal",
          "r2.internal",
          "a.r1.internal",
          "corp.example",
          "42.10.in-addr.arpa",
          "52.10.in-addr.arpa",
          "10.in-addr.arpa",
          "7.42.10.in-addr.arpa",
          "0.0.d.f.ip6.arpa");
  private static final List<String> NETWORKS =
      List.of(
          "10.42.0.0",
          "10.42.7.9",
          "10.43.128.0",
          "10.52.0.0",
          "172.16.0.0",
          "fd00:42::",
          "fd00::1");
  private static final List<String> VARIABLES =
      List.of(
          "{$FSN}:0",
          "{%FSN%}:0",
          "r2.{$TLD}:0",
          "{$NET}/16:0",
          "10.42.0.0/{$MASK}:0",
          "r1.internal:{$PORT}",
          "{$FSN}:{$PORT}",
          "a.{$FSN}:0",
          "{$UNSET}corp.example:0");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"coredns", "coredns-old"})
  void loadsWhatIsWrittenBesideWhateverOthersHave(String program) throws IOException {
    Path binary = NativeTool.find(program);
    write(Map.of("Corefile", ".:0 {\n}\n"));
    int loaded = 0;
    int forwarded = 0;
    try (Server server = Server.start(binary, directory)) {
      for (int seed = 0; seed < CASES; seed++) {
        Random random = new Random(seed);
        Map<String, String> others = others(random);
        Map<String, String> written = written(others, random);
        write(written);
        String refusal = server.reload();
        if (!refusal.isEmpty()) {
          write(others);
          assertThat(server.reload())
              .as("case %d: %s%nwith %s%nwithout %s", seed, refusal, written, others)
              .isNotEmpty();
        } else {
          loaded++;
          forwarded += written.toString().contains(ServerBlocks.MARK) ? 1 : 0;
          if (seed % (CASES / STARTS + 1) == 0) {
            Server.start(binary, directory).close();
          }
        }
      }
    }
    assertThat(loaded).as("cases that others had not broken").isGreaterThan(CASES / 2);
    assertThat(forwarded).as("of them with blocks of the bridge").isGreaterThan(CASES / 3);
  }

  private void write(Map<String, String> files) throws IOException {
    Path custom = Files.createDirectories(directory.resolve("custom"));
    try (var old = Files.list(custom)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
  }

  /** The files of others: a Corefile alone, or one that imports a directory. */
  private static Map<String, String> others(Random random) {
    Map<String, String> files = new HashMap<>();
    boolean imports = random.nextBoolean();
    StringBuilder corefile = new StringBuilder(".:0 {\n  errors # comment {\n}\n");
    StringBuilder custom = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      (imports && random.nextBoolean() ? custom : corefile).append(block(random));
    }
    files.put("Corefile", corefile + (imports ? "import custom/*.server\n" : ""));
    if (imports && !custom.isEmpty()) {
      files.put("custom/theirs.server", custom.toString());
    }
    return files;
  }

  private static String block(Random random) {
    List<String> keys = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      keys.add(key(random));
    }
    String separator = random.nextBoolean() ? " " : random.nextBoolean() ? ", " : ",\n";
    return String.join(separator, keys)
        + (random.nextInt(4) == 0 ? "\n{\n" : " {\n")
        + (random.nextBoolean() ? "  forward . 127.0.0.1:1 {\n    max_fails 0\n  }\n" : "")
        + "}\n";
  }

  private static String key(Random random) {
    String zone =
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> range(random);
          case 3 -> VARIABLES.get(random.nextInt(VARIABLES.size()));
          default -> NAMES.get(random.nextInt(NAMES.size()));
        };
    if (zone.contains("{")) {
      return zone;
    }
    String spelled =
        switch (random.nextInt(5)) {
          case 0 -> zone.contains("/") ? zone : zone + ".";
          case 1 -> zone.contains("/") ? zone : zone.replace("internal", "Internal");
          default -> zone;
        };
    String port = List.of(":0", ":00", ":+0").get(random.nextInt(3));
    String whole = (random.nextInt(6) == 0 ? "dns://" : "") + spelled + port;
    return random.nextInt(6) == 0 ? "\"" + whole + "\"" : whole;
  }

  private static String range(Random random) {
    String network = NETWORKS.get(random.nextInt(NETWORKS.size()));
    return network
        + "/"
        + (network.contains(":") ? 29 + random.nextInt(20) : 7 + random.nextInt(18));
  }

  /** With the bridge's blocks, as a ConfigMap that was written, and maybe stripped, once before. */
  private static Map<String, String> written(Map<String, String> others, Random random) {
    Map<String, String> files = new HashMap<>(others);
    for (int round = 0; round < 2; round++) {
      CoreDnsPlan plan = CoreDnsPlan.of(view(files), zones(random), upstreams(random));
      switch (plan) {
        case CoreDnsPlan.Corefile corefile -> files.put("Corefile", corefile.corefile());
        case CoreDnsPlan.CustomKey key ->
            key.content()
                .ifPresentOrElse(
                    text -> files.put("custom/" + CoreDnsPlan.KEY, text),
                    () -> files.remove("custom/" + CoreDnsPlan.KEY));
        default -> {}
      }
      if (random.nextInt(3) == 0) {
        files.computeIfPresent("Corefile", (_, text) -> text.replaceAll("(?m)^#.*\n", ""));
      }
    }
    return files;
  }

  private static List<ForwardedZones> zones(Random random) {
    List<ForwardedZones> zones =
        new ArrayList<>(List.of(new ForwardedZones(List.of("fsn1.internal"))));
    for (int peer = random.nextInt(4); peer > 0; peer--) {
      List<String> keys = new ArrayList<>(List.of(NAMES.get(random.nextInt(NAMES.size()))));
      for (int i = random.nextInt(3); i > 0; i--) {
        String range = range(random);
        Zone.range(range).map(Object::toString).ifPresent(keys::add);
      }
      zones.add(new ForwardedZones(keys));
    }
    return zones;
  }

  private static List<InetSocketAddress> upstreams(Random random) {
    return IntStream.rangeClosed(1, 1 + random.nextInt(20))
        .mapToObj(i -> new InetSocketAddress("127.0.0." + i, 1))
        .toList();
  }

  private static ClusterView view(Map<String, String> files) {
    Map<String, String> custom = new HashMap<>();
    files.forEach((name, text) -> {
      if (name.startsWith("custom/")) {
        custom.put(name.substring("custom/".length()), text);
      }
    });
    return ClusterView.ofConfigMaps(
        Map.of(
            "coredns",
            new ConfigMapFacts(
                "coredns", "1", Map.of("Corefile", files.getOrDefault("Corefile", ""))),
            "coredns-custom",
            new ConfigMapFacts("coredns-custom", "1", custom)));
  }

  /** A CoreDNS that reads its configuration again when it is told to. */
  private record Server(Process process, BlockingQueue<String> output) implements AutoCloseable {
    static Server start(Path binary, Path directory) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(binary.toString(), "-conf", "Corefile")
              .directory(directory.toFile())
              .redirectErrorStream(true);
      builder.environment().putAll(ENVIRONMENT);
      Server server = new Server(builder.start(), new LinkedBlockingQueue<>());
      Thread.ofVirtual().start(server::read);
      assertThat(server.until("CoreDNS-")).as("CoreDNS came up").contains("CoreDNS-");
      return server;
    }

    private void read() {
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
        reader.lines().forEach(output::add);
      } catch (IOException | UncheckedIOException e) {
        // It was ended.
      }
      output.add("CoreDNS- has ended");
    }

    /** Why it refuses the configuration; empty: it does not. */
    String reload() throws IOException {
      output.clear();
      new ProcessBuilder("kill", "-USR1", Long.toString(process.pid())).start();
      String said = until("Reloading complete", "SIGUSR1: starting", "SIGUSR1: ");
      return said.contains("Reloading complete") ? "" : said;
    }

    private String until(String... wanted) {
      StringBuilder all = new StringBuilder();
      try {
        while (true) {
          String line = output.poll(30, TimeUnit.SECONDS);
          assertThat(line).as("CoreDNS says something; it said %s", all).isNotNull();
          all.append(line).append('\n');
          for (String text : wanted) {
            if (line.contains(text) && !line.contains("SIGUSR1: Reloading")) {
              return line;
            }
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      process.destroy();
      process.onExit().join();
    }
  }
}
