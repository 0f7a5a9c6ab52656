package io.regionbridge.router.coredns;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must be written so that CoreDNS forwards as it should. Made by {@link #of}, pure. */
public sealed interface CoreDnsPlan {
  /** Our key of {@code coredns-custom}. */
  String KEY = "region-bridge.server";

  /** All is as it should be. */
  record Nothing() implements CoreDnsPlan {}

  /** Nothing can be written. */
  record Impossible(String reason, String message) implements CoreDnsPlan {}

  /** Our key of {@code coredns-custom} must have this content; empty: the key must be removed. */
  record CustomKey(Optional<String> before, Optional<String> content) implements CoreDnsPlan {}

  /** The Corefile must be replaced, if it still is {@code before}. */
  record Corefile(ConfigMapFacts before, String corefile) implements CoreDnsPlan {}

  /** The {@code HelmChartConfig} of RKE2 must have these values; empty: it must be removed. */
  record HelmValues(Optional<String> values) implements CoreDnsPlan {}

  /**
   * What must be written in a cluster. Zones in other people's blocks are left out, see {@link
   * #taken}.
   *
   * @param zones what CoreDNS forwards; none: remove what we wrote
   * @param upstreams not empty if there are zones
   */
  static CoreDnsPlan of(
      ClusterView view, List<ForwardedZones> zones, List<InetSocketAddress> upstreams) {
    ForeignZones foreign = ForeignZones.of(view);
    if (foreign.problem().isPresent() && !zones.isEmpty()) {
      return new Impossible(
          "CorefileRefused",
          "CoreDNS loads no configuration as it is, with the bridge's blocks or without: %s; mend it"
                  .formatted(foreign.problem().get())
              + " there");
    }
    return switch (CoreDnsKind.of(view)) {
      case CoreDnsKind.Imported(String port) ->
          custom(
              view.configMaps().get(ClusterWatcher.COREDNS_CUSTOM),
              text(zones, foreign, port, upstreams));
      case CoreDnsKind.Corefile(String port, ConfigMapFacts map) ->
          corefile(map, text(zones, foreign, port, upstreams));
      case CoreDnsKind.HelmValues(String port, String corefile) ->
          values(zones, foreign, port, upstreams, corefile);
      case CoreDnsKind.Unknown() ->
          new Impossible(
              "CoreDNSNotFound",
              "no ConfigMap coredns or rke2-coredns-rke2-coredns in kube-system: forward the"
                  + " regions' domains to the bridge by hand");
    };
  }

  /** What of the zones stands in somebody else's blocks, and where, in words; empty: nothing. */
  static List<String> taken(ClusterView view, List<ForwardedZones> zones) {
    ForeignZones foreign = ForeignZones.of(view);
    return switch (CoreDnsKind.of(view)) {
      case CoreDnsKind.Imported(String port) -> ZoneChoice.of(zones, foreign, port).taken();
      case CoreDnsKind.Corefile(String port, _) -> ZoneChoice.of(zones, foreign, port).taken();
      case CoreDnsKind.HelmValues(String port, _) -> ZoneChoice.of(zones, foreign, port).taken();
      case CoreDnsKind.Unknown _ -> List.of();
    };
  }

  /** Whether CoreDNS forwards a zone now that is not among these. */
  static boolean givesUpAZone(ClusterView view, List<ForwardedZones> zones) {
    String text =
        switch (CoreDnsKind.of(view)) {
          case CoreDnsKind.Imported _ ->
              Optional.ofNullable(view.configMaps().get(ClusterWatcher.COREDNS_CUSTOM))
                  .map(map -> map.data().getOrDefault(KEY, ""))
                  .orElse("");
          case CoreDnsKind.Corefile(_, ConfigMapFacts map) ->
              map.data().getOrDefault(CoreDnsKind.COREFILE, "");
          case CoreDnsKind.HelmValues(_, String corefile) -> corefile;
          case CoreDnsKind.Unknown _ -> "";
        };
    Set<String> wanted = ZoneChoice.names(zones);
    return io.regionbridge.router.coredns.Corefile.parse(text).blocks().stream()
        .filter(ServerBlock::ours)
        .flatMap(block -> block.zones().stream())
        .anyMatch(zone -> !wanted.contains(zone.name()));
  }

  private static Optional<String> text(
      List<ForwardedZones> zones,
      ForeignZones foreign,
      String port,
      List<InetSocketAddress> upstreams) {
    List<ForwardedZones> free = ZoneChoice.of(zones, foreign, port).written();
    return free.isEmpty()
        ? Optional.empty()
        : Optional.of(ServerBlocks.text(free, port, upstreams));
  }

  private static CoreDnsPlan values(
      List<ForwardedZones> zones,
      ForeignZones foreign,
      String port,
      List<InetSocketAddress> upstreams,
      String corefile) {
    if (zones.isEmpty()) {
      return new HelmValues(Optional.empty());
    }
    io.regionbridge.router.coredns.Corefile parsed =
        io.regionbridge.router.coredns.Corefile.parse(corefile);
    List<ServerBlock> others =
        Stream.concat(parsed.snippets().stream(), parsed.blocks().stream())
            .filter(block -> !block.ours())
            .toList();
    if (others.stream().noneMatch(block -> block.has(ClusterDomains.PLUGIN))) {
      // The values replace all servers: without the cluster's own it would have no DNS.
      return new Impossible(
          "ClusterZoneNotFound",
          "no server block of ConfigMap kube-system/rke2-coredns-rke2-coredns has the plugin"
              + " kubernetes: add the regions' servers to HelmChartConfig rke2-coredns by hand");
    }
    return new HelmValues(
        Optional.of(
            Rke2Values.text(
                others, ZoneChoice.of(zones, foreign, port).written(), port, upstreams)));
  }

  private static CoreDnsPlan custom(@Nullable ConfigMapFacts map, Optional<String> wanted) {
    Optional<String> there = Optional.ofNullable(map).map(m -> m.data().get(KEY));
    return there.equals(wanted) ? new Nothing() : new CustomKey(there, wanted);
  }

  private static CoreDnsPlan corefile(ConfigMapFacts map, Optional<String> blocks) {
    String before = map.data().getOrDefault(CoreDnsKind.COREFILE, "");
    String after =
        blocks
            .map(text -> CorefileEditor.with(before, text))
            .orElseGet(() -> CorefileEditor.without(before));
    return after.equals(before) ? new Nothing() : new Corefile(map, after);
  }
}
