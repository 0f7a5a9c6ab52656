package io.regionbridge.dns.upstream;

import io.regionbridge.dns.wire.EdnsOption;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import org.xbill.DNS.Type;

/**
 * The OPT record of queries to gateways: our packet size, our cookie, and that we ask for others.
 */
final class UpstreamOpt {
  private UpstreamOpt() {}

  /**
   * Writes the record at {@code at} and returns its end.
   *
   * @param mark length of the option that marks a question of a sibling, see {@link #markLength}; 0
   *     for resolvers
   */
  static int write(byte[] out, int at, byte[] clientCookie, byte[] serverCookie, int mark) {
    int cookie = clientCookie.length + serverCookie.length;
    out[at] = 0;
    Octets.put16(out, at + 1, Type.OPT);
    Octets.put16(out, at + 3, Query.MAX_UDP);
    Octets.put32(out, at + 5, 0);
    Octets.put16(out, at + 9, mark + 4 + cookie);
    if (mark > 0) {
      mark(out, at + 11, mark == markLength(true));
    }
    int p = at + 11 + mark;
    Octets.put16(out, p, EdnsOption.COOKIE);
    Octets.put16(out, p + 2, cookie);
    p += 4;
    System.arraycopy(clientCookie, 0, out, p, clientCookie.length);
    p += clientCookie.length;
    System.arraycopy(serverCookie, 0, out, p, serverCookie.length);
    return p + serverCookie.length;
  }

  /** Octets of the option that says that we ask for others. */
  static int markLength(boolean sibling) {
    return sibling ? 5 : 4;
  }

  private static void mark(byte[] out, int at, boolean sibling) {
    Octets.put16(out, at, EdnsOption.RELAYED);
    Octets.put16(out, at + 2, sibling ? 1 : 0);
    if (sibling) {
      out[at + 4] = EdnsOption.FOR_SIBLING;
    }
  }

  /** Writes the record of a health probe at {@code at} and returns its end. */
  static int writeForProbe(byte[] out, int at, boolean sibling) {
    out[at] = 0;
    Octets.put16(out, at + 1, Type.OPT);
    Octets.put16(out, at + 3, Query.MAX_UDP);
    Octets.put32(out, at + 5, 0);
    Octets.put16(out, at + 9, 5);
    Octets.put16(out, at + 11, EdnsOption.RELAYED);
    Octets.put16(out, at + 13, 1);
    out[at + 15] = sibling ? EdnsOption.PROBE_BY_SIBLING : EdnsOption.PROBE;
    return at + 16;
  }
}
