package io.regionbridge.dns.net;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** Socket addresses in text as people write them. */
public final class HostPort {
  private HostPort() {}

  /** For example {@code 127.0.0.1:1053} or {@code [::1]:1053}. */
  public static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    boolean ipv6 = address.getAddress() instanceof Inet6Address;
    return (ipv6 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
