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
   * All of a response.
   *
   * @param keepAlive whether the next request may follow
   * @param request that is answered; null if none could be read
   */
  static FullHttpResponse whole(
      Response.Content content, boolean keepAlive, @Nullable HttpRequest request) {
    String codings =
        request == null
            ? ""
            : String.join(",", request.headers().getAll(HttpHeaderNames.ACCEPT_ENCODING));
    boolean zipped = ContentCoding.worthwhile(codings, content.body().length);
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
    common(headers, content.mediaType());
    content.headers().forEach(headers::set);
    HttpUtil.setKeepAlive(
        headers, request == null ? HttpVersion.HTTP_1_1 : request.protocolVersion(), keepAlive);
    return response;
  }

  /** What comes before server-sent events. */
  static HttpResponse beforeEvents(HttpRequest request) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    common(response.headers(), MediaType.EVENTS);
    if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      HttpUtil.setTransferEncodingChunked(response, true);
    } else {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return response;
  }

  private static void common(HttpHeaders headers, String mediaType) {
    headers.set(HttpHeaderNames.DATE, DATE.format(Instant.now())); // RFC 9110, 6.6.1
    headers.set(HttpHeaderNames.CONTENT_TYPE, mediaType);
    headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    headers.set("x-content-type-options", "nosniff");
  }
}
