package io.regionbridge.api.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much is logged. */
public final class LogLevel {
  private LogLevel() {}

  /** Nothing but errors from now on: for commands that say themselves what happens. */
  public static void errorsOnly() {
    if (LoggerFactory.getLogger("io.regionbridge") instanceof Logger logger) {
      logger.setLevel(Level.ERROR);
    }
  }
}
