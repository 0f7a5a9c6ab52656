package io.regionbridge.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import io.regionbridge.api.config.BridgeConfig.LogLevel;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class LoggingTest {
  @Test
  void changesTheLevelOfTheBridgeAndOfNoLibrary() {
    Logger own = (Logger) LoggerFactory.getLogger("io.regionbridge.api.Any");
    Logger library = (Logger) LoggerFactory.getLogger("io.netty.Any");
    try {
      Logging.level(LogLevel.DEBUG);
      assertThat(own.isDebugEnabled()).isTrue();
      assertThat(library.isInfoEnabled()).isFalse();
      Logging.level(LogLevel.ERROR);
      assertThat(own.isWarnEnabled()).isFalse();
      assertThat(library.isWarnEnabled()).isTrue();
    } finally {
      Logging.level(LogLevel.INFO);
    }
  }
}
