package io.regionbridge.api.assembly;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where DNS is served when the configuration does not say. Pure. */
final class ListenAddresses {
  /** What the usual overlays call their interface, in the order of preference. */
  private static final List<String> OVERLAY_INTERFACES = List.of("wt0", "tailscale0", "wg0");

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private ListenAddresses() {}

  /**
   * What is configured, or else the address of the node and that of the overlay: never the
   * wildcard, since a router node has public addresses as well. On a machine that has neither,
   * loopback.
   */
  static List<InetSocketAddress> of(BridgeConfig config, HostAddresses host) {
    if (!config.dns().listen().isEmpty()) {
      return config.dns().listen();
    }
    Set<InetAddress> found = new LinkedHashSet<>();
    host.route().ifPresent(found::add);
    overlay(config, host).ifPresent(found::add);
    if (found.isEmpty()) {
      found.add(LOOPBACK);
    }
    return found.stream()
        .map(address -> new InetSocketAddress(address, ConfigReader.DEFAULT_DNS_PORT))
        .toList();
  }

  /** This node's address on the overlay, if it has one. */
  static Optional<InetAddress> overlay(BridgeConfig config, HostAddresses host) {
    if (config.overlay().mode() == BridgeConfig.OverlayMode.NONE) {
      return Optional.empty();
    }
    List<String> names = config.overlay().interfaceName().map(List::of).orElse(OVERLAY_INTERFACES);
    return names.stream().flatMap(name -> host.of(name).stream()).findFirst();
  }
}
