package io.regionbridge.api.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Sets Logback up in code, found by it as a service: reading XML at each start would cost more than
 * all logging after it.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  /**
   * What a message may hold that would begin another line, steer a terminal or turn the direction
   * of writing: names come from other regions, and must not be able to forge a line.
   */
  private static final String UNSEEN =
      "[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]";

  static final String APPENDER = "stderr";

  private static volatile boolean librariesSilent;

  /** Silences libraries, once the context is configured. */
  static void silenceLibraries() {
    librariesSilent = true;
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName(APPENDER);
    appender.setTarget("System.err");
    appender.setEncoder(StandardStream.ERR.isTerminal() ? text(context, colour()) : json(context));
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(librariesSilent ? Level.OFF : Level.WARN);
    root.addAppender(appender);
    context.getLogger("io.regionbridge").setLevel(Level.INFO);
    Level error = librariesSilent ? Level.OFF : Level.ERROR;
    // Warns that our own resources are v1alpha1.
    context
        .getLogger("io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils")
        .setLevel(error);
    // Warns, with a stack trace, that it cannot say goodbye to an API server that is gone already.
    context.getLogger("io.fabric8.kubernetes.client.jdkhttp.JdkWebSocketImpl").setLevel(error);
    // Warns of a machine with no network card: the number that it makes of one is not used.
    context.getLogger("io.netty.util.internal.MacAddressUtil").setLevel(Level.ERROR);
    // Would write requests with their tokens, should anybody raise the root's level.
    context
        .getLogger("io.fabric8.kubernetes.client.http.HttpLoggingInterceptor")
        .setLevel(Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Whether text is coloured: on a terminal, unless NO_COLOR is set (no-color.org). */
  static boolean colour() {
    return StandardStream.ERR.isTerminal() && System.getenv("NO_COLOR") == null;
  }

  /** Text for people. */
  static Encoder<ILoggingEvent> text(LoggerContext context, boolean colour) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    String message = "%replace(%msg){'" + UNSEEN + "', '?'}%n";
    encoder.setPattern(
        colour
            ? "%gray(%d{HH:mm:ss.SSS}) %highlight(%-5level) " + message
            : "%d{HH:mm:ss.SSS} %-5level " + message);
    encoder.start();
    return encoder;
  }

  /** One JSON object to a line. */
  static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonLineEncoder encoder = new JsonLineEncoder();
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }
}
