package io.regionbridge.api.config;

import io.regionbridge.router.loop.FailureReason;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Where the configuration comes from: a file, and the environment that overrides it.
 *
 * @param requirement finds the problems that a valid configuration has with the process that runs
 *     it
 */
public record ConfigFile(
    Path path,
    Map<String, String> environment,
    Function<BridgeConfig, List<ConfigProblem>> requirement) {
  public ConfigFile {
    environment = Map.copyOf(environment);
  }

  /** A file without further requirements. */
  public ConfigFile(Path path, Map<String, String> environment) {
    this(path, environment, _ -> List.of());
  }

  /** The same file, with a requirement. */
  public ConfigFile requiring(Function<BridgeConfig, List<ConfigProblem>> needed) {
    return new ConfigFile(path, environment, needed);
  }

  /** Reads the file as it is now. A file that cannot be read is a problem like any other. */
  public ConfigResult load() {
    ConfigResult result = read();
    if (result instanceof ConfigResult.Valid(BridgeConfig config, _)) {
      List<ConfigProblem> problems = requirement.apply(config);
      return problems.isEmpty() ? result : new ConfigResult.Invalid(problems);
    }
    return result;
  }

  private ConfigResult read() {
    try {
      Path directory = path.toAbsolutePath().getParent();
      return ConfigReader.read(
          Files.readString(path), directory == null ? path : directory, environment);
    } catch (NoSuchFileException e) {
      return unreadable("there is no such file", "write it, or name another with --config");
    } catch (AccessDeniedException e) {
      return unreadable("it may not be read", "let the user of this process read it");
    } catch (CharacterCodingException e) {
      return unreadable("it is not UTF-8", "save it as UTF-8");
    } catch (IOException e) {
      return unreadable(
          Files.isDirectory(path)
              ? "it is a directory"
              : "it cannot be read: " + FailureReason.of(e),
          "name a YAML file");
    }
  }

  private static ConfigResult unreadable(String reason, String advice) {
    return new ConfigResult.Invalid(List.of(new ConfigProblem("", reason, null, advice)));
  }
}
