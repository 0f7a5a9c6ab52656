package io.regionbridge.dns.upstream;

/** What the probes let a question to a region hope for. */
public enum Prospect {
  /** There is a way, or was one a moment ago: asked for as long as a question may take. */
  FAIR,

  /**
   * For a while none was found. Whether the region is gone or has just come back is not known
   * before the next probe is answered, so that a question gets a short time, and asks every gateway
   * at once.
   */
  POOR,

  /** Nobody is there to be asked. */
  NONE
}
