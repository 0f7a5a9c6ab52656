package io.regionbridge.router.election;

/**
 * A write of the Lease that the election asks for, in place of the version that {@code next} names.
 */
record LeaseWrite(Kind kind, LeaseState next) {
  enum Kind {
    /** There is no Lease. */
    CREATE,
    /** The holder, to be allowed to act, to answer a challenge, or just now and then. */
    RENEW,
    /** The holder gives the role up. */
    RELEASE,
    /** A candidate finds the holder dead. */
    CHALLENGE,
    /** A candidate takes the role. */
    ACQUIRE
  }

  /** The result of a write. */
  sealed interface Outcome {
    /** The API server has taken it. */
    record Written(LeaseState lease) implements Outcome {}

    /** Somebody else was faster: the Lease has another version. */
    record Conflict() implements Outcome {}

    /** Nobody knows: no answer, or an error. */
    record Unknown() implements Outcome {}
  }
}
