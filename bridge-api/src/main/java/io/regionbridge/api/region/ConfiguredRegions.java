package io.regionbridge.api.region;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.Domain;
import io.regionbridge.router.border.Admitted;
import io.regionbridge.router.border.Border;
import io.regionbridge.router.border.BorderRules;
import io.regionbridge.router.control.ControlSettings;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.egress.EgressEngine;
import io.regionbridge.router.egress.EgressSettings;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.overlay.OverlaySettings;
import io.regionbridge.router.topology.Identity;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.topology.TopologyBuilder;
import io.regionbridge.router.topology.TunnelEnd;
import io.regionbridge.router.tunnel.OverlayAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the configuration says of the regions, in the control plane's terms. Pure. */
public final class ConfiguredRegions {
  private ConfiguredRegions() {}

  /**
   * What is configured of the local region.
   *
   * @param overlay the overlay's own ranges
   */
  static TopologyBuilder.Settings local(BridgeConfig config, List<Cidr> overlay) {
    return new TopologyBuilder.Settings(
        config.region().name(),
        config.region().domain().name(),
        config.region().podCidrs(),
        config.region().serviceCidrs(),
        overlay);
  }

  /** What is configured of the peers. */
  static List<PeerClaim> claims(BridgeConfig config) {
    return config.regions().stream()
        .map(peer ->
            new PeerClaim(
                PeerSource.CONFIGURATION,
                peer.name(),
                RegionDomain.parse(peer.domain().name())
                        instanceof RegionDomain.Parsed.Valid(RegionDomain domain)
                    ? Optional.of(domain)
                    : Optional.empty(),
                peer.podCidrs(),
                peer.serviceCidrs(),
                peer.gateways().stream()
                    .map(address -> new PeerRegion.Gateway(address, Optional.empty()))
                    .toList(),
                Optional.of(peer.contain()),
                peer.wireguard().map(ConfiguredRegions::tunnel).stream().toList(),
                Identity.declared(keys(peer))))
        .toList();
  }

  private static Set<String> keys(BridgeConfig.Peer peer) {
    Set<String> keys = new LinkedHashSet<>(peer.overlayKeys());
    peer.wireguard().ifPresent(end -> keys.add(end.publicKey()));
    return keys;
  }

  private static TunnelEnd tunnel(BridgeConfig.WireGuard end) {
    return new TunnelEnd(
        "gateway",
        end.publicKey(),
        Optional.empty(),
        end.endpoint(),
        end.persistentKeepalive(),
        true);
  }

  /**
   * The regions as far as they are known without a cluster: by configuration and overlay alone.
   *
   * @param others what is claimed on the overlay
   * @param border remembers who has what
   */
  public static Topology withoutCluster(
      BridgeConfig config, List<PeerClaim> others, List<Cidr> overlay, Border border) {
    List<PeerClaim> claims = new ArrayList<>(claims(config));
    claims.addAll(others);
    Admitted admitted =
        border.admit(
            claims,
            BorderRules.standalone(
                    config.region().name(),
                    config.get(ConfigKeys.TRUST_SUPERNETS),
                    config.dns().listen())
                .with(config.get(ConfigKeys.ALL_NAMES_DOMAIN).map(Domain::toString)),
            Map.of());
    return new TopologyBuilder(local(config, overlay))
        .withoutCluster(admitted.claims())
        .with(admitted.conflicts(), admitted.refusals());
  }

  /** The same before anything was heard on the overlay. */
  public static Topology withoutCluster(BridgeConfig config, List<Cidr> overlay) {
    return withoutCluster(config, List.of(), overlay, new Border());
  }

  /**
   * What is wished of the control plane.
   *
   * @param namespace that the bridges run in
   */
  static ControlSettings.Options options(BridgeConfig config, String namespace) {
    BridgeConfig.Kubernetes kubernetes = config.kubernetes();
    BridgeConfig.NetBird netBird = kubernetes.netBird();
    return new ControlSettings.Options(
        kubernetes.forwardTo() == BridgeConfig.ForwardTo.SERVICE
            ? Optional.of(new ServiceKey(namespace, kubernetes.service()))
            : Optional.empty(),
        netBird.hostNetwork() ? Optional.of(netBird.namespace()) : Optional.empty(),
        config.get(ConfigKeys.ALL_NAMES_DOMAIN).map(Domain::toString));
  }

  /**
   * What is configured of the overlay.
   *
   * @param node this node's name
   */
  public static OverlaySettings overlay(BridgeConfig config, String node) {
    BridgeConfig.Overlay overlay = config.overlay();
    return new OverlaySettings(
        switch (overlay.mode()) {
          case OBSERVE -> OverlaySettings.Mode.OBSERVE;
          case MANAGE -> OverlaySettings.Mode.MANAGE;
          case NONE -> OverlaySettings.Mode.NONE;
        },
        overlay.interfaceName(),
        overlay
            .at(node)
            .map(own ->
                new OverlaySettings.Own(
                    new OverlayAddress(own.address().address(), own.address().prefixLength()),
                    own.endpoint())),
        overlay.listenPort(),
        config.dns().cache().serveStale());
  }

  /** What is configured of egress. */
  static EgressSettings egress(BridgeConfig config) {
    BridgeConfig.Egress egress = config.egress();
    return new EgressSettings(
        switch (egress.engine()) {
          case AUTO -> EgressEngine.AUTO;
          case CILIUM -> EgressEngine.CILIUM;
          case ROUTES -> EgressEngine.ROUTES;
          case NONE -> EgressEngine.NONE;
        },
        egress.namespaces(),
        egress.excludeNamespaces(),
        egress.minPrefixIpv4(),
        egress.minPrefixIpv6(),
        egress.serviceCidrs());
  }
}
