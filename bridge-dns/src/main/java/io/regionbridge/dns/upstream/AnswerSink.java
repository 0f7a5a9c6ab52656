package io.regionbridge.dns.upstream;

import io.regionbridge.dns.wire.Reply;

/**
 * Takes the ends of exchanges, on the event loop that they belong to. Exactly one call of {@link
 * #answered} or {@link #failed} ends each.
 */
public interface AnswerSink {
  /** Why an exchange brought no answer. */
  enum Failure {
    /** No gateway answered in time. */
    TIMEOUT,
    /** As the probes have said for a while: no gateway is reachable. */
    NO_GATEWAY,
    /** Every gateway replied, none with an answer. */
    NO_ANSWER,
    /** The answer points outside the region's ranges, with all its addresses. */
    CONTAINED
  }

  /** The answer, which is valid only during the call. */
  void answered(Exchange exchange, Reply reply, GatewayHealth gateway);

  /** The answer came after the exchange had failed. It is valid only during the call. */
  void answeredLate(Exchange exchange, Reply answer);

  /** There is none. */
  void failed(Exchange exchange, Failure failure);

  /** Replies or timers were worked through: what was written to clients may leave. */
  void turnEnds();
}
