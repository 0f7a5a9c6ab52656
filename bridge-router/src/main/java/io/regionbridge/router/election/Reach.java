package io.regionbridge.router.election;

/** Whether a router node reaches any peer through its own tunnel. */
public enum Reach {
  /** There is nobody to reach, nobody was asked yet, or it is too soon to say. */
  UNKNOWN,
  /** A gateway of a peer answers, and has done so for a while. */
  SEEING,
  /** Every gateway of every peer is down. */
  BLIND
}
