package io.regionbridge.router.netlink;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.net.InetAddress;

/** An address of an interface, with the prefix that is directly reached through it. */
public record InterfaceAddress(int interfaceIndex, InetAddress address, int prefixLength) {
  /** The addresses that are directly reached through the interface. */
  public Cidr network() {
    return Cidr.containing(address, prefixLength);
  }

  /** As {@code ip address} prints it: {@code 100.64.0.7/16}. */
  @Override
  public String toString() {
    return IpLiteral.format(address) + "/" + prefixLength;
  }
}
