package io.regionbridge.router.feed;

import java.io.ByteArrayOutputStream;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Whole lines of a feed. One object serves all readers that are due the same. Thread-safe. */
public final class FeedChunk {
  private static final int BUFFER = 8192;

  private final byte[] plain;
  private byte @Nullable [] deflated;

  FeedChunk(byte[] plain) {
    this.plain = plain;
  }

  /** The lines; not to be changed. */
  public byte[] plain() {
    return plain;
  }

  /**
   * The lines as blocks of DEFLATE (RFC 1951), none of them the last, that end on an octet and
   * refer to nothing before them; not to be changed. So they can be appended to any stream, and no
   * compressor is kept for a reader.
   */
  public synchronized byte[] deflated() {
    if (deflated == null) {
      Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
      try {
        deflater.setInput(plain);
        ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 4 + 64);
        byte[] buffer = new byte[Math.min(BUFFER, plain.length + 64)];
        int count;
        do {
          count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
          out.write(buffer, 0, count);
        } while (count == buffer.length);
        deflated = out.toByteArray();
      } finally {
        deflater.end();
      }
    }
    return deflated;
  }
}
