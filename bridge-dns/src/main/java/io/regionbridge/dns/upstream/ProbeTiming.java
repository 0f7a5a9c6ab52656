package io.regionbridge.dns.upstream;

/**
 * How long one probe waits for its reply, and when its packet is sent again. On a line that loses
 * packets a probe of one packet says more about the line's luck than about the gateway; one that is
 * repeated, while there is still time for a reply, tells a line that loses half of all exchanges
 * from one that carries nothing. Nanoseconds.
 *
 * @param timeout after the first packet, at the end of which the probe has failed: as long as a
 *     question has, for a gateway that answers in that time is well
 * @param first from the first packet to the second
 * @param every between those that follow
 * @param last after the first packet: none is sent again later, since its reply would be too late
 * @param silence after the first packet: a gateway that has not replied until then counts as
 *     silent, since its packets were hardly all lost on the way. It may still be slow, which is no
 *     fault
 */
record ProbeTiming(long timeout, long first, long every, long last, long silence) {
  /** What is due in the same span of time is done at once: one wake-up for many gateways. */
  static final long SPAN = 25_000_000;

  private static final long UNKNOWN_RTT = 250_000_000;
  private static final long LEAST_FIRST = 50_000_000;
  private static final long LEAST_EVERY = 100_000_000;
  private static final int REPEATS = 10;

  /** A line that loses this part of the exchanges is asked more often. */
  static final double LOSSY = 0.2;

  private static final int MORE_IF_LOSSY = 4;

  /** A pause of the gateway's process is no reason to call it silent. */
  private static final long LEAST_SILENCE = 700_000_000;

  /** How often a gateway may be called silent by mere bad luck. */
  private static final double CHANCE = 1e-5;

  private static final double LEAST_LOSS = 0.05;
  private static final double MOST_LOSS = 0.9;

  /**
   * The timing of a probe.
   *
   * @param timeout that a question has
   * @param rtt what replies usually take, 0 if there was none yet
   * @param rttUnknown whether the round trip says little: of a gateway that is down it is old, and
   *     a sibling may have to ask a gateway first. Asked a few times a second, it is soon found to
   *     be back
   * @param loss the part of exchanges that the line loses, 0 to 1
   */
  static ProbeTiming of(long timeout, long rtt, boolean rttUnknown, double loss) {
    long expected = rtt > 0 && !rttUnknown ? rtt : Math.min(UNKNOWN_RTT, timeout / 4);
    long first = Math.max(Math.min(LEAST_FIRST, timeout / 4), expected + expected / 4);
    long last = timeout - expected;
    long pause = Math.max(Math.min(LEAST_EVERY, timeout / 8), (last - first) / REPEATS);
    long every = rttUnknown ? expected : loss > LOSSY ? pause / MORE_IF_LOSSY : pause;
    double usualLoss = Math.min(MOST_LOSS, Math.max(LEAST_LOSS, loss));
    long packets = (long) Math.ceil(Math.log(CHANCE) / Math.log(usualLoss));
    long silence = Math.max(LEAST_SILENCE, first + (packets - 2) * (every + SPAN) + expected);
    return new ProbeTiming(timeout, first, every, last, Math.min(timeout, silence));
  }

  /**
   * When to send it again, in nanoseconds after the first packet; {@link Long#MAX_VALUE}: never.
   *
   * @param resent when it was sent last; 0: once only
   */
  long again(long resent) {
    long next = resent == 0 ? first : resent + every;
    return next <= last ? next : Long.MAX_VALUE;
  }
}
