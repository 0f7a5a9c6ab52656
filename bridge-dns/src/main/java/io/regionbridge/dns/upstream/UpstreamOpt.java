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

  /** Writes the record at {@code at} and returns where it ends. */
  static int write(byte[] out, int at, byte[] clientCookie, byte[] serverCookie) {
    int cookie = clientCookie.length + serverCookie.length;
    out[at] = 0;
    Octets.put16(out, at + 1, Type.OPT);
    Octets.put16(out, at + 3, Query.MAX_UDP);
    Octets.put32(out, at + 5, 0);
    Octets.put16(out, at + 9, 4 + 4 + cookie);
    int p = at + 11;
    Octets.put16(out, p, EdnsOption.RELAYED);
    Octets.put16(out, p + 2, 0);
    Octets.put16(out, p + 4, EdnsOption.COOKIE);
    Octets.put16(out, p + 6, cookie);
    p += 8;
    System.arraycopy(clientCookie, 0, out, p, clientCookie.length);
    p += clientCookie.length;
    System.arraycopy(serverCookie, 0, out, p, serverCookie.length);
    return p + serverCookie.length;
  }
}
