package io.regionbridge.router.feed;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/** A connection that never waits: a read takes one of the pieces that have come, or some of it. */
final class Pieces implements ReadableByteChannel {
  private final Deque<ByteBuffer> pieces = new ArrayDeque<>();
  private boolean ended;

  void add(byte[] piece) {
    pieces.add(ByteBuffer.wrap(piece));
  }

  void end() {
    ended = true;
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  @Override
  public int read(ByteBuffer to) {
    ByteBuffer first = pieces.peek();
    if (first == null) {
      return ended ? -1 : 0;
    }
    int count = Math.min(first.remaining(), to.remaining());
    to.put(first.slice(first.position(), count));
    first.position(first.position() + count);
    if (!first.hasRemaining()) {
      pieces.remove();
    }
    return count;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
