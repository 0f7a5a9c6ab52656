package io.regionbridge.dns.zone;

/**
 * The label that a host without a name of its own has: its address, dashes in place of dots and
 * colons, {@code 10-42-0-7} or {@code fd00-42--7}, as CoreDNS has it. IPv6 is written as in RFC
 * 5952 section 4; a zero stands where the label would otherwise begin or end with a dash.
 * Stateless; allocates nothing.
 */
final class AddressLabel {
  private static final int GROUPS = 8;
  private static final int GROUP_BITS = 16;
  private static final int LONGEST_GROUP = 4;

  private AddressLabel() {}

  /** Writes the label of an IPv4 address with its length octet; returns where it ends. */
  static int write(byte[] out, int at, int bits) {
    int end = at + 1;
    for (int shift = 24; shift >= 0; shift -= Byte.SIZE) {
      int octet = bits >>> shift & 0xFF;
      if (octet >= 100) {
        out[end++] = (byte) ('0' + octet / 100);
      }
      if (octet >= 10) {
        out[end++] = (byte) ('0' + octet / 10 % 10);
      }
      out[end++] = (byte) ('0' + octet % 10);
      out[end++] = '-';
    }
    end--;
    out[at] = (byte) (end - at - 1);
    return end;
  }

  /** Writes the label of an IPv6 address with its length octet; returns where it ends. */
  static int write(byte[] out, int at, long high, long low) {
    int longest = -1;
    int length = 1; // a single group of zeros is not left out
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && group(high, low, end) == 0) {
        end++;
      }
      if (end - i > length) {
        longest = i;
        length = end - i;
      }
      i = Math.max(i, end - 1);
    }
    int end = at + 1;
    for (int i = 0; i < GROUPS; i++) {
      if (i == longest) {
        if (i == 0) {
          out[end++] = '0';
          out[end++] = '-';
        }
        out[end++] = '-';
        i += length - 1;
        if (i == GROUPS - 1) {
          out[end++] = '0';
        }
      } else {
        end = hex(out, end, group(high, low, i));
        if (i < GROUPS - 1) {
          out[end++] = '-';
        }
      }
    }
    out[at] = (byte) (end - at - 1);
    return end;
  }

  private static int hex(byte[] out, int at, int group) {
    int end = at;
    for (int shift = 12; shift >= 0; shift -= 4) {
      int digit = group >>> shift & 0xF;
      if (digit != 0 || end > at || shift == 0) {
        out[end++] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
      }
    }
    return end;
  }

  private static int group(long high, long low, int i) {
    long half = i < 4 ? high : low;
    return (int) (half >>> (3 - i % 4) * GROUP_BITS) & 0xFFFF;
  }

  /** The IPv4 address, unsigned, that a folded label with its length octet spells; -1 if none. */
  static long parse(byte[] label, int at) {
    int end = at + 1 + label[at];
    int i = at + 1;
    long bits = 0;
    for (int octet = 0; octet < 4; octet++) {
      int start = i;
      int value = 0;
      while (i < end && i - start < 3 && label[i] >= '0' && label[i] <= '9') {
        value = value * 10 + label[i++] - '0';
      }
      boolean leadingZero = i - start > 1 && label[start] == '0';
      if (i == start || leadingZero || value > 255) {
        return -1;
      }
      bits = bits << Byte.SIZE | value;
      if (octet < 3 && (i == end || label[i++] != '-')) {
        return -1;
      }
    }
    return i == end ? bits : -1;
  }

  /**
   * Half of the IPv6 address that a folded label with its length octet spells, if it spells one;
   * what else it gives has to be held against {@link #write}.
   *
   * @param upper which half
   */
  static long half(byte[] label, int at, boolean upper) {
    int end = at + 1 + label[at];
    long high = 0;
    long low = 0;
    long headHigh = 0;
    long headLow = 0;
    int head = 0;
    int count = 0;
    boolean gap = false;
    int i = at + 1;
    while (i < end && count <= GROUPS) {
      int value = 0;
      int start = i;
      while (i < end && label[i] != '-' && i - start < LONGEST_GROUP) {
        value = value << 4 | Character.digit(label[i++], 16) & 0xF;
      }
      high = high << GROUP_BITS | low >>> Long.SIZE - GROUP_BITS;
      low = low << GROUP_BITS | value;
      count++;
      i++; // the dash
      if (i < end && label[i] == '-' && !gap) {
        gap = true;
        head = count;
        headHigh = high;
        headLow = low;
        high = 0;
        low = 0;
        i++;
      }
    }
    if (gap) {
      for (int shifted = head; shifted < GROUPS; shifted++) {
        headHigh = headHigh << GROUP_BITS | headLow >>> Long.SIZE - GROUP_BITS;
        headLow <<= GROUP_BITS;
      }
      high |= headHigh;
      low |= headLow;
    }
    return upper ? high : low;
  }
}
