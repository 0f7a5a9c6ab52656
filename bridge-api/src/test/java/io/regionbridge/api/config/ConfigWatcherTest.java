package io.regionbridge.api.config;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.loop.Loops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigWatcherTest {
  private static final String GOOD = "region: {name: fsn1}\n";

  @TempDir Path directory;

  private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

  private final ConfigListener listener =
      new ConfigListener() {
        @Override
        public void changed(BridgeConfig config, ConfigChange change) {
          told.add(change);
        }

        @Override
        public void refused(List<ConfigProblem> problems) {
          told.add(problems.getFirst().path());
        }
      };

  @Test
  void takesOverAFileThatIsWrittenInPlace() throws Exception {
    Path path = Files.writeString(directory.resolve("bridge.yaml"), GOOD);
    try (ConfigWatcher _ = start(path)) {
      Files.writeString(path, GOOD + "dns: {ttl: 6s}\n");
      awaitTold(live("dns.ttl"));
    }
  }

  @Test
  void takesOverAFileThatAnEditorRenamesOver() throws Exception {
    Path path = Files.writeString(directory.resolve("bridge.yaml"), GOOD);
    try (ConfigWatcher _ = start(path)) {
      replace(path, GOOD + "regions: [{name: mn}]\n");
      awaitTold(live("regions"));
    }
  }

  @Test
  void takesOverASwappedConfigMap() throws Exception {
    Path data = directory.resolve("..data");
    Path path =
        Files.createSymbolicLink(
            directory.resolve("bridge.yaml"), Path.of("..data", "bridge.yaml"));
    Files.createSymbolicLink(data, Path.of("..1"));
    Files.writeString(Files.createDirectory(directory.resolve("..1")).resolve("bridge.yaml"), GOOD);
    try (ConfigWatcher _ = start(path)) {
      Path next = Files.createDirectory(directory.resolve("..2"));
      Files.writeString(next.resolve("bridge.yaml"), GOOD + "dns: {ttl: 6s}\n");
      Path draft = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2"));
      Files.move(draft, data, ATOMIC_MOVE, REPLACE_EXISTING);
      awaitTold(live("dns.ttl"));
    }
  }

  @Test
  void keepsTheLastGoodConfigurationWhenTheNewOneIsRefused() throws Exception {
    Path path = Files.writeString(directory.resolve("bridge.yaml"), GOOD);
    try (ConfigWatcher _ = start(path)) {
      replace(path, GOOD + "dns: {ttl: soon}\n");
      awaitTold("dns.ttl");
      // Compared with the last good one, in which no threads were set.
      replace(path, GOOD + "dns: {ttl: 6s, threads: 1}\n");
      awaitTold(new ConfigChange(List.of("dns.ttl"), List.of("dns.threads")));
    }
  }

  @Test
  void saysSoWhenARefusedFileIsPutBackAsItWas() throws Exception {
    Path path = Files.writeString(directory.resolve("bridge.yaml"), GOOD);
    try (ConfigWatcher _ = start(path)) {
      replace(path, "region: [");
      awaitTold("");
      replace(path, GOOD);
      awaitTold(new ConfigChange(List.of(), List.of()));
    }
  }

  @Test
  void refusesAFileThatIsGone() throws Exception {
    Path path = Files.writeString(directory.resolve("bridge.yaml"), GOOD);
    try (ConfigWatcher _ = start(path)) {
      Files.delete(path);
      awaitTold("");
    }
  }

  @Test
  void noticesAChangeBeforeItWasStarted() throws Exception {
    Path path = Files.writeString(directory.resolve("bridge.yaml"), GOOD);
    ConfigFile file = new ConfigFile(path, Map.of());
    BridgeConfig started = valid(file);
    replace(path, GOOD + "dns: {ttl: 6s}\n");
    try (ConfigWatcher _ = ConfigWatcher.start(file, started, listener, new Loops())) {
      assertThat(told).containsExactly(live("dns.ttl"));
    }
  }

  @Test
  void ignoresCommentsAndOtherSpellings() throws Exception {
    Path path = Files.writeString(directory.resolve("bridge.yaml"), GOOD);
    try (ConfigWatcher _ = start(path)) {
      replace(path, "# the same\nregion:\n  name: 'fsn1'\ndns: {ttl: 5000ms}\n");
      replace(path, GOOD + "dns: {ttl: 6s}\n");
      awaitTold(live("dns.ttl"));
    }
    assertThat(told).isEmpty();
  }

  private ConfigWatcher start(Path path) {
    ConfigFile file = new ConfigFile(path, Map.of());
    return ConfigWatcher.start(file, valid(file), listener, new Loops());
  }

  private static BridgeConfig valid(ConfigFile file) {
    ConfigResult result = file.load();
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    return ((ConfigResult.Valid) result).config();
  }

  /** What a half-written file made the watcher tell before is passed over. */
  private void awaitTold(Object expected) throws InterruptedException {
    Object last;
    do {
      last = told.poll(20, TimeUnit.SECONDS);
    } while (last != null && !last.equals(expected));
    assertThat(last).isEqualTo(expected);
  }

  private static void replace(Path file, String content) throws IOException {
    Path draft = Files.writeString(file.resolveSibling(".draft"), content);
    Files.move(draft, file, ATOMIC_MOVE, REPLACE_EXISTING);
  }

  private static ConfigChange live(String path) {
    return new ConfigChange(List.of(path), List.of());
  }
}
