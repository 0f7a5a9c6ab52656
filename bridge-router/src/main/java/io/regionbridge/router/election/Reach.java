package io.regionbridge.router.election;

/** Whether a router node reaches any peer through its own tunnel. */
public enum Reach {
  /** There is nobody to reach, nobody was asked yet, or it is too soon to say. */
  UNKNOWN,
  /** A gateway of a peer answers. */
  SEEING,
  /** For a while now no gateway of any peer has answered. */
  BLIND
}
