package io.regionbridge.dns.testing;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;

/**
 * Takes what Netty's leak detector says about buffers that nobody released, and ends the test run
 * with it: a leak is found whenever the collector comes by, in whatever test that may be.
 */
public final class LeakEndsTheRun extends AppenderBase<ILoggingEvent> {
  private static final int EXIT_CODE = 97;

  @Override
  protected void append(ILoggingEvent event) {
    System.err.println(event.getFormattedMessage());
    Runtime.getRuntime().halt(EXIT_CODE);
  }
}
