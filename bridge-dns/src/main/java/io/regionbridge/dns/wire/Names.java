package io.regionbridge.dns.wire;

/** Names in wire form: skipping, comparing (RFC 1035 sections 3.1 and 4.1.4). */
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
