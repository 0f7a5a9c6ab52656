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

  /**
   * A name that does not exist (RFC 6761, section 6.4) and is not forwarded. It is what a block of
   * the bridge is known by: tools that write a Corefile anew, such as kubeadm, leave comments out.
   */
  static final String MARK = "region-bridge.invalid";

  private ServerBlocks() {}

  /**
   * Formats one block for each of the zones.
   *
   * @param port that CoreDNS serves its other zones on
   */
  static String text(List<ForwardedZones> zones, String port, List<InetSocketAddress> upstreams) {
    String to = to(upstreams);
    return zones.stream().map(zone -> block(zone, port, to)).collect(Collectors.joining("\n"));
  }

  /** The arguments of {@code forward} behind the zone. */
  static String to(List<InetSocketAddress> upstreams) {
    return upstreams.stream()
        .limit(MOST_UPSTREAMS)
        .map(SocketLiteral::format)
        .sorted()
        .collect(Collectors.joining(" "));
  }

  /** No cache: the bridge has one, and a second one would hold failures for its five seconds. */
  private static String block(ForwardedZones zone, String port, String to) {
    String names =
        zone.zones().stream().map(name -> name + ":" + port).collect(Collectors.joining(" "));
    return """
    %s {
        errors
        forward . %s {
            except %s
            max_fails 2
            expire 30s
        }
    }
    """
        .formatted(names, to, MARK);
  }
}
