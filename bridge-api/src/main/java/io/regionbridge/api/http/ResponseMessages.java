package io.regionbridge.api.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Responses as they are sent. Stateless. */
final class ResponseMessages {
  /** RFC 9110, section 5.6.7; the day of the month has two digits, unlike in that of java.time. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private ResponseMessages() {}

  /** Asks for the body (RFC 9110, section 15.2.1). */
  static FullHttpResponse goOn() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
  }

  /**
   * Builds a whole response.
   *
   * @param keepAlive whether the next request may follow
   * @param request null if none could be read
   */
  static FullHttpResponse whole(
      Response.Content content, boolean keepAlive, @Nullable HttpRequest request) {
    boolean zipped =
        request != null && ContentCoding.worthwhile(codings(request), content.body().length);
    byte[] body = zipped ? ContentCoding.gzip(content.body()) : content.body();
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(content.status()),
            Unpooled.wrappedBuffer(body));
    HttpHeaders headers = response.headers();
    headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (zipped) {
      headers.set(HttpHeaderNames.CONTENT_ENCODING, ContentCoding.GZIP);
    }
    headers.set(HttpHeaderNames.VARY, "accept, accept-encoding");
    setCommon(headers, content.mediaType());
    content.headers().forEach(headers::set);
    HttpUtil.setKeepAlive(
        headers, request == null ? HttpVersion.HTTP_1_1 : request.protocolVersion(), keepAlive);
    return response;
  }

  private static String codings(HttpRequest request) {
    return String.join(",", request.headers().getAll(HttpHeaderNames.ACCEPT_ENCODING));
  }

  /** Whether what is streamed in answer to a request is sent by gzip. */
  static boolean zips(HttpRequest request) {
    return ContentCoding.takesGzip(codings(request));
  }

  /** What comes before a stream. */
  static HttpResponse beforeStream(HttpRequest request, String mediaType) {
    HttpResponse response = beforeEvents(request, mediaType);
    response.headers().set(HttpHeaderNames.VARY, "accept-encoding");
    if (zips(request)) {
      response.headers().set(HttpHeaderNames.CONTENT_ENCODING, ContentCoding.GZIP);
    }
    return response;
  }

  /** What comes before server-sent events. */
  static HttpResponse beforeEvents(HttpRequest request, String mediaType) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    setCommon(response.headers(), mediaType);
    if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      HttpUtil.setTransferEncodingChunked(response, true);
    } else {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return response;
  }

  private static void setCommon(HttpHeaders headers, String mediaType) {
    headers.set(HttpHeaderNames.DATE, DATE.format(Instant.now())); // RFC 9110, 6.6.1
    headers.set(HttpHeaderNames.CONTENT_TYPE, mediaType);
    headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    headers.set("x-content-type-options", "nosniff");
  }
}
