package io.regionbridge.router.election;

import java.util.Optional;
import java.util.stream.Stream;

/** What a router node says of itself when it is asked for a heartbeat. */
enum Standing {
  /** It could not be the active gateway: its overlay or its DNS is down. */
  UNFIT(1),
  /** It could. */
  CANDIDATE(2),
  /** It could, and reaches a gateway of a peer through its own tunnel. */
  SEEING(3);

  private final byte code;

  Standing(int code) {
    this.code = (byte) code;
  }

  /** What stands for it in an answer. */
  byte code() {
    return code;
  }

  /** What a number in an answer stands for. */
  static Optional<Standing> of(byte code) {
    return Stream.of(values()).filter(standing -> standing.code == code).findFirst();
  }
}
