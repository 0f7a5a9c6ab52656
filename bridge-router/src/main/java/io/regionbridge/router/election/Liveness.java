package io.regionbridge.router.election;

/** The state of another router node by direct heartbeats. */
public enum Liveness {
  /** It answers, and could take over. */
  CANDIDATE,
  /** It answers, but could not take over: its overlay or its DNS is down. */
  UNFIT,
  /** Not asked often enough yet. */
  UNKNOWN,
  /** It does not answer. */
  DEAD
}
