package io.regionbridge.api.config;

import io.regionbridge.router.net.IpLiteral;
import java.net.InetAddress;

/**
 * A host and the network that it is in.
 *
 * @param prefixLength leading bits that all hosts of the network share
 */
public record HostInNetwork(InetAddress address, int prefixLength) {
  @Override
  public String toString() {
    return IpLiteral.format(address) + "/" + prefixLength;
  }
}
