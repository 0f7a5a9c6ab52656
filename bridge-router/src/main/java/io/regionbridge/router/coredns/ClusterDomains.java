package io.regionbridge.router.coredns;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.net.ReverseDomains;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The domains under which a cluster's own CoreDNS serves its Services: the zones of the plugin
 * {@code kubernetes}, without reverse zones. Pure.
 *
 * @param names in lower case, without a final dot; the first is what the cluster calls itself.
 *     Never empty: the default is {@code cluster.local}
 */
public record ClusterDomains(List<String> names) {
  /** The plugin that serves them. */
  static final String PLUGIN = "kubernetes";

  /** The default domain of clusters. */
  public static final ClusterDomains DEFAULT = new ClusterDomains(List.of("cluster.local"));

  public ClusterDomains {
    names = List.copyOf(names);
  }

  /** Reads the domains from a cluster's Corefile. */
  public static ClusterDomains of(ClusterView view) {
    List<String> names =
        Stream.of(ClusterWatcher.RKE2_COREDNS, ClusterWatcher.COREDNS)
            .flatMap(name -> Optional.ofNullable(view.configMaps().get(name)).stream())
            .map(ConfigMapFacts::data)
            .flatMap(data -> Optional.ofNullable(data.get(CoreDnsKind.COREFILE)).stream())
            .map(Corefile::parse)
            .flatMap(corefile ->
                corefile.blocks().stream()
                    .flatMap(block -> zones(block, corefile.directives(block))))
            .map(Zone::name)
            .filter(name -> !name.equals(".") && !name.endsWith(ReverseDomains.SUFFIX))
            .distinct()
            .toList();
    return names.isEmpty() ? DEFAULT : new ClusterDomains(names);
  }

  /** Without arguments, the plugin serves the zones of its block. */
  private static Stream<Zone> zones(ServerBlock block, List<Directive> directives) {
    return directives.stream()
        .filter(directive -> directive.name().equals(PLUGIN))
        .flatMap(directive ->
            directive.arguments().isEmpty()
                ? block.zones().stream()
                : directive.arguments().stream()
                    .map(Zone::read)
                    .flatMap(read ->
                        read instanceof Zone.Read.Zones(List<Zone> zones)
                            ? zones.stream()
                            : Stream.of()));
  }
}
