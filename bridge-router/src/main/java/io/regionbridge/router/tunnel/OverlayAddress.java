package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.netlink.InterfaceAddress;
import java.net.InetAddress;

/** This router node's address on the overlay, and the prefix length of the overlay's network. */
public record OverlayAddress(InetAddress address, int prefixLength) {
  /** All addresses that are reached through the device because of this one. */
  public Cidr network() {
    return Cidr.containing(address, prefixLength);
  }

  InterfaceAddress on(int interfaceIndex) {
    return new InterfaceAddress(interfaceIndex, address, prefixLength);
  }

  static OverlayAddress of(InterfaceAddress address) {
    return new OverlayAddress(address.address(), address.prefixLength());
  }

  @Override
  public String toString() {
    return IpLiteral.format(address) + "/" + prefixLength;
  }
}
