package io.regionbridge.router.feed;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the body in a response over HTTP/1.1 (RFC 9112), however the octets are cut into pieces. It
 * never waits, and holds one line of at most {@value #HEAD} octets. One thread.
 */
final class HttpResponse {
  /** Octets of the status line and all fields, and of all trailers. */
  static final int HEAD = 16 * 1024;

  /** Octets of the size of a chunk, with its extensions. */
  private static final int CHUNK_LINE = 1024;

  /** Digits of a number of octets: less than 2^60. */
  private static final int DIGITS = 15;

  private static final int RADIX = 16;
  private static final int CONTINUE = 100;
  private static final int SWITCHING = 101;
  private static final int OK = 200;

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)(?: .*)?");
  private static final Pattern FIELD =
      Pattern.compile("([!#-'*+.^-z|~0-9A-Z-]+):[ \\t]*(.*?)[ \\t]*");

  private enum Phase {
    STATUS,
    FIELDS,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS,
    COUNTED,
    UNTIL_CLOSE,
    END
  }

  private Phase phase = Phase.STATUS;
  private final StringBuilder line = new StringBuilder();
  private int room = HEAD;
  private int status;
  private boolean zipped;
  private boolean chunked;
  private long length = -1;
  private long left;

  /** The status; 0 before it is known. */
  int status() {
    return status;
  }

  /** Whether the body is compressed by gzip. Known when there is some of it. */
  boolean isZipped() {
    return zipped;
  }

  /**
   * Passes over what is not body.
   *
   * @param octets as they came; at its position is the body afterwards
   * @return how many octets of body are there; 0 if more have to come, -1 if no body is left
   * @throws MalformedFeedException if it is no such response
   */
  int body(ByteBuffer octets) throws MalformedFeedException {
    while (true) {
      switch (phase) {
        case CHUNK, COUNTED -> {
          return (int) Math.min(left, octets.remaining());
        }
        case UNTIL_CLOSE -> {
          return octets.remaining();
        }
        case END -> {
          return -1;
        }
        default -> {
          if (!readLine(octets)) {
            return 0;
          }
          String read = line.toString();
          line.setLength(0);
          take(read);
        }
      }
    }
  }

  /** So many octets of body have been read. */
  void taken(int octets) {
    if (phase == Phase.CHUNK || phase == Phase.COUNTED) {
      left -= octets;
      if (left == 0) {
        begin(phase == Phase.CHUNK ? Phase.CHUNK_END : Phase.END);
      }
    }
  }

  private void begin(Phase next) {
    phase = next;
    room = next == Phase.CHUNK_SIZE || next == Phase.CHUNK_END ? CHUNK_LINE : HEAD;
  }

  /** Whether the line is complete now. */
  private boolean readLine(ByteBuffer octets) throws MalformedFeedException {
    while (octets.hasRemaining()) {
      byte octet = octets.get();
      if (room-- == 0) {
        throw new MalformedFeedException("the head of a response or chunk is too long");
      }
      if (octet == '\n') {
        int end = line.length() - 1;
        if (end >= 0 && line.charAt(end) == '\r') {
          line.setLength(end);
        }
        return true;
      }
      line.append((char) Byte.toUnsignedInt(octet));
    }
    return false;
  }

  private void take(String read) throws MalformedFeedException {
    switch (phase) {
      case STATUS -> {
        Matcher matcher = STATUS.matcher(read);
        if (!matcher.matches()) {
          throw new MalformedFeedException("the response is not one of HTTP/1.1");
        }
        status = Integer.parseInt(matcher.group(1));
        phase = Phase.FIELDS; // in the same room
      }
      case FIELDS -> {
        if (read.isEmpty()) {
          endFields();
        } else {
          field(read);
        }
      }
      case CHUNK_SIZE -> {
        left = size(read);
        begin(left == 0 ? Phase.TRAILERS : Phase.CHUNK);
      }
      case CHUNK_END -> {
        if (!read.isEmpty()) {
          throw new MalformedFeedException("a chunk is longer than it says");
        }
        begin(Phase.CHUNK_SIZE);
      }
      case TRAILERS -> phase = read.isEmpty() ? Phase.END : Phase.TRAILERS;
      case CHUNK, COUNTED, UNTIL_CLOSE, END -> throw new IllegalStateException(phase.name());
    }
  }

  private void field(String read) throws MalformedFeedException {
    Matcher matcher = FIELD.matcher(read);
    if (!matcher.matches()) {
      throw new MalformedFeedException("the response has a field that is none");
    }
    String value = matcher.group(2);
    switch (matcher.group(1).toLowerCase(Locale.ROOT)) {
      case "transfer-encoding" -> {
        if (chunked || !value.equalsIgnoreCase("chunked")) {
          throw new MalformedFeedException("the response has another transfer coding than chunked");
        }
        chunked = true;
      }
      case "content-encoding" -> {
        zipped = value.equalsIgnoreCase("gzip");
        if (!zipped && !value.equalsIgnoreCase("identity")) {
          throw new MalformedFeedException("the response has another content coding than gzip");
        }
      }
      case "content-length" -> {
        if (length >= 0 || !value.matches("\\d{1,%d}".formatted(DIGITS))) {
          throw new MalformedFeedException("the response has a length that is none");
        }
        length = Long.parseLong(value);
      }
      default -> {}
    }
  }

  private void endFields() throws MalformedFeedException {
    if (status == SWITCHING) {
      throw new MalformedFeedException("the response switches to another protocol");
    }
    if (status >= CONTINUE && status < OK) { // another one follows
      status = 0;
      phase = Phase.STATUS;
    } else if (status != OK) {
      begin(Phase.END);
    } else if (chunked) {
      begin(Phase.CHUNK_SIZE);
    } else if (length >= 0) {
      left = length;
      begin(left == 0 ? Phase.END : Phase.COUNTED);
    } else {
      begin(Phase.UNTIL_CLOSE);
    }
  }

  /** By hand: there is one in each change. */
  private static long size(String read) throws MalformedFeedException {
    long size = 0;
    int at = 0;
    for (; at < read.length() && at < DIGITS; at++) {
      int digit = Character.digit(read.charAt(at), RADIX);
      if (digit < 0) {
        break;
      }
      size = size * RADIX + digit;
    }
    boolean ends = at == read.length() || ";\t ".indexOf(read.charAt(at)) >= 0;
    if (at == 0 || !ends) {
      throw new MalformedFeedException("a chunk has a size that is none");
    }
    return size;
  }
}
