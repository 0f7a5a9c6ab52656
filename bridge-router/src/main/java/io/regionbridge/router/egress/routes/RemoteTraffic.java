package io.regionbridge.router.egress.routes;

import io.regionbridge.router.discovery.GatewayView;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What leaves the region and by whom.
 *
 * @param node the active gateway, or the router node that carries pods' packets in its place
 * @param address of that node in the cluster
 * @param destinations the ranges of all peers, in order
 * @param pods the region's own pod ranges
 */
record RemoteTraffic(String node, InetAddress address, List<Cidr> destinations, List<Cidr> pods) {
  RemoteTraffic {
    destinations = List.copyOf(destinations);
    pods = List.copyOf(pods);
  }

  /** Nothing is to leave it. */
  static final RemoteTraffic NONE =
      new RemoteTraffic("", InetAddress.ofLiteral("0.0.0.0"), List.of(), List.of());

  /**
   * Reads the objects; empty if they say nothing.
   *
   * @param last what held before: it names the gateway while its role moves
   */
  static Optional<RemoteTraffic> of(GatewayView view, Optional<RemoteTraffic> last) {
    if (!view.known()) {
      return last;
    }
    if (view.routers().stream().noneMatch(router -> router.egress().isPresent())) {
      // Another engine is at work, or the bridges were taken away.
      return Optional.of(NONE);
    }
    return view.holder()
        .or(() -> last.map(RemoteTraffic::node))
        .flatMap(view::router)
        .flatMap(router ->
            router
                .carrier()
                .flatMap(view::router)
                .flatMap(carrier -> through(router, carrier))
                .or(() -> through(router, router)))
        .or(() -> last);
  }

  /** What a router node says of, by another one or by itself. */
  private static Optional<RemoteTraffic> through(RouterNodeFacts router, RouterNodeFacts carrier) {
    return IpLiteral.parse(orEmpty(carrier.spec().nodeAddress()))
        .flatMap(address ->
            router
                .egress()
                .map(egress ->
                    new RemoteTraffic(
                        carrier.name(),
                        address,
                        egress.values().stream().flatMap(List::stream).sorted().distinct().toList(),
                        cidrs(router.spec().podCidrs()))));
  }

  private static List<Cidr> cidrs(@Nullable List<String> texts) {
    return texts == null
        ? List.of()
        : texts.stream().flatMap(text -> Cidr.parse(text).get().stream()).sorted().toList();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
