package io.regionbridge.router.overlay;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * What is configured of the overlay.
 *
 * @param interfaceName the network interface; empty: the first usual one that exists, or {@code
 *     rb0} where the bridge makes the device
 * @param own what this node has on it, where the bridge makes the device; empty if the
 *     configuration says nothing of this node
 * @param listenPort where the device receives packets then, UDP; 0 is any
 * @param serveStale how long what was known last counts while the device cannot be read
 */
public record OverlaySettings(
    Mode mode,
    Optional<String> interfaceName,
    Optional<Own> own,
    int listenPort,
    Duration serveStale) {
  private static final String DEFAULT_INTERFACE = "rb0";

  /** What the bridge does about the overlay. */
  public enum Mode {
    /** Somebody else runs it; the bridge reads handshakes and routes. */
    OBSERVE,
    /** The bridge makes the WireGuard device and its peers. */
    MANAGE,
    /** There is none. */
    NONE
  }

  /**
   * This node's place on an overlay that the bridges make.
   *
   * @param prefixLength leading bits that the overlay's addresses share
   * @param endpoint where its WireGuard is reached from outside; empty: it calls its peers
   */
  public record Own(InetAddress address, int prefixLength, Optional<InetSocketAddress> endpoint) {}

  /** The interface that the bridge makes. */
  String managedInterface() {
    return interfaceName.orElse(DEFAULT_INTERFACE);
  }
}
