package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.router.net.HostAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where DNS is served when the configuration does not say. Pure. */
public final class ListenAddresses {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private ListenAddresses() {}

  /**
   * The configured addresses, or else those of the node and the overlay: never the wildcard, since
   * a router node has public addresses as well. On a machine that has neither, loopback.
   *
   * @param node the node's address in its cluster; empty: that of the default route
   */
  public static List<InetSocketAddress> of(
      BridgeConfig config,
      HostAddresses host,
      Optional<InetAddress> node,
      List<InetAddress> overlay) {
    List<InetSocketAddress> configured = config.get(ConfigKeys.DNS_LISTEN);
    if (!configured.isEmpty()) {
      return configured;
    }
    Set<InetAddress> found = new LinkedHashSet<>();
    node.or(host::route).ifPresent(found::add);
    found.addAll(overlay);
    if (found.isEmpty()) {
      found.add(LOOPBACK);
    }
    return found.stream()
        .map(address -> new InetSocketAddress(address, ConfigKeys.DEFAULT_DNS_PORT))
        .toList();
  }
}
