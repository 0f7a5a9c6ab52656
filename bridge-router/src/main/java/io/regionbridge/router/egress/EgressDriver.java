package io.regionbridge.router.egress;

/**
 * One way to get the traffic of pods for other regions to the active gateway. Owned by one thread;
 * may block.
 */
public interface EgressDriver {
  /** How it stands; writes nothing. For nodes that are not the active gateway. */
  EgressReport observe(EgressInputs inputs);

  /**
   * Makes it so, as far as it can, and says how it stands. For the active gateway, with a permit.
   */
  EgressReport apply(EgressInputs inputs);
}
