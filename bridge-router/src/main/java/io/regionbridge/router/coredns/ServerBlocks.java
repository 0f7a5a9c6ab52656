package io.regionbridge.router.coredns;

import io.regionbridge.router.net.SocketLiteral;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The text of server blocks that forward zones to the bridge. Pure; uses no option that CoreDNS
 * 1.10 does not have.
 */
final class ServerBlocks {
  /** More than these, CoreDNS refuses. */
  static final int MOST_UPSTREAMS = 15;

  private ServerBlocks() {}

  /**
   * One block for each of the zones.
   *
   * @param port that the cluster's CoreDNS serves its other zones on
   * @param upstreams the bridges, not empty
   */
  static String text(List<ForwardZone> zones, int port, List<InetSocketAddress> upstreams) {
    String to =
        upstreams.stream()
            .limit(MOST_UPSTREAMS)
            .map(SocketLiteral::format)
            .sorted()
            .collect(Collectors.joining(" "));
    return zones.stream().map(zone -> block(zone, port, to)).collect(Collectors.joining("\n"));
  }

  /** No cache: the bridge has one, and a second one would hold failures for its five seconds. */
  private static String block(ForwardZone zone, int port, String to) {
    String names =
        zone.zones().stream().map(name -> name + ":" + port).collect(Collectors.joining(" "));
    return """
    %s {
        errors
        forward . %s {
            max_fails 2
            expire 30s
        }
    }
    """
        .formatted(names, to);
  }
}
