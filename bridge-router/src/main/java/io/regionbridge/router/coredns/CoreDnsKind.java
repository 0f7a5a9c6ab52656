package io.regionbridge.router.coredns;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import java.util.List;
import java.util.stream.Stream;

/** The ways in which a distribution's CoreDNS takes extra server blocks. */
public sealed interface CoreDnsKind {
  /** The Corefile imports files of the ConfigMap {@code coredns-custom}: k3s, AKS. */
  record Imported(String port) implements CoreDnsKind {}

  /**
   * Helm values in an object {@code HelmChartConfig}: RKE2. Helm makes {@code corefile} of them.
   */
  record HelmValues(String port, String corefile) implements CoreDnsKind {}

  /** The Corefile itself: kubeadm and most others. */
  record Corefile(String port, ConfigMapFacts map) implements CoreDnsKind {}

  /** No CoreDNS that we know how to tell. */
  record Unknown() implements CoreDnsKind {}

  /** The key of a ConfigMap that holds the Corefile. */
  String COREFILE = "Corefile";

  /** Finds out which one a cluster has. Pure. */
  static CoreDnsKind of(ClusterView view) {
    ConfigMapFacts rke2 = view.configMaps().get(ClusterWatcher.RKE2_COREDNS);
    if (rke2 != null) {
      String text = rke2.data().getOrDefault(COREFILE, "");
      return new HelmValues(port(io.regionbridge.router.coredns.Corefile.parse(text)), text);
    }
    ConfigMapFacts coredns = view.configMaps().get(ClusterWatcher.COREDNS);
    String text = coredns == null ? null : coredns.data().get(COREFILE);
    if (coredns == null || text == null) {
      return new Unknown();
    }
    io.regionbridge.router.coredns.Corefile corefile =
        io.regionbridge.router.coredns.Corefile.parse(text);
    return corefile.imports().stream().anyMatch(path -> path.endsWith("custom/*.server"))
        ? new Imported(port(corefile))
        : new Corefile(port(corefile), coredns);
  }

  /** That of the root zone, or else of the cluster's own. */
  private static String port(io.regionbridge.router.coredns.Corefile corefile) {
    List<ServerBlock> blocks = corefile.blocks();
    return Stream.concat(
            blocks.stream()
                .flatMap(block -> block.zones().stream())
                .filter(zone -> zone.name().equals(".")),
            blocks.stream()
                .filter(block -> block.has(ClusterDomains.PLUGIN))
                .flatMap(block -> block.zones().stream()))
        .filter(zone -> zone.transport().equals(Zone.DNS))
        .map(Zone::port)
        .findFirst()
        .orElse(Zone.DEFAULT_PORT);
  }
}
