package io.regionbridge.router.election;

import java.util.Optional;

/**
 * Who is the active gateway, as far as this node knows.
 *
 * @param active the node's name; empty: none, or unknown
 * @param mine whether it is this process
 * @param transitions how often it has changed in the life of the Lease
 */
public record Leadership(Optional<String> active, boolean mine, int transitions) {
  /** The state before the first observation. */
  public static final Leadership UNKNOWN = new Leadership(Optional.empty(), false, 0);
}
