package io.regionbridge.dns.upstream;

/** Takes what becomes of the questions that are out on a socket. Called on its event loop. */
interface ReplyHandler {
  /**
   * Takes a message with the ID of a question that is out, at the start of an array that is valid
   * during the call. The handler judges whether it is the reply.
   */
  void onReply(TryTable.Entry entry, byte[] message, int length, boolean tcp);

  /**
   * Called when the socket cannot reach the gateway and no longer holds the question.
   *
   * @param lost whether there was a connection, so that a new one may work
   */
  void onUnreachable(TryTable.Entry entry, boolean lost, String why);
}
