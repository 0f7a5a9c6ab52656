package io.regionbridge.dns.wire;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Why an answer is not what the client hoped for: an extended error (RFC 8914). Immutable.
 *
 * @param code a number of {@link org.xbill.DNS.ExtendedErrorCodeOption}
 * @param text UTF-8, must not be changed; may be empty
 * @param said another server's explanation, which becomes an option of its own; null: none
 */
@SuppressWarnings("ArrayRecordComponent") // read and written, never compared
public record Explanation(int code, byte[] text, @Nullable Explanation said) {
  /** Octets that are believed to be worth reading. */
  private static final int MOST_TEXT = 128;

  private static final int CODE = 2;

  /** Creates an explanation by this bridge. */
  public static Explanation of(int code, String text) {
    return new Explanation(code, text.getBytes(StandardCharsets.UTF_8), null);
  }

  /**
   * What a message says: its option's data at {@code at}, of two octets at least. Of the text only
   * the beginning is kept, without what a terminal would act on.
   */
  static Explanation read(byte[] message, int at, int length) {
    int octets = Math.min(length - CODE, MOST_TEXT);
    String text = new String(message, at + CODE, octets, StandardCharsets.UTF_8);
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT)
        .forEach(clean::appendCodePoint);
    return of(Octets.get16(message, at), clean.toString().strip());
  }
}
