package io.regionbridge.router.election;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * The datagrams by which router nodes ask each other for heartbeats: {@code rbl1}, one octet of
 * kind, eight octets that only the asker knows and that come back; then in a question the name of
 * the node that is meant, in an answer two octets with the age of the last round of the answerer's
 * election in milliseconds, which answers of older versions lack. An answer is hardly ever longer
 * than its question, so that nobody is flooded through us.
 */
sealed interface Heartbeat {
  int LEAST_OCTETS = 4 + 1 + 8;
  int MOST_OCTETS = LEAST_OCTETS + 255;

  int MAGIC = 0x72626c31;

  /** Are you there? Only the node of this name answers. */
  record Question(long nonce, String node) implements Heartbeat {}

  /** I am. */
  record Answer(long nonce, Report report) implements Heartbeat {}

  /**
   * A node's report.
   *
   * @param age of the last round of its election; 65 seconds stand for anything longer
   */
  record Report(Standing standing, Duration age) {
    private static final int MOST_MILLIS = 0xffff;

    private short millis() {
      return (short) Math.clamp(age.toMillis(), 0, MOST_MILLIS);
    }
  }

  /** The datagram, ready to be sent. */
  default byte[] encoded() {
    ByteBuffer buffer = ByteBuffer.allocate(MOST_OCTETS).putInt(MAGIC);
    switch (this) {
      case Question(long nonce, String node) ->
          buffer.put((byte) 0).putLong(nonce).put(node.getBytes(UTF_8));
      case Answer(long nonce, Report report) ->
          buffer.put(report.standing().code()).putLong(nonce).putShort(report.millis());
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** What a datagram says, or empty if it is none of these. Never throws. */
  static Optional<Heartbeat> decode(ByteBuffer datagram) {
    if (datagram.remaining() < LEAST_OCTETS
        || datagram.remaining() > MOST_OCTETS
        || datagram.getInt() != MAGIC) {
      return Optional.empty();
    }
    byte kind = datagram.get();
    long nonce = datagram.getLong();
    return switch (kind) {
      case 0 -> question(nonce, datagram);
      default ->
          Standing.of(kind).map(standing -> new Answer(nonce, new Report(standing, age(datagram))));
    };
  }

  private static Duration age(ByteBuffer rest) {
    return rest.remaining() < Short.BYTES
        ? Duration.ZERO
        : Duration.ofMillis(Short.toUnsignedInt(rest.getShort()));
  }

  private static Optional<Heartbeat> question(long nonce, ByteBuffer node) {
    try {
      return Optional.of(new Question(nonce, UTF_8.newDecoder().decode(node).toString()));
    } catch (CharacterCodingException e) {
      return Optional.empty(); // no name of a node
    }
  }
}
