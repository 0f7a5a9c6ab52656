package io.regionbridge.dns.upstream;

/**
 * How long one probe waits for its reply, and when its packet is sent again. On a line that loses
 * packets a probe of one packet says more about the line's luck than about the gateway; one that is
 * repeated, while there is still time for a reply, tells a line that loses half of all exchanges
 * from one that carries nothing. Nanoseconds.
 *
 * @param patience after the first packet, at the end of which the probe has failed: as long as a
 *     question has, for a gateway that answers in that time is well
 * @param first from the first packet to the second
 * @param every between those that follow
 * @param last after the first packet: none is sent again later, since its reply would be too late
 */
record ProbeTiming(long patience, long first, long every, long last) {
  private static final long UNKNOWN_RTT = 250_000_000;
  private static final long LEAST_FIRST = 50_000_000;
  private static final long LEAST_EVERY = 100_000_000;
  private static final int REPEATS = 10;

  /**
   * The timing of a probe.
   *
   * @param timeout that a question has
   * @param rtt what replies usually take, 0 if there was none yet
   * @param patient whether the round trip says little: of a gateway that is down it is old, and a
   *     sibling may have to ask a gateway first. Asked a few times a second, it is soon found to be
   *     back
   */
  static ProbeTiming of(long timeout, long rtt, boolean patient) {
    long usual = rtt > 0 && !patient ? rtt : Math.min(UNKNOWN_RTT, timeout / 4);
    long first = Math.max(Math.min(LEAST_FIRST, timeout / 4), usual + usual / 4);
    long last = timeout - usual;
    long every =
        patient ? usual : Math.max(Math.min(LEAST_EVERY, timeout / 8), (last - first) / REPEATS);
    return new ProbeTiming(timeout, first, every, last);
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
