package io.regionbridge.router.egress.routes;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.OverlayRanges;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.Link;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** A router node's end of the overlay, and the ranges of the overlay's addresses. */
record OverlayEnd(Link link, List<Cidr> ranges) {
  OverlayEnd {
    ranges = List.copyOf(ranges);
  }

  /** Finds the interface with the overlay address that the node's bridge announces. */
  static Optional<OverlayEnd> of(
      InetAddress own, List<InterfaceAddress> addresses, List<Link> links) {
    return addresses.stream()
        .filter(address -> address.address().equals(own))
        .flatMap(address -> links.stream().filter(link -> link.index() == address.interfaceIndex()))
        .findFirst()
        .map(link ->
            new OverlayEnd(
                link,
                addresses.stream()
                    .filter(address -> address.interfaceIndex() == link.index())
                    .filter(address -> !address.address().isLinkLocalAddress())
                    .map(address -> OverlayRanges.of(address.network()))
                    .distinct()
                    .sorted()
                    .toList()));
  }
}
