package io.regionbridge.dns.zone;

/**
 * A question about a local zone while it is answered. Each event loop has one, and uses it for one
 * question after the other.
 */
final class LocalQuestion {
  /** Folded labels: {@link #length} octets from {@link #at}. */
  byte[] labels = {};

  int at;

  /**
   * First of the labels in front of the zone's apex; when a node of hosts was found, of those in
   * front of the node's name.
   */
  int length;

  int type;
  View view = View.PODS;

  /** Rotates addresses. */
  int turn;

  /** The owner of the answers, as a pointer to the name (RFC 1035, section 4.1.4). */
  int owner;

  /** Octets of the question's name in front of the zone's apex. */
  int apexAt;
}
