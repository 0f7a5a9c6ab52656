package io.regionbridge.api.config;

import io.regionbridge.router.file.FileWatcher;
import io.regionbridge.router.loop.Loops;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes over changes of the configuration file while the process runs. What cannot be used is
 * refused, and the last good configuration stays in force. Logs what it did, so that listeners need
 * not.
 *
 * <p>Listeners are called by the watcher's thread, and for a change between the first reading and
 * {@link #start} by the caller's.
 */
public final class ConfigWatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConfigWatcher.class);

  private final ConfigFile file;
  private final BridgeConfig started;
  private final ConfigListener listener;
  private final FileWatcher watcher;

  // Guarded by this.
  private BridgeConfig current;
  private List<ConfigProblem> refused = List.of();

  private ConfigWatcher(
      ConfigFile file, BridgeConfig started, ConfigListener listener, Loops loops) {
    this.file = file;
    this.started = started;
    this.listener = listener;
    this.current = started;
    this.watcher = FileWatcher.watch("config-file", List.of(file.path()), this::look, loops);
  }

  /**
   * Starts to watch the file.
   *
   * @param started what the process runs with, read from the same file
   */
  public static ConfigWatcher start(
      ConfigFile file, BridgeConfig started, ConfigListener listener, Loops loops) {
    ConfigWatcher watcher = new ConfigWatcher(file, started, listener, loops);
    watcher.look();
    return watcher;
  }

  /** Reads the file and compares. An event says no more than that this is worth doing. */
  private synchronized void look() {
    ConfigResult read = file.load();
    if (read instanceof ConfigResult.Invalid(List<ConfigProblem> problems)) {
      if (!problems.equals(refused)) {
        refuse(problems);
      }
    } else if (read instanceof ConfigResult.Valid(BridgeConfig config, var warnings)
        && (!refused.isEmpty() || !config.equals(current))) {
      apply(config, warnings);
    }
  }

  private void refuse(List<ConfigProblem> problems) {
    refused = problems;
    for (ConfigProblem problem : problems) {
      log.warn("{} refused, the last good configuration stays: {}", file.path(), problem);
    }
    listener.refused(problems);
  }

  private void apply(BridgeConfig config, List<ConfigProblem> warnings) {
    ConfigChange change = ConfigChange.between(started, current, config);
    refused = List.of();
    current = config;
    log.atLevel(change.waiting().isEmpty() ? Level.INFO : Level.WARN)
        .log("{} read again: {}", file.path(), change);
    for (ConfigProblem warning : warnings) {
      log.warn("{}: {}", file.path(), warning);
    }
    listener.changed(config, change);
  }

  /** Stops watching; see {@link FileWatcher#close}. */
  @Override
  public void close() {
    watcher.close();
  }
}
