package io.regionbridge.api.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where the configuration comes from: a file, and the environment that overrides it.
 *
 * @param path of the YAML file
 * @param environment the variables of the process, all of them
 */
public record ConfigFile(Path path, Map<String, String> environment) {
  public ConfigFile {
    environment = Map.copyOf(environment);
  }

  /** Reads the file as it is now. A file that cannot be read is a problem like any other. */
  public ConfigResult load() {
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
          Files.isDirectory(path) ? "it is a directory" : "it cannot be read: " + e.getMessage(),
          "name a YAML file");
    }
  }

  private static ConfigResult unreadable(String reason, String advice) {
    return new ConfigResult.Invalid(List.of(new ConfigProblem("", reason, null, advice)));
  }
}
