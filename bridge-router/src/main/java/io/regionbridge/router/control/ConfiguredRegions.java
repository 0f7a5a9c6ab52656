package io.regionbridge.router.control;

import io.regionbridge.router.border.Admitted;
import io.regionbridge.router.border.Border;
import io.regionbridge.router.border.BorderRules;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.Identity;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.topology.TopologyBuilder;
import io.regionbridge.router.topology.TunnelEnd;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the configuration claims of the regions, and the topology of it. Pure. */
public final class ConfiguredRegions {
  private ConfiguredRegions() {}

  /**
   * What is configured of the local region.
   *
   * @param overlay the overlay's own ranges
   */
  static TopologyBuilder.Settings local(RegionSettings settings, List<Cidr> overlay) {
    return new TopologyBuilder.Settings(
        settings.name(),
        settings.domain(),
        settings.podCidrs(),
        settings.serviceCidrs(),
        settings.aliases(),
        overlay);
  }

  /** What is configured of the peers. */
  static List<PeerClaim> claims(RegionSettings settings) {
    return settings.peers().stream().map(ConfiguredRegions::claim).toList();
  }

  private static PeerClaim claim(RegionSettings.Peer peer) {
    Set<String> keys = new LinkedHashSet<>(peer.overlayKeys());
    peer.tunnel().ifPresent(end -> keys.add(end.publicKey()));
    return new PeerClaim(
        PeerSource.CONFIGURATION,
        peer.name(),
        peer.domain(),
        peer.podCidrs(),
        peer.serviceCidrs(),
        peer.gateways().stream()
            .map(address -> new PeerRegion.Gateway(address, Optional.empty()))
            .toList(),
        Optional.of(peer.contain()),
        peer.tunnel().map(ConfiguredRegions::end).stream().toList(),
        Identity.declared(keys));
  }

  private static TunnelEnd end(RegionSettings.Tunnel tunnel) {
    return new TunnelEnd(
        "gateway",
        tunnel.publicKey(),
        Optional.empty(),
        tunnel.endpoint(),
        tunnel.persistentKeepalive(),
        true);
  }

  /** The regions as configured. */
  public static Topology topology(RegionSettings settings, List<Cidr> overlay) {
    return topology(settings, List.of(), overlay, new Border());
  }

  /**
   * The regions as known without a cluster.
   *
   * @param others claims of the overlay
   * @param overlay the overlay's own ranges
   */
  static Topology topology(
      RegionSettings settings, List<PeerClaim> others, List<Cidr> overlay, Border border) {
    List<PeerClaim> claims = new ArrayList<>(claims(settings));
    claims.addAll(others);
    Admitted admitted =
        border.admit(
            claims,
            BorderRules.standalone(settings.name(), settings.supernets(), settings.dnsListen())
                .with(settings.allNames().stream().toList()),
            Map.of());
    return new TopologyBuilder(local(settings, overlay))
        .withoutCluster(admitted.claims())
        .with(admitted.conflicts(), admitted.refusals());
  }
}
