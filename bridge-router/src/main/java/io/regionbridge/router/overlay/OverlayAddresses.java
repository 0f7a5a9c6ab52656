package io.regionbridge.router.overlay;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.OverlayRanges;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * This machine's end of the overlay.
 *
 * @param interfaceName empty: no such interface exists
 * @param addresses of this machine on it, IPv4 first
 * @param networks that its addresses are part of
 */
record OverlayAddresses(
    Optional<String> interfaceName, List<InetAddress> addresses, List<Cidr> networks) {
  static final OverlayAddresses NONE = new OverlayAddresses(Optional.empty(), List.of(), List.of());

  OverlayAddresses {
    addresses = addresses.stream().sorted(Comparator.comparing(Cidr::host)).toList();
    networks = List.copyOf(networks);
  }

  /** Asks the operating system about an interface. */
  static OverlayAddresses read(String interfaceName) {
    try {
      NetworkInterface link = NetworkInterface.getByName(interfaceName);
      if (link == null || !link.isUp()) {
        return NONE;
      }
      List<InterfaceAddress> addresses =
          link.getInterfaceAddresses().stream()
              .filter(a -> !a.getAddress().isLinkLocalAddress())
              .toList();
      return new OverlayAddresses(
          Optional.of(interfaceName),
          addresses.stream().map(InterfaceAddress::getAddress).toList(),
          addresses.stream()
              .map(a -> Cidr.containing(a.getAddress(), a.getNetworkPrefixLength()))
              .toList());
    } catch (SocketException gone) {
      return NONE;
    }
  }

  /** The preferred address of this machine: IPv4 where it has both. */
  Optional<InetAddress> address() {
    return addresses.stream().findFirst();
  }

  /**
   * Where overlay addresses come from, for all that is known: the interface's own networks. An
   * address alone, as Tailscale gives it, stands for the range that such an overlay uses, and so
   * does no address at all.
   */
  List<Cidr> ranges() {
    return networks.isEmpty()
        ? List.of(OverlayRanges.CGNAT)
        : networks.stream().map(OverlayRanges::of).sorted().distinct().toList();
  }
}
