package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;

/** Sees replies as they leave, for as long as somebody wants to know. */
public interface QueryTap {
  /**
   * Called for each reply, on an event loop: must not wait, and must not keep these objects.
   *
   * @param name folded, in wire form at the start of the array
   * @param nameLength 0 if the question could not be read
   * @param nanos from the query to the reply
   */
  void replied(
      PeerAddress client,
      boolean tcp,
      byte[] name,
      int nameLength,
      int type,
      int rcode,
      Source source,
      long nanos);
}
