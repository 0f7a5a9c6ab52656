package io.regionbridge.router.discovery;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Learns the ranges of ClusterIPs from those in use, for API servers that do not publish them (the
 * ServiceCIDR API is on since Kubernetes 1.33). The shortest prefix that all of them share cannot
 * be wider than the real range, and it grows with the Services; it holds every address that a peer
 * could be given.
 *
 * <p>The API server would also name its range when it refuses a Service with a ClusterIP outside of
 * it, even in a dry run. That takes the right to create Services, with which whoever has the
 * bridge's token could draw other traffic to himself by {@code externalIPs} (CVE-2020-8554): too
 * much for what it gives. Who wants the range exactly configures {@code region.serviceCIDRs}.
 */
public final class ClusterIpSpan {
  private ClusterIpSpan() {}

  /** The ranges, one for each family; none where the API server publishes them itself. */
  public static List<Cidr> of(Directory directory, ClusterView view) {
    if (!view.serviceCidrs().isEmpty() || !directory.complete()) {
      return List.of();
    }
    Map<Boolean, Cidr> spans = new TreeMap<>();
    directory.forEach(service ->
        service.facts().clusterIps().stream()
            .map(IpAddress::toInetAddress)
            .map(Cidr::host)
            .forEach(host -> spans.merge(host.isIpv6(), host, ClusterIpSpan::span)));
    return new ArrayList<>(spans.values());
  }

  /** The smallest range that both are in. */
  static Cidr span(Cidr one, Cidr other) {
    Cidr span = one;
    while (!span.contains(other)) {
      span = Cidr.containing(span.network(), span.prefixLength() - 1);
    }
    return span;
  }
}
