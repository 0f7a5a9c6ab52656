package io.regionbridge.router.feed;

import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A request to one gateway for its feed, and the response. It never waits. One thread. */
final class FeedConnection implements AutoCloseable {
  private final SocketChannel channel;
  private final SelectionKey key;
  private final ByteBuffer request;
  private final FeedStream stream;
  private boolean connected;
  private boolean paused;
  private boolean ready;

  /**
   * Begins to connect.
   *
   * @param since query of the request, or nothing
   * @param owner what the selector knows it by
   */
  FeedConnection(Selector selector, InetSocketAddress gateway, String since, Object owner)
      throws IOException {
    request = ByteBuffer.wrap(request(gateway, "/api/v1/directory" + since));
    channel = SocketChannel.open();
    stream = new FeedStream(channel);
    try {
      channel.configureBlocking(false);
      connected = channel.connect(gateway);
      key = channel.register(selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT);
      key.attach(owner);
    } catch (IOException | RuntimeException e) {
      stream.close();
      channel.close();
      throw e;
    }
  }

  private static byte[] request(InetSocketAddress gateway, String path) {
    return """
    GET %s HTTP/1.1\r
    Host: %s\r
    Accept: application/x-ndjson\r
    Accept-Encoding: gzip\r
    User-Agent: region-bridge\r
    \r
    """
        .formatted(path, SocketLiteral.format(gateway))
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** The selector says that something can be done. */
  void selected() {
    ready = true;
    stream.refill();
  }

  /**
   * Goes on with the request as far as that is possible now.
   *
   * @return whether the response can be read
   */
  boolean advance() throws IOException {
    if (ready && request.hasRemaining()) {
      ready = false;
      connected |= channel.finishConnect();
      if (connected) {
        channel.write(request);
        key.interestOps(request.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
      }
    }
    return ready;
  }

  /** The response. */
  FeedStream stream() {
    return stream;
  }

  /** Whether there is a connection. */
  boolean isConnected() {
    return connected;
  }

  /** Whether more may be there than has been read. */
  boolean isReady() {
    return ready;
  }

  /** All that has come is read. */
  void drained() {
    ready = false;
  }

  /** Whether the selector is not to say that the response can be read. */
  void pause(boolean now) {
    if (now != paused && !request.hasRemaining()) {
      paused = now;
      key.interestOps(now ? 0 : SelectionKey.OP_READ);
    }
  }

  @Override
  public void close() {
    stream.close();
    try {
      channel.close();
    } catch (IOException _) {
      // it is not used any more
    }
  }
}
