package io.regionbridge.dns.upstream;

import io.regionbridge.dns.wire.Reply;

/**
 * Takes the ends of exchanges, on the event loop that they belong to. Exactly one call of {@link
 * #onAnswer} or {@link #onFailure} ends each.
 */
public interface AnswerSink {
  /** Why an exchange failed. */
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

  /** Called with the answer, which is valid only during the call. */
  void onAnswer(Exchange exchange, Reply reply, GatewayHealth gateway);

  /** Called with an answer after the exchange had failed. It is valid only during the call. */
  void onLateAnswer(Exchange exchange, Reply answer);

  /** Called when there is no answer. */
  void onFailure(Exchange exchange, Failure failure);

  /** Called after replies or timers were handled: replies to clients may be sent. */
  void onTurnEnd();
}
