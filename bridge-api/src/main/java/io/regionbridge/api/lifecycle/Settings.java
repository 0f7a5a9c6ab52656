package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.Domain;
import io.regionbridge.api.zones.ZoneSettings;
import io.regionbridge.dns.DnsSettings;
import io.regionbridge.dns.cache.CachePolicy;
import io.regionbridge.dns.relay.PipelineSettings;
import io.regionbridge.dns.server.TcpLimits;
import io.regionbridge.dns.upstream.RelaySettings;
import io.regionbridge.router.control.RegionSettings;
import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.egress.EgressEngine;
import io.regionbridge.router.egress.EgressSettings;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.overlay.OverlaySettings;
import io.regionbridge.router.topology.LocalRegion;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.Name;

/** What the parts of the bridge are told of the configuration, in their own terms. Pure. */
final class Settings {
  /** More event loops than this never paid: the kernel's network path is busy by then. */
  private static final int MOST_THREADS = 8;

  private Settings() {}

  /** Event loops for DNS. */
  static int threads(BridgeConfig.Dns dns, int cores) {
    return dns.threads() > 0 ? dns.threads() : Math.clamp(cores, 1, MOST_THREADS);
  }

  static DnsSettings dataPlane(BridgeConfig.Dns dns, MemoryPlan memory) {
    BridgeConfig.Cache cache = dns.cache();
    return new DnsSettings(
        new PipelineSettings(
            new CachePolicy(
                cache.maxTtl().toMillis(),
                cache.maxNegativeTtl().toMillis(),
                cache.serveStale().toMillis(),
                cache.prefetch()),
            memory.queriesThatFit(),
            Math.min(memory.queriesThatFit(), dns.maxInflightPerClient()),
            dns.refusedPerSecond()),
        new RelaySettings(dns.relay().timeout().toNanos(), dns.relay().healthInterval().toNanos()),
        new TcpLimits(
            dns.tcp().maxConnections(),
            dns.tcp().maxConnectionsPerClient(),
            dns.tcp().idleTimeout().toMillis()));
  }

  /**
   * What zones are compiled by.
   *
   * @param local what is known of the region
   * @param listen where DNS is served: the addresses of the zone's name server
   */
  static ZoneSettings zones(
      BridgeConfig config, LocalRegion local, Collection<InetSocketAddress> listen) {
    List<IpAddress> nameServers =
        listen.stream().map(a -> IpAddress.of(a.getAddress())).distinct().sorted().toList();
    BridgeConfig.Directory directory = config.directory();
    return new ZoneSettings(
        Name.fromConstantString(config.region().domain() + "."),
        config.dns().ttl(),
        local.podCidrs().cidrs(),
        nameServers,
        local.clusterDomains(),
        peers(directory, local));
  }

  /**
   * What the control plane is told.
   *
   * @param node this node's name
   * @param directoryRoom octets of memory that the local Services may take
   */
  static RegionSettings regions(BridgeConfig config, String node, long directoryRoom) {
    BridgeConfig.Kubernetes kubernetes = config.kubernetes();
    BridgeConfig.NetBird netBird = kubernetes.netBird();
    return new RegionSettings(
        config.region().name(),
        config.region().domain().name(),
        config.region().podCidrs(),
        config.region().serviceCidrs(),
        config.regions().stream().map(Settings::peer).toList(),
        config.get(ConfigKeys.TRUST_SUPERNETS),
        config.get(ConfigKeys.ALL_NAMES_DOMAIN).map(Domain::toString),
        config.dns().listen(),
        config.admin().listen().getPort(),
        config.directory().files(),
        directoryRoom,
        config.overlay().keys(),
        overlay(config, node),
        egress(config.egress()),
        new RegionSettings.Cluster(
            kubernetes.routerLabel(),
            kubernetes.forwardTo() == BridgeConfig.ForwardTo.SERVICE
                ? Optional.of(kubernetes.service())
                : Optional.empty(),
            netBird.hostNetwork() ? Optional.of(netBird.namespace()) : Optional.empty()));
  }

  private static RegionSettings.Peer peer(BridgeConfig.Peer peer) {
    return new RegionSettings.Peer(
        peer.name(),
        RegionDomain.parse(peer.domain().name())
                instanceof RegionDomain.Parsed.Valid(RegionDomain domain)
            ? Optional.of(domain)
            : Optional.empty(),
        peer.podCidrs(),
        peer.serviceCidrs(),
        peer.gateways(),
        peer.contain(),
        peer.wireguard()
            .map(end ->
                new RegionSettings.Tunnel(
                    end.publicKey(), end.endpoint(), end.persistentKeepalive())),
        Set.copyOf(peer.overlayKeys()));
  }

  private static OverlaySettings overlay(BridgeConfig config, String node) {
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
                    own.address().address(), own.address().prefixLength(), own.endpoint())),
        overlay.listenPort(),
        config.dns().cache().serveStale());
  }

  private static EgressSettings egress(BridgeConfig.Egress egress) {
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

  /** What peers are given of the directory, by name and by feed alike. */
  private static PeerRule peers(BridgeConfig.Directory directory, LocalRegion local) {
    List<Cidr> ranges = new ArrayList<>(local.podCidrs().cidrs());
    // Made of the ClusterIPs in use, the ranges would change with each Service, and all zones.
    boolean ofClusterIps =
        local.serviceCidrs().origin() == LocalRegion.Origin.CLUSTER_IPS && !ranges.isEmpty();
    // Without the range of the pods it is not known what is outside of it.
    if (!ofClusterIps && !ranges.isEmpty()) {
      ranges.addAll(local.serviceCidrs().cidrs());
    }
    return new PeerRule(
        new ExportRule(
            switch (directory.export()) {
              case ALL -> ExportRule.Mode.ALL;
              case ANNOTATED -> ExportRule.Mode.ANNOTATED;
            },
            Set.copyOf(directory.excludeNamespaces())),
        new ClusterIpRule(
            switch (directory.clusterIp()) {
              case EXPAND -> ClusterIpRule.Mode.EXPAND;
              case KEEP -> ClusterIpRule.Mode.KEEP;
              case AUTO -> ClusterIpRule.Mode.AUTO;
            },
            local.translates()),
        ranges,
        ofClusterIps);
  }
}
