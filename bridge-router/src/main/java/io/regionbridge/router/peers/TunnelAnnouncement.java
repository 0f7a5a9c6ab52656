package io.regionbridge.router.peers;

import io.regionbridge.router.topology.TunnelEnd;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a bridge on the overlay announces of its region's ends of tunnels.
 *
 * @param from its own address, which the device routes to its key alone
 * @param fresh whether it answered the last request
 * @param transitions how often the region's active gateway had changed
 * @param ends each with an overlay address
 */
public record TunnelAnnouncement(
    InetAddress from, String region, boolean fresh, int transitions, List<TunnelEnd> ends) {
  public TunnelAnnouncement {
    ends = List.copyOf(ends);
  }

  /** What it says of the end at an address. */
  Optional<TunnelEnd> end(InetAddress address) {
    return ends.stream()
        .filter(end -> end.overlayAddress().equals(Optional.of(address)))
        .findFirst();
  }

  /** Whether it is the end at an address itself. */
  boolean isFrom(InetAddress address) {
    return from.equals(address);
  }
}
