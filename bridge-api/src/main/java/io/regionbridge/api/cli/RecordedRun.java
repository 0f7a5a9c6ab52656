package io.regionbridge.api.cli;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Runs a main class that is not on the class path. The build records the AOT caches with it: a
 * cache is used only where the class path is the one that it was recorded with, and classes that
 * take part in the recording alone must be no part of that.
 */
final class RecordedRun {
  private RecordedRun() {}

  /**
   * Runs a main class.
   *
   * @param args the jar with the class, its name, then its arguments
   */
  public static void main(String[] args) throws Exception {
    URL jar = Path.of(args[0]).toUri().toURL();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar}, RecordedRun.class.getClassLoader())) {
      Class.forName(args[1], true, loader)
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 2, args.length));
    }
  }
}
