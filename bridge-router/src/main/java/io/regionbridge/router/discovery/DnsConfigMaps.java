package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads once how the cluster's DNS is configured, for callers that do not watch. Blocks. */
public final class DnsConfigMaps {
  private static final List<String> NAMES =
      List.of(ClusterWatcher.COREDNS, ClusterWatcher.COREDNS_CUSTOM, ClusterWatcher.RKE2_COREDNS);

  private DnsConfigMaps() {}

  /**
   * Reads a view with CoreDNS's ConfigMaps only.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if they cannot be read
   */
  public static ClusterView read(KubernetesClient client) {
    Map<String, ConfigMapFacts> maps = new LinkedHashMap<>();
    for (String name : NAMES) {
      ConfigMap map = client.configMaps().inNamespace(ClusterWatcher.SYSTEM).withName(name).get();
      if (map != null) {
        maps.put(name, ConfigMapFacts.of(map, Set.of()));
      }
    }
    return ClusterView.ofConfigMaps(maps);
  }
}
