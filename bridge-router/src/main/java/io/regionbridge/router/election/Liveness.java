package io.regionbridge.router.election;

/** What direct heartbeats say of another router node. */
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
