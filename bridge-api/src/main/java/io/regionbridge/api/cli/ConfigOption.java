package io.regionbridge.api.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option of commands that read the configuration file. */
final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "The bridge's configuration file.")
  @SuppressWarnings("NullAway.Init") // it is required
  private Path file;

  Path file() {
    return file;
  }
}
