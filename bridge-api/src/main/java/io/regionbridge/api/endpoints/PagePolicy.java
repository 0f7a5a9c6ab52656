package io.regionbridge.api.endpoints;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a browser may do with the status page. Everything the page needs is in it, and only what was
 * written there runs: script and style are named by their hashes (CSP Level 3, section 2.3.1), so
 * that nothing which got into the page by what a cluster says ever would.
 */
final class PagePolicy {
  private PagePolicy() {}

  /** The header fields for an HTML page whose script and style elements have no attributes. */
  static Map<String, String> headers(byte[] page) {
    String html = new String(page, UTF_8);
    return Map.of(
        "Content-Security-Policy",
        "default-src 'none'; script-src %s; style-src %s; connect-src 'self'; img-src data:;"
                .formatted(hashes(html, "script"), hashes(html, "style"))
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy",
        "no-referrer");
  }

  private static String hashes(String html, String element) {
    return Pattern.compile("<%1$s>(.*?)</%1$s>".formatted(element), Pattern.DOTALL)
        .matcher(html)
        .results()
        .map(found -> "'sha256-" + sha256(found.group(1)) + "'")
        .collect(
            Collectors.collectingAndThen(
                Collectors.joining(" "), all -> all.isEmpty() ? "'none'" : all));
  }

  private static String sha256(String text) {
    try {
      return Base64.getEncoder()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has it", e);
    }
  }
}
