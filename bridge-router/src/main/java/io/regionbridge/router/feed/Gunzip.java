package io.regionbridge.router.feed;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates what is compressed by gzip (RFC 1952), however it is cut into pieces, as far as each
 * piece goes. It reads one member and not its check sum: what is in a feed is in force long before
 * the feed ends. One thread.
 */
final class Gunzip implements AutoCloseable {
  private static final int FIXED = 10;
  private static final int DEFLATE = 8;
  private static final int CHECK = 2;
  private static final int HAS_CHECK = 1 << 1;
  private static final int HAS_EXTRA = 1 << 2;
  private static final int HAS_NAME = 1 << 3;
  private static final int HAS_COMMENT = 1 << 4;
  private static final int RESERVED = 0xE0;

  private static final int OCTET = 8;

  /** Octets of a header. */
  private static final int LONGEST = 64 * 1024;

  private final Inflater inflater = new Inflater(true);

  // The header: what part of it comes next, and how much of that has been read.
  private int part;
  private int read;
  private int flags;
  private int extra;
  private int header;
  private boolean begun;

  /**
   * Inflates some of it.
   *
   * @param in compressed; read as far as the rest of it is kept here
   * @return how many octets came out; 0 if there are none without more to go in, -1 at the end
   * @throws MalformedFeedException if it is not compressed so
   */
  int read(ByteBuffer in, byte[] to, int at, int length) throws MalformedFeedException {
    while (!begun && in.hasRemaining()) {
      header(Byte.toUnsignedInt(in.get()));
    }
    if (!begun) {
      return 0;
    }
    try {
      inflater.setInput(in);
      int count = inflater.inflate(to, at, length);
      if (count == 0 && inflater.needsDictionary()) {
        throw new MalformedFeedException("what is compressed needs a dictionary");
      }
      return count == 0 && inflater.finished() ? -1 : count;
    } catch (DataFormatException e) {
      throw new MalformedFeedException("what is compressed cannot be read: " + e.getMessage());
    }
  }

  private void header(int octet) throws MalformedFeedException {
    if (++header > LONGEST) {
      throw new MalformedFeedException("the header of what is compressed is too long");
    }
    read++;
    switch (part) {
      case 0 -> fixed(octet);
      case HAS_EXTRA -> {
        if (read <= 2) {
          extra |= octet << OCTET * (read - 1);
        }
        if (read >= 2 && read == 2 + extra) {
          next(HAS_EXTRA);
        }
      }
      case HAS_NAME, HAS_COMMENT -> {
        if (octet == 0) {
          next(part);
        }
      }
      default -> { // the check sum of the header
        if (read == CHECK) {
          begun = true;
        }
      }
    }
  }

  private void fixed(int octet) throws MalformedFeedException {
    boolean fits =
        switch (read) {
          case 1 -> octet == 0x1f;
          case 2 -> octet == 0x8b;
          case 3 -> octet == DEFLATE;
          case 4 -> (octet & RESERVED) == 0;
          default -> true;
        };
    if (!fits) {
      throw new MalformedFeedException("what is compressed is not gzip");
    }
    if (read == 4) {
      flags = octet;
    } else if (read == FIXED) {
      next(0);
    }
  }

  /** Goes on with the first part that there is after one. */
  private void next(int last) {
    read = 0;
    for (int flag : new int[] {HAS_EXTRA, HAS_NAME, HAS_COMMENT}) {
      if (flag > last && (flags & flag) != 0) {
        part = flag;
        return;
      }
    }
    part = HAS_CHECK;
    begun = (flags & HAS_CHECK) == 0;
  }

  @Override
  public void close() {
    inflater.end();
  }
}
