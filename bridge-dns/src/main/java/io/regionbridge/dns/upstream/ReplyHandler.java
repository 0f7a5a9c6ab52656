package io.regionbridge.dns.upstream;

/** Takes what becomes of the questions that are out on a socket. Called on its event loop. */
interface ReplyHandler {
  /**
   * A message with the ID of a question that is out. Whether it is the reply is for the handler to
   * judge.
   *
   * @param message holds it at its start, during the call only
   * @param tcp whether it came by a connection
   */
  void replied(TryTable.Entry entry, byte[] message, int length, boolean tcp);

  /**
   * The socket does not reach the gateway (any more), and holds the question no longer.
   *
   * @param lost whether a connection was there and is gone, so that a new one may do
   * @param why in words
   */
  void unreachable(TryTable.Entry entry, boolean lost, String why);
}
