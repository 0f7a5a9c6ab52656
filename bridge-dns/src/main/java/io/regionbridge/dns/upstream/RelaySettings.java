package io.regionbridge.dns.upstream;

/**
 * How questions are relayed. Nanoseconds.
 *
 * @param timeout within which a question is answered, whatever it takes
 * @param healthInterval between two probes of a gateway
 */
public record RelaySettings(long timeout, long healthInterval) {
  /** Most tries for one question, over all gateways. */
  public static final int MOST_TRIES = 6;

  /** Most packets for one question to one gateway. */
  public static final int MOST_PER_GATEWAY = 3;
}
