package io.regionbridge.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A failed request (RFC 9457). The type is always {@code about:blank}: the status says all that a
 * program can act on.
 *
 * @param title the standard words for the status
 * @param detail the problem and the remedy
 * @param reasons one by one, if there are several
 */
public record Problem(int status, String title, String detail, List<String> reasons) {
  private static final JsonFactory JSON = new JsonFactory();

  public Problem {
    reasons = List.copyOf(reasons);
  }

  static Response.Content of(int status, String title, String detail) {
    return new Problem(status, title, detail, List.of()).response();
  }

  /** The request is invalid. The detail says what would be valid. */
  public static Response.Content badRequest(String detail) {
    return of(400, "Bad Request", detail);
  }

  /** RFC 6750, section 3: nothing is wrong with a token that was not shown. */
  static Response.Content unauthorized(boolean tried) {
    String challenge = "Bearer realm=\"region-bridge\"";
    return new Problem(
            401,
            "Unauthorized",
            tried
                ? "this is not the token that admin.tokenFile holds"
                : "a token is needed, the one that admin.tokenFile holds: Authorization: Bearer …",
            List.of())
        .response(
            Map.of(
                "WWW-Authenticate", tried ? challenge + ", error=\"invalid_token\"" : challenge));
  }

  static Response.Content notFound(String path) {
    return of(404, "Not Found", "there is nothing at " + path);
  }

  static Response.Content methodNotAllowed(String method, List<String> allowed) {
    String allow = String.join(", ", allowed);
    return new Problem(
            405, "Method Not Allowed", method + " is not served here, only " + allow, List.of())
        .response(Map.of("Allow", allow));
  }

  static Response.Content notAcceptable(List<String> offered) {
    return of(406, "Not Acceptable", "there is only " + String.join(" or ", offered));
  }

  static Response.Content contentTooLarge(int limit) {
    return of(413, "Content Too Large", "a body of " + limit + " octets is the most");
  }

  /** RFC 9110, section 15.5.20. Does not repeat the name: it is a stranger's. */
  static Response.Content misdirected() {
    return of(
        421,
        "Misdirected Request",
        "the Host header names neither an address nor localhost; ask http://127.0.0.1 or"
            + " http://localhost with the port of admin.listen, or set admin.tokenFile or admin.tls"
            + " to be asked by other names");
  }

  static Response.Content uriTooLong(int limit) {
    return of(414, "URI Too Long", "a request line of " + limit + " octets is the most");
  }

  static Response.Content expectationFailed() {
    return of(417, "Expectation Failed", "nothing but 100-continue can be expected");
  }

  static Response.Content headersTooLarge(int limit) {
    return of(
        431,
        "Request Header Fields Too Large",
        "header fields of " + limit + " octets are the most");
  }

  static Response.Content late(Duration after) {
    return unavailable("there was no answer within " + after.toMillis() + " ms", List.of());
  }

  static Response.Content internalError() {
    return of(500, "Internal Server Error", "the log says more");
  }

  static Response.Content notImplemented(String detail) {
    return of(501, "Not Implemented", detail);
  }

  static Response.Content versionNotSupported() {
    return of(505, "HTTP Version Not Supported", "this server supports HTTP/1.1");
  }

  /** The bridge cannot answer a valid request now. */
  public static Response.Content unavailable(String detail, List<String> reasons) {
    return new Problem(503, "Service Unavailable", detail, reasons).response();
  }

  private Response.Content response() {
    return response(Map.of());
  }

  private Response.Content response(Map<String, String> headers) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("type", "about:blank");
      json.writeStringField("title", title);
      json.writeNumberField("status", status);
      json.writeStringField("detail", detail);
      if (!reasons.isEmpty()) {
        json.writeArrayFieldStart("reasons");
        for (String reason : reasons) {
          json.writeString(reason);
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Response.Content(status, MediaType.PROBLEM, out.toByteArray(), headers);
  }
}
