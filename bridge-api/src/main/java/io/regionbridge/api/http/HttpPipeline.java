package io.regionbridge.api.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.concurrent.atomic.AtomicInteger;

/** What the octets of a client go through, once they are in the clear. */
final class HttpPipeline {
  /** Longest request line in octets. */
  static final int MAX_LINE = 4096;

  /** Most octets of header fields. */
  static final int MAX_HEADERS = 8192;

  private HttpPipeline() {}

  /**
   * Makes a connection speak HTTP.
   *
   * @param open connections of the same site
   */
  static void add(ChannelPipeline pipeline, Router router, int maxConnections, AtomicInteger open) {
    HttpDecoderConfig strict =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true);
    pipeline
        .addLast(new HttpServerCodec(strict))
        .addLast(new HttpConnection(router, maxConnections, open));
  }
}
