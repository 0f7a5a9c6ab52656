package io.regionbridge.api.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;

/** Changes the log of the process. Does nothing where something other than Logback logs. */
public final class Logging {
  private Logging() {}

  /**
   * Sets how lines look. To be called once, before other threads log: what they log meanwhile may
   * be lost.
   */
  public static void format(LogFormat format) {
    if (format == LogFormat.AUTO
        || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    if (context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(LogConfigurator.APPENDER)
        instanceof ConsoleAppender<ILoggingEvent> appender) {
      appender.setEncoder(
          format == LogFormat.JSON
              ? LogConfigurator.json(context)
              : LogConfigurator.text(context, LogConfigurator.colour()));
    }
  }

  /**
   * Has libraries log nothing, as for a command that ends at once. To be called before anything is
   * logged.
   */
  public static void silenceLibraries() {
    LogConfigurator.silenceLibraries();
  }

  /**
   * Sets the least severe level that is logged of what the bridge says itself. Libraries log
   * warnings and errors, whatever the level. Any time, any thread.
   */
  public static void setLevel(org.slf4j.event.Level level) {
    if (LoggerFactory.getLogger("io.regionbridge") instanceof Logger logger) {
      logger.setLevel(Level.valueOf(level.name()));
    }
  }
}
