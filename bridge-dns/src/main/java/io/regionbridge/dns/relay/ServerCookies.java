package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.wire.Octets;
import java.security.SecureRandom;

/**
 * Makes the cookies that a client's queries are answered with (RFC 7873), in the interoperable form
 * of RFC 9018: version, time and a SipHash of them with the client's cookie and address. A secret
 * of this process is enough: a client meets the same router node again, and a cookie is never
 * required. For one event loop.
 */
public final class ServerCookies {
  /** Octets of the option's data in a reply: the client's cookie and ours. */
  public static final int LENGTH = 24;

  private static final long[] OF_PROCESS = secret();

  private final long key0;
  private final long key1;
  private final byte[] cookie = new byte[LENGTH];
  private final byte[] hashed = new byte[32];

  /** Cookies under the secret of this process. */
  public ServerCookies() {
    this(OF_PROCESS[0], OF_PROCESS[1]);
  }

  /** Cookies under a secret of two little-endian words. */
  ServerCookies(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  private static long[] secret() {
    SecureRandom random = new SecureRandom();
    return new long[] {random.nextLong(), random.nextLong()};
  }

  /**
   * The option's data for a reply, in an array that the next call overwrites.
   *
   * @param packet holds the client's cookie of 8 octets at {@code at}
   * @param seconds since 1970
   */
  public byte[] forReply(byte[] packet, int at, PeerAddress client, int seconds) {
    System.arraycopy(packet, at, cookie, 0, 8);
    Octets.put32(cookie, 8, 0x0100_0000);
    Octets.put32(cookie, 12, seconds);
    // RFC 9018 section 4.4: the cookie so far, then the client's address in 4 or 16 octets.
    System.arraycopy(cookie, 0, hashed, 0, 16);
    int length = 20;
    if (client.ipv4()) {
      Octets.put32(hashed, 16, (int) client.low());
    } else {
      Octets.put64(hashed, 16, client.high());
      Octets.put64(hashed, 24, client.low());
      length = 32;
    }
    Octets.put64(cookie, 16, Long.reverseBytes(SipHash.of(key0, key1, hashed, length)));
    return cookie;
  }
}
