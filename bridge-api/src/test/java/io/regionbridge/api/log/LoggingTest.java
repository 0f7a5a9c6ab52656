package io.regionbridge.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

final class LoggingTest {
  @Test
  void changesTheLevelOfTheBridgeAndOfNoLibrary() {
    Logger own = (Logger) LoggerFactory.getLogger("io.regionbridge.api.Any");
    Logger library = (Logger) LoggerFactory.getLogger("io.netty.Any");
    try {
      Logging.setLevel(Level.DEBUG);
      assertThat(own.isDebugEnabled()).isTrue();
      assertThat(library.isInfoEnabled()).isFalse();
      Logging.setLevel(Level.ERROR);
      assertThat(own.isWarnEnabled()).isFalse();
      assertThat(library.isWarnEnabled()).isTrue();
    } finally {
      Logging.setLevel(Level.INFO);
    }
  }
}
