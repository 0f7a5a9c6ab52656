package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ranges that a network plugin's own IPAM gives pods addresses from. Pure. */
final class Pools {
  private Pools() {}

  /** What Cilium gave to a node, of its one pool or of several. */
  static List<Cidr> ofCiliumNode(GenericKubernetesResource node) {
    Stream<?> pools =
        node.get("spec", "ipam", "pools", "allocated") instanceof List<?> list
            ? list.stream()
            : Stream.of();
    return Stream.concat(
            Ranges.in(node, "spec", "ipam", "podCIDRs").stream(),
            pools.flatMap(
                pool -> pool instanceof Map<?, ?> map ? texts(map.get("cidrs")) : Stream.of()))
        .sorted()
        .distinct()
        .toList();
  }

  /** A CiliumPodIPPool. */
  static List<Cidr> ofCilium(GenericKubernetesResource pool) {
    return Stream.of("ipv4", "ipv6")
        .flatMap(family -> Ranges.in(pool, "spec", family, "cidrs").stream())
        .toList();
  }

  /** An IPPool of Calico, unless it is switched off or is not for pods. */
  static List<Cidr> ofCalico(GenericKubernetesResource pool) {
    boolean off = Boolean.TRUE.equals(pool.get("spec", "disabled"));
    boolean forOthers =
        pool.get("spec", "allowedUses") instanceof List<?> uses
            && !uses.isEmpty()
            && !uses.contains("Workload");
    Object range = pool.get("spec", "cidr");
    return off || forOthers || range == null ? List.of() : Ranges.valid(List.of(range.toString()));
  }

  private static Stream<Cidr> texts(@Nullable Object list) {
    return list instanceof List<?> texts
        ? Ranges.valid(texts.stream().map(String::valueOf).toList()).stream()
        : Stream.of();
  }
}
