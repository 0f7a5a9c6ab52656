package io.regionbridge.api.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

/** What others choose, such as names of regions, forges no line and steers no terminal. */
final class LogLinesTest {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final LoggerContext context = new LoggerContext();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "two\n00:00:00.000 INFO  lines",
        "carriage\rreturn",
        "\u001b[2J\u001b]0;title\u0007",
        "\u009b31m C1",
        "\u0000 nul \u0008\u0008 back \u007f",
        "\"}\n{\"level\":\"ERROR\"",
        "back \\ slash \\n and 'quotes'",
        "next\u0085line \u2028 separators \u2029",
        "\u202egnp.exe \u2066",
        "not UTF-8: \ufffd, \ud800 alone",
        "%msg%n ${sys:user.home} {}",
      })
  void anEventIsOneLine(String hostile) throws IOException {
    String text = encoded(LogConfigurator.text(context, false), hostile);
    assertThat(text).endsWith("\n").hasSizeGreaterThan(hostile.length());
    assertThat(text.substring(0, text.length() - 1))
        .doesNotContainPattern("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202e\\u2066]");

    String json = encoded(LogConfigurator.json(context), hostile);
    assertThat(json).endsWith("\n");
    assertThat(json.substring(0, json.length() - 1)).doesNotContainPattern("[\\x00-\\x1f]");
    JsonNode line = STRICT.readTree(json);
    assertThat(line.path("message").asText()).isEqualTo("region " + hostile);
    assertThat(line.path("time").asText()).isEqualTo("1970-01-01T00:00:00Z");
    assertThat(line.path("reason").asText()).isEqualTo(hostile);
    assertThat(line.path("level").asText()).isEqualTo("WARN");
  }

  private String encoded(Encoder<ILoggingEvent> encoder, String name) {
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("test"), Level.WARN, "region {}", null, new Object[] {name});
    event.setInstant(Instant.EPOCH);
    event.addKeyValuePair(new KeyValuePair("reason", name));
    return new String(encoder.encode(event), UTF_8);
  }
}
