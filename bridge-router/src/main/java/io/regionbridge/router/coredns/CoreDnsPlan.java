package io.regionbridge.router.coredns;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What has to be written so that CoreDNS forwards as it should. Made by {@link #of}, pure. */
public sealed interface CoreDnsPlan {
  /** Our key of {@code coredns-custom}. */
  String KEY = "region-bridge.server";

  /** All is as it should be. */
  record Nothing() implements CoreDnsPlan {}

  /** Nothing can be written. */
  record Impossible(String reason, String message) implements CoreDnsPlan {}

  /**
   * Our key of {@code coredns-custom} is to have this content.
   *
   * @param before what it has
   * @param content empty: the key is to go
   */
  record CustomKey(Optional<String> before, Optional<String> content) implements CoreDnsPlan {}

  /**
   * The Corefile is to be replaced.
   *
   * @param before the version that it replaces
   */
  record Corefile(ConfigMapFacts before, String corefile) implements CoreDnsPlan {}

  /**
   * The {@code HelmChartConfig} of RKE2 is to have these values; whoever carries it out compares
   * first.
   *
   * @param values empty: the object is to go
   */
  record HelmValues(Optional<String> values) implements CoreDnsPlan {}

  /**
   * What has to be written in a cluster as it is seen now. Zones that somebody else's blocks have
   * are left out, see {@link #taken}.
   *
   * @param zones what CoreDNS is to forward; none: nothing, what we wrote is to go
   * @param upstreams where to; not empty if there are zones
   */
  static CoreDnsPlan of(
      ClusterView view, List<ForwardZone> zones, List<InetSocketAddress> upstreams) {
    TakenZones taken = TakenZones.of(view);
    return switch (CoreDnsKind.of(view)) {
      case CoreDnsKind.Imported(int port) ->
          custom(
              view.configMaps().get(ClusterWatcher.COREDNS_CUSTOM),
              text(taken.free(zones, port), port, upstreams));
      case CoreDnsKind.Corefile(int port, ConfigMapFacts map) ->
          corefile(map, text(taken.free(zones, port), port, upstreams));
      case CoreDnsKind.HelmValues(int port, String domain) ->
          new HelmValues(
              zones.isEmpty()
                  ? Optional.empty()
                  : Optional.of(Rke2Values.text(zones, port, upstreams, domain)));
      case CoreDnsKind.Unknown() ->
          new Impossible(
              "CoreDNSNotFound",
              "no ConfigMap coredns or rke2-coredns-rke2-coredns in kube-system: forward the"
                  + " regions' domains to the bridge by hand");
    };
  }

  /** What of the zones stands in somebody else's blocks, and where, in words; empty: nothing. */
  static Optional<String> taken(ClusterView view, List<ForwardZone> zones) {
    return switch (CoreDnsKind.of(view)) {
      case CoreDnsKind.Imported(int port) -> TakenZones.of(view).told(zones, port);
      case CoreDnsKind.Corefile(int port, _) -> TakenZones.of(view).told(zones, port);
      case CoreDnsKind.HelmValues _, CoreDnsKind.Unknown _ -> Optional.empty();
    };
  }

  /** Whether a zone that CoreDNS forwards now would not be any more; of RKE2 it is not known. */
  default boolean givesUpAZone() {
    return switch (this) {
      case Nothing() -> false;
      case Impossible(_, _) -> false;
      case HelmValues(_) -> false;
      case CustomKey(Optional<String> before, Optional<String> content) ->
          ForwardedZones.givenUp(before.orElse(""), content.orElse(""));
      case Corefile(ConfigMapFacts before, String after) ->
          ForwardedZones.givenUp(before.data().getOrDefault(CoreDnsKind.COREFILE, ""), after);
    };
  }

  private static Optional<String> text(
      List<ForwardZone> zones, int port, List<InetSocketAddress> upstreams) {
    return zones.isEmpty()
        ? Optional.empty()
        : Optional.of(ServerBlocks.text(zones, port, upstreams));
  }

  private static CoreDnsPlan custom(@Nullable ConfigMapFacts map, Optional<String> wanted) {
    Optional<String> there = Optional.ofNullable(map).map(m -> m.data().get(KEY));
    return there.equals(wanted) ? new Nothing() : new CustomKey(there, wanted);
  }

  private static CoreDnsPlan corefile(ConfigMapFacts map, Optional<String> block) {
    String before = map.data().getOrDefault(CoreDnsKind.COREFILE, "");
    Optional<String> after =
        block.isPresent()
            ? CorefileEditor.with(before, block.get())
            : CorefileEditor.without(before);
    if (after.isEmpty()) {
      return new Impossible(
          "MarksBroken",
          "the marks of region-bridge in the Corefile do not match: remove the lines from BEGIN to"
              + " END by hand, they will be written anew");
    }
    return after.get().equals(before) ? new Nothing() : new Corefile(map, after.get());
  }
}
