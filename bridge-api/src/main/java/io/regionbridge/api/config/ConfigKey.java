package io.regionbridge.api.config;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A key of the configuration and what a change of it takes.
 *
 * @param path as in the file
 * @param effect whether a running process can take it over
 * @param value where {@link BridgeConfig} holds it
 */
public record ConfigKey(String path, Effect effect, Function<BridgeConfig, Object> value) {

  /** What a change of a key takes. */
  public enum Effect {
    /** Nothing: it holds from the next query on. */
    LIVE,
    /** A restart. Until then the value that the process started with holds. */
    RESTART
  }

  /** Every key there is, in the order of the reference. */
  public static final List<ConfigKey> ALL =
      List.of(
          restart("region.name", c -> c.region().name()),
          restart("region.domain", c -> c.region().domain()),
          live("region.podCIDRs", c -> c.region().podCidrs()),
          live("region.serviceCIDRs", c -> c.region().serviceCidrs()),
          restart("dns.listen", c -> c.dns().listen()),
          live("dns.allow", c -> c.dns().allow()),
          live("dns.ttl", c -> c.dns().ttl()),
          restart("dns.cache.maxEntries", c -> c.dns().cache().maxEntries()),
          live("dns.cache.maxTtl", c -> c.dns().cache().maxTtl()),
          live("dns.cache.maxNegativeTtl", c -> c.dns().cache().maxNegativeTtl()),
          live("dns.cache.serveStale", c -> c.dns().cache().serveStale()),
          live("dns.cache.prefetch", c -> c.dns().cache().prefetch()),
          live("dns.relay.timeout", c -> c.dns().relay().timeout()),
          live("dns.relay.healthInterval", c -> c.dns().relay().healthInterval()),
          restart("dns.threads", c -> c.dns().threads()),
          live("dns.drain", c -> c.dns().drain()),
          live("dns.maxInflight", c -> c.dns().maxInflight()),
          live("dns.maxInflightPerClient", c -> c.dns().maxInflightPerClient()),
          live("dns.tcp.maxConnections", c -> c.dns().tcp().maxConnections()),
          live("dns.tcp.maxConnectionsPerClient", c -> c.dns().tcp().maxConnectionsPerClient()),
          live("dns.tcp.idleTimeout", c -> c.dns().tcp().idleTimeout()),
          live("dns.refusedPerSecond", c -> c.dns().refusedPerSecond()),
          restart("dns.tls.listen", c -> c.dns().tls().listen()),
          live("dns.tls.certificate", c -> c.dns().tls().certificate()),
          live("dns.tls.key", c -> c.dns().tls().key()),
          restart("overlay.interface", c -> c.overlay().interfaceName()),
          restart("overlay.mode", c -> c.overlay().mode()),
          restart("overlay.address", c -> c.overlay().address()),
          live("overlay.nodes", c -> c.overlay().nodes()),
          restart("overlay.listenPort", c -> c.overlay().listenPort()),
          restart("overlay.keys", c -> c.overlay().keys()),
          restart("kubernetes.enabled", c -> c.kubernetes().enabled()),
          restart("kubernetes.routerLabel", c -> c.kubernetes().routerLabel()),
          restart("kubernetes.forwardTo", c -> c.kubernetes().forwardTo()),
          restart("kubernetes.service", c -> c.kubernetes().service()),
          restart("kubernetes.netbird.hostNetwork", c -> c.kubernetes().netBird().hostNetwork()),
          restart("kubernetes.netbird.namespace", c -> c.kubernetes().netBird().namespace()),
          live("directory.files", c -> c.directory().files()),
          live("directory.clusterIP", c -> c.directory().clusterIp()),
          live("directory.export", c -> c.directory().export()),
          live("directory.excludeNamespaces", c -> c.directory().excludeNamespaces()),
          live("egress.engine", c -> c.egress().engine()),
          live("egress.namespaces", c -> c.egress().namespaces()),
          live("egress.excludeNamespaces", c -> c.egress().excludeNamespaces()),
          live("egress.serviceCIDRs", c -> c.egress().serviceCidrs()),
          live("egress.minPrefixIPv4", c -> c.egress().minPrefixIpv4()),
          live("egress.minPrefixIPv6", c -> c.egress().minPrefixIpv6()),
          live("egress.encapsulation", c -> c.egress().encapsulation()),
          live("regions", BridgeConfig::regions),
          restart("admin.listen", c -> c.admin().listen()),
          restart("admin.tokenFile", c -> c.admin().tokenFile()),
          restart("admin.tls", c -> c.admin().tls()));

  /** Where a key of this name is, if some section has it. */
  static Optional<String> elsewhere(String name) {
    String plain = Suggestion.plain(name);
    return ALL.stream()
        .map(ConfigKey::path)
        .filter(path -> Suggestion.plain(path.substring(path.lastIndexOf('.') + 1)).equals(plain))
        .findFirst();
  }

  private static ConfigKey live(String path, Function<BridgeConfig, Object> value) {
    return new ConfigKey(path, Effect.LIVE, value);
  }

  private static ConfigKey restart(String path, Function<BridgeConfig, Object> value) {
    return new ConfigKey(path, Effect.RESTART, value);
  }
}
