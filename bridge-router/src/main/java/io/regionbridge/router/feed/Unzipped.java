package io.regionbridge.router.feed;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * A stream of gzip that knows whether it has something to read: {@link GZIPInputStream} says so
 * until its end. One thread.
 */
final class Unzipped extends GZIPInputStream {
  private static final int MOST = 2048;

  /**
   * Reads the header.
   *
   * @param in whose {@link InputStream#available} is 0 if a read would wait
   */
  Unzipped(InputStream in) throws IOException {
    super(in, MOST);
  }

  /** 0 if a read may wait; otherwise 1. */
  @Override
  public int available() throws IOException {
    return super.available() > 0 && (inf.getRemaining() > 0 || in.available() > 0) ? 1 : 0;
  }
}
