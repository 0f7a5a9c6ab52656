package io.regionbridge.router.overlay;

import io.regionbridge.router.net.Cidr;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * This machine's end of the overlay.
 *
 * @param interfaceName empty: no such interface exists
 * @param address of this machine on it; IPv4 where it has both
 * @param networks that its addresses are part of
 */
record OverlayAddresses(
    Optional<String> interfaceName, Optional<InetAddress> address, List<Cidr> networks) {
  /** What NetBird and Tailscale number their peers from: shared address space (RFC 6598). */
  private static final Cidr SHARED = Cidr.of("100.64.0.0/10");

  static final OverlayAddresses NONE =
      new OverlayAddresses(Optional.empty(), Optional.empty(), List.of());

  OverlayAddresses {
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
      Optional<InetAddress> own =
          addresses.stream()
              .map(InterfaceAddress::getAddress)
              .filter(Inet4Address.class::isInstance)
              .findFirst()
              .or(() -> addresses.stream().map(InterfaceAddress::getAddress).findFirst());
      return new OverlayAddresses(
          Optional.of(interfaceName),
          own,
          addresses.stream()
              .map(a -> Cidr.containing(a.getAddress(), a.getNetworkPrefixLength()))
              .toList());
    } catch (SocketException gone) {
      return NONE;
    }
  }

  /**
   * Where overlay addresses come from, for all that is known: the interface's own networks, and the
   * range that the usual overlays use unless this one is seen to use another.
   */
  List<Cidr> ranges() {
    boolean shared = networks.isEmpty() || networks.stream().anyMatch(SHARED::overlaps);
    List<Cidr> ranges = new ArrayList<>(networks);
    if (shared) {
      ranges.removeIf(SHARED::contains);
      ranges.add(SHARED);
    }
    return ranges.stream().sorted().distinct().toList();
  }
}
