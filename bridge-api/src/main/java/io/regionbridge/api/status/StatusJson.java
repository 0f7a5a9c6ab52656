package io.regionbridge.api.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

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

  /** The value for people to read. */
  public static String pretty(Object status) {
    try {
      return MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(status);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The value in YAML, which ends with a new line. */
  public static String yaml(Object status) {
    try {
      return new YAMLMapper()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .writeValueAsString(status);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads what {@link #encode} wrote, here or in another version of the program.
   *
   * @throws JsonProcessingException if it is something else
   */
  public static BridgeStatus decode(byte[] json) throws JsonProcessingException {
    return decode(json, BridgeStatus.class);
  }

  /**
   * The same for another value.
   *
   * @throws JsonProcessingException if it is something else
   */
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
