package io.regionbridge.router.path;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The datagrams of path probes: {@code rbp1}, one octet for the kind, a nonce of eight octets, then
 * zeros up to the probed size. The answer repeats the question with another kind, so it is never
 * larger; nothing answers an answer.
 *
 * @param nonce chosen by the asker
 * @param octets of the UDP payload
 */
record PathMessage(Kind kind, long nonce, int octets) {
  static final int LEAST_OCTETS = 4 + 1 + 8;
  static final int MOST_OCTETS = 9000;

  private static final int MAGIC = 0x72627031;

  /** The direction of a message. */
  enum Kind {
    QUESTION(0),
    ANSWER(1);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }
  }

  PathMessage {
    if (octets < LEAST_OCTETS || octets > MOST_OCTETS) {
      throw new IllegalArgumentException("a path probe of " + octets + " octets");
    }
  }

  /** The answer to a question. */
  PathMessage answer() {
    return new PathMessage(Kind.ANSWER, nonce, octets);
  }

  /** The datagram, ready to be sent. */
  byte[] encoded() {
    ByteBuffer buffer = ByteBuffer.allocate(octets);
    return buffer.putInt(MAGIC).put(kind.code).putLong(nonce).array();
  }

  /** Decodes a datagram; empty if it is not a path probe. Never throws. */
  static Optional<PathMessage> decode(ByteBuffer datagram) {
    int octets = datagram.remaining();
    if (octets < LEAST_OCTETS || octets > MOST_OCTETS || datagram.getInt() != MAGIC) {
      return Optional.empty();
    }
    byte kind = datagram.get();
    long nonce = datagram.getLong();
    return Arrays.stream(Kind.values())
        .filter(each -> each.code == kind)
        .findFirst()
        .map(each -> new PathMessage(each, nonce, octets));
  }
}
