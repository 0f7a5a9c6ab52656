package io.regionbridge.api.config;

import io.regionbridge.router.net.IpLiteral;
import java.net.InetAddress;

/** A host, and the prefix length of its network. */
public record HostInNetwork(InetAddress address, int prefixLength) {
  @Override
  public String toString() {
    return IpLiteral.format(address) + "/" + prefixLength;
  }
}
