package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.AliasKeys;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ForwardTo;
import io.regionbridge.api.config.HostInNetwork;
import io.regionbridge.api.config.Values;
import io.regionbridge.api.zones.ZoneSettings;
import io.regionbridge.dns.DnsSettings;
import io.regionbridge.dns.cache.CachePolicy;
import io.regionbridge.dns.relay.PipelineSettings;
import io.regionbridge.dns.server.TcpLimits;
import io.regionbridge.dns.upstream.RelaySettings;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.LocalRegion;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.xbill.DNS.Name;

/** Translates the configuration into the settings of the bridge's parts. Pure. */
final class Settings {
  /** More event loops than this never paid: the kernel's network path is busy by then. */
  private static final int MOST_THREADS = 8;

  private Settings() {}

  /** Event loops for DNS. */
  static int threads(BridgeConfig config, int cores) {
    int threads = config.get(ConfigKeys.DNS_THREADS);
    return threads > 0 ? threads : Math.clamp(cores, 1, MOST_THREADS);
  }

  static DnsSettings dataPlane(BridgeConfig config, MemoryPlan memory) {
    return new DnsSettings(
        new PipelineSettings(
            new CachePolicy(
                config.get(ConfigKeys.DNS_CACHE_MAX_TTL).toMillis(),
                config.get(ConfigKeys.DNS_CACHE_MAX_NEGATIVE_TTL).toMillis(),
                config.get(ConfigKeys.DNS_CACHE_SERVE_STALE).toMillis(),
                config.get(ConfigKeys.DNS_CACHE_PREFETCH)),
            memory.queriesThatFit(),
            Math.min(memory.queriesThatFit(), config.get(ConfigKeys.DNS_MAX_INFLIGHT_PER_CLIENT)),
            config.get(ConfigKeys.DNS_REFUSED_PER_SECOND)),
        new RelaySettings(
            config.get(ConfigKeys.DNS_RELAY_TIMEOUT).toNanos(),
            config.get(ConfigKeys.DNS_RELAY_HEALTH_INTERVAL).toNanos()),
        new TcpLimits(
            config.get(ConfigKeys.DNS_TCP_MAX_CONNECTIONS),
            config.get(ConfigKeys.DNS_TCP_MAX_CONNECTIONS_PER_CLIENT),
            config.get(ConfigKeys.DNS_TCP_IDLE_TIMEOUT).toMillis()));
  }

  /**
   * The settings of compiled zones.
   *
   * @param listen where DNS is served: the addresses of the zone's name server
   */
  static ZoneSettings zones(
      BridgeConfig config, LocalRegion local, Collection<InetSocketAddress> listen) {
    List<IpAddress> nameServers =
        listen.stream().map(a -> IpAddress.of(a.getAddress())).distinct().sorted().toList();
    return new ZoneSettings(
        Name.fromConstantString(config.get(ConfigKeys.REGION_DOMAIN) + "."),
        config.get(ConfigKeys.DNS_TTL),
        local.podCidrs().cidrs(),
        nameServers,
        peers(config, local));
  }

  /**
   * The settings of the control plane.
   *
   * @param directoryRoom octets for the local Services
   */
  static RegionSettings regions(BridgeConfig config, long directoryRoom) {
    return new RegionSettings(
        config.get(ConfigKeys.REGION_NAME),
        config.get(ConfigKeys.REGION_DOMAIN).name(),
        config.get(ConfigKeys.REGION_POD_CIDRS),
        config.get(ConfigKeys.REGION_SERVICE_CIDRS),
        AliasKeys.LOCAL.ranges(config.get(ConfigKeys.REGION_ALIAS_RANGES)),
        config.get(ConfigKeys.REGIONS).stream().map(Settings::peer).toList(),
        config.get(ConfigKeys.TRUST_SUPERNETS),
        config.get(ConfigKeys.ALL_NAMES_DOMAIN).map(RegionDomain::name),
        config.get(ConfigKeys.DNS_LISTEN),
        config.get(ConfigKeys.ADMIN_LISTEN).getPort(),
        config.get(ConfigKeys.DIRECTORY_FILES),
        directoryRoom,
        config.get(ConfigKeys.OVERLAY_KEYS),
        overlay(config),
        new RegionSettings.Egress(
            config.get(ConfigKeys.EGRESS_ENGINE),
            config.get(ConfigKeys.EGRESS_NAMESPACES),
            config.get(ConfigKeys.EGRESS_EXCLUDE_NAMESPACES),
            config.get(ConfigKeys.EGRESS_MIN_PREFIX_IPV4),
            config.get(ConfigKeys.EGRESS_MIN_PREFIX_IPV6),
            config.get(ConfigKeys.EGRESS_SERVICE_CIDRS)),
        new RegionSettings.Cluster(
            config.get(ConfigKeys.KUBERNETES_ROUTER_LABEL),
            config.get(ConfigKeys.KUBERNETES_FORWARD_TO) == ForwardTo.SERVICE
                ? Optional.of(config.get(ConfigKeys.KUBERNETES_SERVICE))
                : Optional.empty(),
            config.netBird(),
            multiCluster(config)));
  }

  /** The domain of imported Services, if the Multi-Cluster Services API is on. */
  static Optional<String> multiCluster(BridgeConfig config) {
    return config.get(ConfigKeys.MULTICLUSTER_ENABLED) && config.get(ConfigKeys.KUBERNETES_ENABLED)
        ? Optional.of(config.get(ConfigKeys.MULTICLUSTER_DOMAIN).toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  private static RegionSettings.Peer peer(Values peer) {
    AliasRanges aliases = AliasKeys.PEER.ranges(peer.get(ConfigKeys.PEER_ALIAS_RANGES));
    return new RegionSettings.Peer(
        peer.get(ConfigKeys.PEER_NAME),
        Optional.of(peer.get(ConfigKeys.PEER_DOMAIN)),
        aliases.known(peer.get(ConfigKeys.PEER_POD_CIDRS)),
        aliases.known(peer.get(ConfigKeys.PEER_SERVICE_CIDRS)),
        peer.get(ConfigKeys.PEER_GATEWAYS).stream().distinct().toList(),
        peer.get(ConfigKeys.PEER_CONTAIN),
        peer.get(ConfigKeys.PEER_WIREGUARD_PUBLIC_KEY)
            .map(key ->
                new RegionSettings.Tunnel(
                    key,
                    peer.get(ConfigKeys.PEER_WIREGUARD_ENDPOINT),
                    peer.get(ConfigKeys.PEER_WIREGUARD_KEEPALIVE))),
        Set.copyOf(peer.get(ConfigKeys.PEER_OVERLAY_KEYS)));
  }

  private static RegionSettings.Overlay overlay(BridgeConfig config) {
    return new RegionSettings.Overlay(
        config.get(ConfigKeys.OVERLAY_MODE),
        config.get(ConfigKeys.OVERLAY_INTERFACE),
        config.get(ConfigKeys.OVERLAY_ADDRESS).map(address -> own(address, Optional.empty())),
        config.get(ConfigKeys.OVERLAY_NODES).stream()
            .collect(
                Collectors.toMap(
                    entry -> entry.get(ConfigKeys.NODE_NAME),
                    entry ->
                        own(
                            entry.get(ConfigKeys.NODE_ADDRESS),
                            entry.get(ConfigKeys.NODE_ENDPOINT)),
                    (first, _) -> first)),
        config.get(ConfigKeys.OVERLAY_LISTEN_PORT),
        config.get(ConfigKeys.DNS_CACHE_SERVE_STALE));
  }

  private static RegionSettings.Own own(HostInNetwork host, Optional<InetSocketAddress> endpoint) {
    return new RegionSettings.Own(host.address(), host.prefixLength(), endpoint);
  }

  /** What peers are given of the directory, by name and by feed alike. */
  private static PeerRule peers(BridgeConfig config, LocalRegion local) {
    return PeerRule.of(
        new RegionSettings.Directory(
            config.get(ConfigKeys.DIRECTORY_EXPORT),
            Set.copyOf(config.get(ConfigKeys.DIRECTORY_EXCLUDE_NAMESPACES)),
            config.get(ConfigKeys.DIRECTORY_CLUSTER_IP)),
        local);
  }
}
