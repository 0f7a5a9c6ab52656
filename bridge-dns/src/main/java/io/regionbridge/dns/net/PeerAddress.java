package io.regionbridge.dns.net;

import io.regionbridge.dns.wire.Octets;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where a packet came from or goes to, in numbers: a mutable value that sockets fill in and callers
 * copy, so that no packet costs an object. Halves of the address as {@link AddressSet} has them.
 */
public final class PeerAddress {
  private long high;
  private long low;
  private int port;
  private int scope;

  /** Sets an IPv4 address. */
  public void setIpv4(int address, int port) {
    this.high = AddressSet.IPV4_HIGH;
    this.low = AddressSet.lowOfIpv4(address);
    this.port = port;
    this.scope = 0;
  }

  /**
   * Sets an IPv6 address; {@code scope} is the interface's index for link-local addresses, else 0.
   */
  public void setIpv6(long high, long low, int port, int scope) {
    this.high = high;
    this.low = low;
    this.port = port;
    this.scope = scope;
  }

  /** Sets what the JDK's object says, which must be resolved. */
  public void set(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    byte[] octets = ip.getAddress();
    if (ip instanceof Inet4Address) {
      setIpv4(Octets.get32(octets, 0), address.getPort());
    } else {
      int scopeId = ip instanceof Inet6Address six ? six.getScopeId() : 0;
      setIpv6(Octets.get64(octets, 0), Octets.get64(octets, 8), address.getPort(), scopeId);
    }
  }

  /** Copies another address. */
  public void set(PeerAddress other) {
    high = other.high;
    low = other.low;
    port = other.port;
    scope = other.scope;
  }

  /** The upper 64 bits. */
  public long high() {
    return high;
  }

  /** The lower 64 bits. */
  public long low() {
    return low;
  }

  /** The port. */
  public int port() {
    return port;
  }

  /** The index of the interface of a link-local address, else 0. */
  public int scope() {
    return scope;
  }

  /** Whether it is an IPv4 address. */
  public boolean ipv4() {
    return high == AddressSet.IPV4_HIGH && (low >>> 32) == AddressSet.IPV4_LOW >>> 32;
  }

  /** The same as an object of the JDK. */
  public InetSocketAddress toSocketAddress() {
    byte[] octets = new byte[ipv4() ? 4 : 16];
    if (ipv4()) {
      Octets.put32(octets, 0, (int) low);
    } else {
      Octets.put64(octets, 0, high);
      Octets.put64(octets, 8, low);
    }
    try {
      InetAddress ip =
          octets.length == 4 || scope == 0
              ? InetAddress.getByAddress(octets)
              : Inet6Address.getByAddress(null, octets, scope);
      return new InetSocketAddress(ip, port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 octets are an address", e);
    }
  }

  @Override
  public String toString() {
    return toSocketAddress().toString();
  }
}
