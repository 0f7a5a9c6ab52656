package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;

/**
 * How many refusals a client network gets: a source address may be forged, and a refusal then hits
 * someone who never asked. Networks of 24 bits (IPv4) or 56 bits (IPv6) share one of a fixed number
 * of budgets by hash. For one event loop.
 */
final class RefusalLimiter {
  private static final int BUDGETS = 1024;

  private final int[] used = new int[BUDGETS];
  private final int[] second = new int[BUDGETS];

  /** Whether the client may have one more refusal in this second. */
  boolean permit(PeerAddress client, int perSecond, long nanos) {
    long network = client.ipv4() ? client.low() >>> 8 : client.high() >>> 8;
    int i = (int) (network * 0x9E3779B97F4A7C15L >>> 54);
    int now = (int) (nanos / 1_000_000_000L);
    if (second[i] != now) {
      second[i] = now;
      used[i] = 0;
    }
    return used[i]++ < perSecond;
  }
}
