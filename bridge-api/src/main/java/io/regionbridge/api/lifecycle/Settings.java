package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.zones.ZoneSettings;
import io.regionbridge.dns.DnsSettings;
import io.regionbridge.dns.cache.CachePolicy;
import io.regionbridge.dns.relay.PipelineSettings;
import io.regionbridge.dns.server.TcpLimits;
import io.regionbridge.dns.upstream.RelaySettings;
import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.topology.LocalRegion;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
