package io.regionbridge.api.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;

/** What the octets of a client go through, once they are in the clear. */
final class HttpPipeline {
  /** Longest request line in octets. */
  static final int MAX_LINE = 4096;

  /** Most octets of header fields. */
  static final int MAX_HEADERS = 8192;

  /**
   * Requests read before the first of them is answered. What one read brings is fewer, and nothing
   * more is read then; beyond it Netty would close the connection.
   */
  private static final int MAX_PIPELINED = 2048;

  private HttpPipeline() {}

  /** Adds the HTTP handlers to a connection. */
  static void add(
      ChannelPipeline pipeline,
      Router router,
      Connections connections,
      ProtocolErrorLog complaints,
      ClientTimeouts timeouts) {
    HttpDecoderConfig strict =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true);
    pipeline
        .addLast(new HttpServerCodec(strict, MAX_PIPELINED))
        .addLast(new HttpConnection(router, connections, complaints, timeouts));
  }
}
