package io.regionbridge.api.log;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A standard stream of the process. */
public enum StandardStream {
  OUT(1),
  ERR(2);

  private final int descriptor;

  StandardStream(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Whether people see it as it is written. {@link java.io.Console} would load a line editor to say
   * so, and cannot say it of one of them.
   */
  public boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false; // not Linux, or closed
    }
  }

  /** How wide the terminal is of which the process is part, 0 if it is not known. */
  public static int columns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader reader = stty.inputReader(StandardCharsets.US_ASCII)) {
        String[] rowsAndColumns = String.valueOf(reader.readLine()).split(" ", -1);
        return rowsAndColumns.length == 2 ? Integer.parseInt(rowsAndColumns[1]) : 0;
      }
    } catch (IOException | NumberFormatException e) {
      return 0; // no terminal, or an image without the program
    }
  }
}
