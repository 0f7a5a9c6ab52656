package io.regionbridge.router.feed;

import java.io.IOException;
import java.util.Arrays;

/** Reads a stream line by line, no line longer than {@link FeedLimits#LINE}. One thread. */
final class LineReader {
  private static final int INITIAL_OCTETS = 4 * 1024;

  /** Where octets come from. */
  @FunctionalInterface
  interface Source {
    /**
     * Reads some octets without waiting for them.
     *
     * @param length how many at most, and at least 1
     * @return how many were read; 0 if none are there now, -1 if none will be
     */
    int read(byte[] to, int at, int length) throws IOException, MalformedFeedException;
  }

  private final Source in;
  private byte[] buffer = new byte[INITIAL_OCTETS];
  private int from;
  private int to;
  private int searched;
  private int length;

  LineReader(Source in) {
    this.in = in;
  }

  /**
   * Finds the next line among what has been read.
   *
   * @return whether there is one, at {@link #from} with {@link #length} octets, until the next call
   */
  boolean next() {
    for (int i = Math.max(from, searched); i < to; i++) {
      if (buffer[i] == '\n') {
        start = from;
        length = i - from;
        from = i + 1;
        searched = from;
        return true;
      }
    }
    searched = to;
    return false;
  }

  private int start;

  byte[] buffer() {
    return buffer;
  }

  int from() {
    return start;
  }

  int length() {
    return length;
  }

  /**
   * Reads more; to be called when {@link #next} finds no line.
   *
   * @return how many octets were read; 0 if there are none now, -1 at the end of the stream
   * @throws MalformedFeedException if a line is too long
   */
  int more() throws IOException, MalformedFeedException {
    int kept = to - from;
    if (kept > FeedLimits.LINE) {
      throw new MalformedFeedException("a line has more than %d octets".formatted(FeedLimits.LINE));
    }
    if (kept == 0 && buffer.length > INITIAL_OCTETS) {
      buffer = new byte[INITIAL_OCTETS]; // a long line is the exception
    } else if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, kept);
    }
    searched -= from;
    from = 0;
    to = kept;
    if (to == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    int count = in.read(buffer, to, buffer.length - to);
    to += Math.max(count, 0);
    return count;
  }
}
