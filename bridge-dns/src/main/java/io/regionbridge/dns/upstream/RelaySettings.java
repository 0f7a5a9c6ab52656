package io.regionbridge.dns.upstream;

/** The time that a question has, and the time between two probes of a gateway, in nanoseconds. */
public record RelaySettings(long timeout, long healthInterval) {
  /** Most tries for one question, over all gateways. */
  public static final int MOST_TRIES = 6;

  /** Most packets for one question to one gateway. */
  public static final int MOST_PER_GATEWAY = 3;
}
