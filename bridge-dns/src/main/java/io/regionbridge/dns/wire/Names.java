package io.regionbridge.dns.wire;

/** Names in wire form inside a message (RFC 1035 section 4.1.4): skipping, expanding, comparing. */
public final class Names {
  private Names() {}

  /**
   * Where the name that begins at {@code at} ends in its message of {@code length} octets, or -1 if
   * it is malformed. A compression pointer ends a name and is not followed.
   */
  public static int skip(byte[] message, int at, int length) {
    int i = at;
    while (i < length) {
      int octet = message[i] & 0xFF;
      if (octet == 0) {
        return i + 1;
      }
      if (octet >= 0xC0) {
        return i + 2 <= length ? i + 2 : -1;
      }
      if (octet > 63) {
        return -1;
      }
      i += 1 + octet;
    }
    return -1;
  }

  /**
   * Writes the name at {@code at}, pointers followed and ASCII capitals made small, to the start of
   * {@code into} (at least 255 octets).
   *
   * @return the octets written, or -1 if the name is malformed: cut short, longer than 255 octets,
   *     with a pointer that does not lead strictly backwards, which also rules out loops, or with
   *     more pointers than a name has labels, which only costs time
   */
  public static int expand(byte[] message, int at, int length, byte[] into) {
    int i = at;
    int written = 0;
    int limit = at;
    int pointers = 0;
    while (i < length) {
      int octet = message[i] & 0xFF;
      if (octet >= 0xC0) {
        if (i + 2 > length) {
          return -1;
        }
        int target = Octets.get16(message, i) & 0x3FFF;
        if (target >= limit || target < Query.HEADER || ++pointers > Query.MAX_LABELS) {
          return -1;
        }
        limit = target;
        i = target;
        continue;
      }
      if (octet > 63 || written + octet + 1 > Query.MAX_NAME || i + 1 + octet > length) {
        return -1;
      }
      into[written++] = (byte) octet;
      if (octet == 0) {
        return written;
      }
      for (int k = 1; k <= octet; k++) {
        into[written++] = (byte) Octets.fold(message[i + k]);
      }
      i += 1 + octet;
    }
    return -1;
  }

  /**
   * Whether the folded name of {@code length} octets is {@code apex}, folded too, or below it.
   * Label boundaries count: {@code xmn.internal} is not below {@code mn.internal}.
   */
  public static boolean within(byte[] name, int length, byte[] apex) {
    int at = 0;
    while (length - at > apex.length) {
      if (name[at] == 0) {
        return false;
      }
      at += 1 + name[at];
    }
    return length - at == apex.length && equal(name, at, apex, 0, apex.length);
  }

  /** Whether {@code length} octets are equal. */
  public static boolean equal(byte[] a, int atA, byte[] b, int atB, int length) {
    if (length >= 8) {
      int last = length - 8;
      for (int i = 0; i < last; i += 8) {
        if (Octets.get64(a, atA + i) != Octets.get64(b, atB + i)) {
          return false;
        }
      }
      return Octets.get64(a, atA + last) == Octets.get64(b, atB + last);
    }
    for (int i = 0; i < length; i++) {
      if (a[atA + i] != b[atB + i]) {
        return false;
      }
    }
    return true;
  }
}
