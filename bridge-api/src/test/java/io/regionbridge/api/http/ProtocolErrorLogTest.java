package io.regionbridge.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class ProtocolErrorLogTest {
  @Test
  void oneInAMinuteAndHowManyMoreThereWere() {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    Logger log = (Logger) LoggerFactory.getLogger(ProtocolErrorLog.class);
    log.addAppender(lines);
    try {
      AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
      ProtocolErrorLog errors = new ProtocolErrorLog(now::get);
      DecoderException cause = new DecoderException(new NotSslRecordException("a secret"));
      for (int i = 0; i < 60; i++) {
        errors.report("client " + i, cause);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
      }
    } finally {
      log.detachAppender(lines);
    }
    String said = ": it violates TLS (NotSslRecordException)";
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "closed the connection of client 0" + said,
            "closed the connection of client 30"
                + said
                + "; so were 29 others since the last line");
  }
}
