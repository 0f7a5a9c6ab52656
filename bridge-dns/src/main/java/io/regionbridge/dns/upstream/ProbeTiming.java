package io.regionbridge.dns.upstream;

/**
 * How long one probe waits for its reply, and when its packet is sent again. On a line that loses
 * packets a probe of one packet says more about the line's luck than about the gateway; one that is
 * repeated, while there is still time for a reply, tells a line that loses half of all exchanges
 * from one that carries nothing. Nanoseconds.
 *
 * @param patience after the first packet, at the end of which the probe has failed
 * @param first from the first packet to the second
 * @param every between those that follow
 * @param last after the first packet: none is sent again later, since its reply would be too late
 */
record ProbeTiming(long patience, long first, long every, long last) {
  /** The longest patience: with a gateway of which little is known, or one that is down. */
  static final long LONGEST = 1_000_000_000;

  /** The shortest: a garbage collection or a busy core over there is no reason. */
  static final long SHORTEST = 500_000_000;

  /** The shortest when a loop has doubts: many round trips, yet soon over. */
  static final long SHORTEST_IN_DOUBT = 60_000_000;

  private static final long UNKNOWN_RTT = 250_000_000;
  private static final long LEAST_FIRST = 50_000_000;
  private static final int REPEATS = 7;

  /**
   * The timing of a probe.
   *
   * @param rtt what replies usually take, 0 if there was none yet
   * @param doubted whether a loop waits for answers in vain
   * @param longest whether to wait as long as possible whatever the round trip was. So it is with a
   *     gateway that is down: if the round trip is another one by now, this is how that is learnt;
   *     and asked four times a second, it is soon found to be back
   */
  static ProbeTiming of(long rtt, boolean doubted, boolean longest) {
    if (longest) {
      return new ProbeTiming(LONGEST, UNKNOWN_RTT, UNKNOWN_RTT, LONGEST - UNKNOWN_RTT);
    }
    long usual = rtt > 0 ? rtt : UNKNOWN_RTT;
    long shortest = doubted ? SHORTEST_IN_DOUBT : SHORTEST;
    long patience = rtt > 0 ? Math.clamp(3 * rtt, shortest, LONGEST) : LONGEST;
    long first = Math.max(LEAST_FIRST, usual + usual / 4);
    long last = patience - usual;
    return new ProbeTiming(patience, first, Math.max(1, (last - first) / REPEATS), last);
  }

  /**
   * Whether to send the packet again now.
   *
   * @param sent since the first packet
   * @param resent since the one before; the same if there was only one
   */
  boolean again(long sent, long resent) {
    return sent <= last && resent >= (sent == resent ? first : every);
  }
}
