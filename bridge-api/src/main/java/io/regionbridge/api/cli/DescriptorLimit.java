package io.regionbridge.api.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How many files and sockets the process may have open. With too few, classes cannot even be loaded
 * from their archives: so it is looked at before anything else, and without a logger.
 */
final class DescriptorLimit {
  /** Archives and the JVM's own take half of them; the rest is for listeners and gateways. */
  static final int LEAST = 256;

  private static final Path OF_PROCESS = Path.of("/proc/self/limits");
  private static final String NAME = "Max open files";

  private DescriptorLimit() {}

  /** Throws a {@link CommandException} with the limit and the remedy if the limit is too low. */
  static void check() {
    try {
      check(Files.readAllLines(OF_PROCESS));
    } catch (IOException e) {
      // Another system than Linux, or no descriptor for this file: what comes next says so.
    }
  }

  static void check(List<String> limits) {
    OptionalLong limit = of(limits);
    if (limit.isPresent() && limit.getAsLong() < LEAST) {
      throw new CommandException(
          ("the limit of open files is %d, and %d are needed at least: raise it with ulimit -n, or"
                  + " LimitNOFILE of the systemd unit")
              .formatted(limit.getAsLong(), LEAST));
    }
  }

  /** The limit in force, of the lines of {@code proc_pid_limits(5)}; empty: none is known. */
  private static OptionalLong of(List<String> limits) {
    for (String line : limits) {
      if (line.startsWith(NAME)) {
        String soft = line.substring(NAME.length()).strip().split("\\s+", 2)[0];
        return !soft.isEmpty() && soft.chars().allMatch(Character::isDigit)
            ? OptionalLong.of(Long.parseLong(soft))
            : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }
}
