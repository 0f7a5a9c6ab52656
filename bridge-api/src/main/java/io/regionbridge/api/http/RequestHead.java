package io.regionbridge.api.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the first line and the header fields of a request say. Stateless. */
final class RequestHead {
  /** RFC 3986, section 3: scheme, authority, and what follows it. */
  private static final Pattern ABSOLUTE =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)(.*)", Pattern.DOTALL);

  private static final int MOST_PARAMETERS = 64;

  private RequestHead() {}

  /**
   * Why nothing more can be read of this connection: where the next request begins is not known, or
   * is not wanted.
   */
  static Optional<Response.Content> flaw(HttpRequest head, int maxBody) {
    Throwable cause = head.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      return Optional.of(Problem.uriTooLong(HttpPipeline.MAX_LINE));
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Optional.of(Problem.headersTooLarge(HttpPipeline.MAX_HEADERS));
    }
    if (cause != null) {
      return Optional.of(Problem.badRequest("this is not HTTP/1.1"));
    }
    HttpVersion version = head.protocolVersion();
    if (!version.protocolName().equals("HTTP") || version.majorVersion() != 1) {
      return Optional.of(Problem.versionNotSupported());
    }
    HttpHeaders headers = head.headers();
    if (!isOld(head) && headers.getAll(HttpHeaderNames.HOST).size() != 1) {
      // RFC 9112, section 3.2
      return Optional.of(Problem.badRequest("one Host header is needed"));
    }
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!codings.isEmpty()) {
      // RFC 9112, section 6.1: who takes the length from elsewhere smuggles requests in.
      if (isOld(head) || headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
        return Optional.of(Problem.badRequest("the length of the body is not clear"));
      }
      if (codings.size() != 1
          || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst().strip())) {
        return Optional.of(Problem.notImplemented("chunked is the only transfer coding here"));
      }
    }
    if (HttpUtil.getContentLength(head, 0L) > maxBody) {
      return Optional.of(Problem.contentTooLarge(maxBody));
    }
    String expectation = headers.get(HttpHeaderNames.EXPECT, "");
    if (!expectation.isEmpty()
        && !isOld(head)
        && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation)) {
      return Optional.of(Problem.expectationFailed());
    }
    return Optional.empty();
  }

  /** Whether the client sends its body only after status 100 (RFC 9110, 10.1.1). */
  static boolean awaitsContinue(HttpRequest head) {
    return !isOld(head)
        && head.headers().contains(HttpHeaderNames.EXPECT)
        && (HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0);
  }

  /** Decodes path and query, or throws IllegalArgumentException. */
  static Request request(HttpRequest head, Object client) {
    // Only & separates: a semicolon is a character like any other (WHATWG URL, section 5.1).
    QueryStringDecoder uri =
        new QueryStringDecoder(
            originForm(head.uri()), StandardCharsets.UTF_8, true, MOST_PARAMETERS, true);
    return new Request(
        head.method().name(),
        uri.path(),
        uri.parameters(),
        String.join(",", head.headers().getAll(HttpHeaderNames.ACCEPT)),
        head.headers().get(HttpHeaderNames.AUTHORIZATION, ""),
        host(head),
        client);
  }

  /** The authority of an absolute target counts, whatever Host says (RFC 9112, section 3.2.2). */
  private static String host(HttpRequest head) {
    Matcher absolute = ABSOLUTE.matcher(head.uri());
    return absolute.matches()
        ? absolute.group(1)
        : head.headers().get(HttpHeaderNames.HOST, "").strip();
  }

  /** A server takes the absolute form as well (RFC 9112, section 3.2.2). */
  private static String originForm(String target) {
    Matcher absolute = ABSOLUTE.matcher(target);
    if (!absolute.matches()) {
      return target;
    }
    String rest = absolute.group(2);
    return rest.startsWith("/") ? rest : "/" + rest;
  }

  private static boolean isOld(HttpRequest head) {
    return head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
  }
}
