package io.regionbridge.router.feed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * The lines of a feed in a response over HTTP, as far as they have come: it never waits. One
 * thread.
 */
final class FeedStream implements LineReader.Source, AutoCloseable {
  private static final int WIRE = 4 * 1024;

  private final ReadableByteChannel channel;
  private final ByteBuffer wire = ByteBuffer.allocate(WIRE).flip();
  private final HttpResponse response = new HttpResponse();
  private final Gunzip gunzip = new Gunzip();
  private boolean ended;
  private boolean drained;
  private long heard;

  /**
   * Reads nothing yet.
   *
   * @param channel whose reads do not wait; it stays open
   */
  FeedStream(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /** The status of the response; 0 before it is known. */
  int status() {
    return response.status();
  }

  /** How many octets have come, compressed or not. */
  long heard() {
    return heard;
  }

  /** More may have come. */
  void refill() {
    drained = false;
  }

  @Override
  public int read(byte[] to, int at, int length) throws IOException, MalformedFeedException {
    while (true) {
      int body = response.body(wire);
      // What went in before may not be out yet, even at the end.
      int count = body > 0 || response.isZipped() ? take(Math.max(body, 0), to, at, length) : 0;
      if (count != 0) {
        return count;
      }
      if (body < 0) {
        return -1;
      }
      if (!wire.hasRemaining() && !fill()) {
        return ended ? -1 : 0;
      }
    }
  }

  /** Reads some of so many octets of the body. */
  private int take(int body, byte[] to, int at, int length) throws MalformedFeedException {
    int before = wire.position();
    int count;
    if (response.isZipped()) {
      int limit = wire.limit();
      wire.limit(before + body);
      count = gunzip.read(wire, to, at, length);
      wire.limit(limit);
    } else {
      count = Math.min(body, length);
      wire.get(to, at, count);
    }
    response.taken(wire.position() - before);
    return count;
  }

  /** Whether there is more now. */
  private boolean fill() throws IOException {
    if (drained || ended) {
      return false;
    }
    wire.clear();
    int count = channel.read(wire);
    drained = wire.hasRemaining(); // it would have been filled
    ended = count < 0;
    wire.flip();
    heard += Math.max(count, 0);
    return count > 0;
  }

  @Override
  public void close() {
    gunzip.close();
  }
}
