package io.regionbridge.router.net;

import java.util.List;

/** Where the addresses of overlays come from. */
public final class OverlayRanges {
  /** What the usual overlays number their peers from: shared address space (RFC 6598). */
  public static final Cidr CGNAT = Cidr.of("100.64.0.0/10");

  private static final List<Cidr> KNOWN = List.of(CGNAT, Cidr.of("fd7a:115c:a1e0::/48"));

  private OverlayRanges() {}

  /**
   * The range of an overlay, by the network of a machine's address on it. A single address, as
   * Tailscale gives it, stands for the range that such overlays use.
   */
  public static Cidr of(Cidr network) {
    return network.equals(Cidr.host(network.network()))
        ? KNOWN.stream().filter(known -> known.contains(network)).findFirst().orElse(network)
        : network;
  }
}
