package io.regionbridge.router.coredns;

import io.regionbridge.router.net.SocketLiteral;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Helm values for RKE2's CoreDNS chart. Its list of servers replaces the chart's own, so that the
 * server of the cluster's domain has to be in it as the chart would have it. Pure.
 */
final class Rke2Values {
  private Rke2Values() {}

  static String text(
      List<ForwardZone> zones, int port, List<InetSocketAddress> upstreams, String domain) {
    String to =
        upstreams.stream()
            .limit(ServerBlocks.MOST_UPSTREAMS)
            .map(SocketLiteral::format)
            .sorted()
            .collect(Collectors.joining(" "));
    return cluster(port, domain)
        + zones.stream().map(zone -> server(zone, port, to)).collect(Collectors.joining());
  }

  private static String cluster(int port, String domain) {
    return """
    servers:
    - zones:
      - zone: .
      port: %d
      plugins:
      - name: errors
      - name: health
        configBlock: |-
          lameduck 5s
      - name: ready
      - name: kubernetes
        parameters: %s in-addr.arpa ip6.arpa
        configBlock: |-
          pods insecure
          fallthrough in-addr.arpa ip6.arpa
          ttl 30
      - name: prometheus
        parameters: 0.0.0.0:9153
      - name: forward
        parameters: . /etc/resolv.conf
      - name: cache
        parameters: 30
      - name: loop
      - name: reload
      - name: loadbalance
    """
        .formatted(port, domain);
  }

  private static String server(ForwardZone zone, int port, String to) {
    String zones =
        zone.zones().stream()
            .map(name -> "  - zone: \"" + name + "\"\n")
            .collect(Collectors.joining());
    return """
    - zones:
    %s  port: %d
      plugins:
      - name: errors
      - name: forward
        parameters: . %s
        configBlock: |-
          max_fails 2
          expire 30s
    """
        .formatted(zones, port, to);
  }
}
