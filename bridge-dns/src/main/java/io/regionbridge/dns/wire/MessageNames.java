package io.regionbridge.dns.wire;

/**
 * Reads compressed names of one message (RFC 1035 section 4.1.4) on a budget: each label and each
 * compression pointer costs a step, and a message has {@value #STEPS} steps. So the largest message
 * that consists of chains of pointers is given up within a millisecond. One object serves an event
 * loop for ever. Not thread-safe; allocates nothing.
 */
final class MessageNames {
  /** A full message of addresses costs a few dozen steps, one of SRV records some ten thousand. */
  static final int STEPS = 16_384;

  private byte[] message = new byte[0];
  private int length;
  private int steps;

  /** Begins with a message of {@code length} octets, and grants it a budget. */
  void of(byte[] message, int length) {
    this.message = message;
    this.length = length;
    steps = STEPS;
  }

  /** Whether the budget is used up; what was read since is incomplete. */
  boolean exhausted() {
    return steps < 0;
  }

  /**
   * Expands the name at {@code at} into {@code into} from {@code to} on, where at least 255 octets
   * are free, with ASCII capitals made small. Returns its octets, or -1 if the budget is used up or
   * the name is malformed: cut short, too long, or with a pointer that does not lead strictly
   * backwards.
   */
  int expand(int at, byte[] into, int to) {
    int i = at;
    int written = 0;
    int limit = at;
    while (i < length && --steps >= 0) {
      int octet = message[i] & 0xFF;
      if (octet >= 0xC0) {
        i = target(i, limit);
        if (i < 0) {
          return -1;
        }
        limit = i;
        continue;
      }
      if (octet > 63 || written + octet + 1 > Query.MAX_NAME || i + 1 + octet > length) {
        return -1;
      }
      into[to + written++] = (byte) octet;
      if (octet == 0) {
        return written;
      }
      for (int k = 1; k <= octet; k++) {
        into[to + written++] = (byte) Octets.fold(message[i + k]);
      }
      i += 1 + octet;
    }
    return -1;
  }

  /**
   * Whether the name at {@code at} is the folded name of {@code nameLength} octets, regardless of
   * case; false also if it is malformed or the budget is used up.
   */
  boolean is(int at, byte[] name, int nameLength) {
    int i = at;
    int matched = 0;
    int limit = at;
    while (i < length && --steps >= 0) {
      int octet = message[i] & 0xFF;
      if (octet >= 0xC0) {
        i = target(i, limit);
        if (i < 0) {
          return false;
        }
        limit = i;
        continue;
      }
      if (matched + octet >= nameLength || octet != name[matched] || i + octet >= length) {
        return false;
      }
      if (octet == 0) {
        return matched + 1 == nameLength;
      }
      for (int k = 1; k <= octet; k++) {
        if (Octets.fold(message[i + k]) != name[matched + k]) {
          return false;
        }
      }
      matched += 1 + octet;
      i += 1 + octet;
    }
    return false;
  }

  /** Where the pointer at {@code i} leads, or -1 if not to a place before {@code limit}. */
  private int target(int i, int limit) {
    if (i + 2 > length) {
      return -1;
    }
    int target = Octets.get16(message, i) & 0x3FFF;
    return target < limit && target >= Query.HEADER ? target : -1;
  }
}
