package io.regionbridge.api.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.regionbridge.api.text.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions;

/** Status values as JSON, both ways. Loaded when first asked for: a start does not pay for it. */
public final class StatusJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StatusJson() {}

  /** The value in one line. */
  public static byte[] encode(Object status) {
    try {
      return MAPPER.writeValueAsBytes(status);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The value for people to read, with escapes for what would steer a terminal or turn the text
   * around: it stays the same JSON.
   */
  public static String pretty(Object status) {
    try {
      String json =
          MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(status);
      return Printable.json(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same in YAML, which ends with a new line. */
  public static String yaml(Object status) {
    try {
      String yaml = yaml(status, true);
      // The only ones that it may have are the ends of its lines.
      return Printable.isPrintable(yaml.replace("\n", "")) ? yaml : yaml(status, false);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Encodes YAML; without {@code unicode} every character beyond ASCII is escaped. */
  private static String yaml(Object status, boolean unicode) throws JsonProcessingException {
    DumperOptions options = new DumperOptions();
    options.setAllowUnicode(unicode);
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    YAMLFactory factory =
        YAMLFactory.builder()
            .dumperOptions(options)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .configure(YAMLGenerator.Feature.MINIMIZE_QUOTES, unicode)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();
    return new YAMLMapper(factory).writeValueAsString(status);
  }

  /** Decodes what {@link #encode} wrote, here or in another version of the program. */
  public static BridgeStatus decode(byte[] json) throws JsonProcessingException {
    return decode(json, BridgeStatus.class);
  }

  /** Decodes another value. */
  public static <T> T decode(byte[] json, Class<T> type) throws JsonProcessingException {
    return MAPPER.readValue(new String(json, StandardCharsets.UTF_8), type);
  }

  /** What is wrong, as a problem of RFC 9457 says it; empty if this is none. */
  public static Optional<String> problem(byte[] json) {
    try {
      JsonNode detail = MAPPER.readTree(json).path("detail");
      return detail.isTextual() ? Optional.of(detail.textValue()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
