package io.regionbridge.api.e2e;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.regionbridge.api.cli.Main;
import org.slf4j.LoggerFactory;

/** The program with all that it and its libraries can log, down to the last detail. */
final class Talkative {
  private Talkative() {}

  public static void main(String[] arguments) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLoggerList().forEach(logger -> logger.setLevel(Level.TRACE));
    }
    Main.main(arguments);
  }
}
