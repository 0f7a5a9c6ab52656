package io.regionbridge.router.netlink;

import io.regionbridge.router.net.Cidr;

/**
 * Packets that keep their source address on their way out, whatever other rules say. Both ranges
 * are of one address family.
 */
public record NatExemption(Cidr source, Cidr destination) {
  /**
   * @throws IllegalArgumentException if the ranges are of different families
   */
  public NatExemption {
    if (source.isIpv6() != destination.isIpv6()) {
      throw new IllegalArgumentException(source + " and " + destination);
    }
  }

  /** As {@code nft list table} shows it in a comment, and how it is known again. */
  @Override
  public String toString() {
    return source + " to " + destination;
  }
}
