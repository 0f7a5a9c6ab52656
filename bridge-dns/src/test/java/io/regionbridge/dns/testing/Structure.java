package io.regionbridge.dns.testing;

import io.regionbridge.dns.wire.Octets;

/**
 * Whether octets are a message by RFC 1035 section 4.1: names end, pointers lead back, the counts
 * hold, and nothing is left over. What records hold is not looked at, as they are opaque to who
 * does not know their type (RFC 3597).
 */
public final class Structure {
  private static final int HEADER = 12;

  private final byte[] message;
  private int at = HEADER;

  private Structure(byte[] message) {
    this.message = message;
  }

  /** Whether all of it is one message. */
  public static boolean isWhole(byte[] message) {
    try {
      return message.length >= HEADER && new Structure(message).read();
    } catch (ArrayIndexOutOfBoundsException e) {
      return false;
    }
  }

  private boolean read() {
    for (int i = Octets.get16(message, 4); i > 0; i--) {
      if (!name()) {
        return false;
      }
      at += 4;
    }
    int records = Octets.get16(message, 6) + Octets.get16(message, 8) + Octets.get16(message, 10);
    for (; records > 0; records--) {
      if (!name()) {
        return false;
      }
      at += 10 + Octets.get16(message, at + 8);
    }
    return at == message.length;
  }

  private boolean name() {
    int limit = at;
    int p = at;
    boolean jumped = false;
    while (message[p] != 0) {
      int label = message[p] & 0xFF;
      if (label >= 0xC0) {
        int target = Octets.get16(message, p) & 0x3FFF;
        if (target >= limit) {
          return false;
        }
        if (!jumped) {
          at = p + 2;
          jumped = true;
        }
        limit = target;
        p = target;
      } else if (label < 0x40) {
        p += 1 + label;
      } else {
        return false;
      }
    }
    if (!jumped) {
      at = p + 1;
    }
    return true;
  }
}
