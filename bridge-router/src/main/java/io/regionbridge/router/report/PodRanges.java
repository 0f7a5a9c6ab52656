package io.regionbridge.router.report;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.topology.LocalRegion;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether the pod ranges that the region announces are those that its pods are in. Where they are
 * discovered from a source that means nothing with the cluster's network plugin, peers refuse every
 * answer. Pods are seen as the endpoints of Services; those on the host network are left out. Owned
 * by one thread.
 */
public final class PodRanges {
  private static final String CONDITION = "PodRangesCover";
  private static final int MOST_NAMED = 3;

  private Directory seen = Directory.EMPTY;
  private Optional<LocalRegion> region = Optional.empty();
  private Finding last =
      new Finding(CONDITION, State.UNKNOWN, "NotListed", "the pods are not known yet");

  /** Compares the ranges with the pods if either changed. */
  public Finding look(Directory directory, LocalRegion local) {
    boolean same =
        directory == seen
            && region
                .filter(before -> before.podCidrs().equals(local.podCidrs()))
                .filter(before -> before.nodeAddresses().equals(local.nodeAddresses()))
                .isPresent();
    if (!same && directory.complete()) {
      seen = directory;
      region = Optional.of(local);
      last = found(directory, local);
    }
    return last;
  }

  private static Finding found(Directory directory, LocalRegion local) {
    List<Cidr> ranges = local.podCidrs().cidrs();
    Set<InetAddress> nodes = new HashSet<>(local.nodeAddresses());
    Set<IpAddress> outside = new HashSet<>();
    Set<String> services = new TreeSet<>();
    directory.forEach(service -> {
      for (Endpoint endpoint : service.endpoints()) {
        if (endpoint.pod() && isOutside(endpoint.address().toInetAddress(), ranges, nodes)) {
          outside.add(endpoint.address());
          services.add(service.facts().key().namespace() + "/" + service.facts().key().name());
        }
      }
    });
    if (outside.isEmpty()) {
      return new Finding(
          CONDITION, State.TRUE, "Covered", "all pods of Services are in " + text(ranges));
    }
    String example =
        outside.stream()
            .sorted()
            .limit(MOST_NAMED)
            .map(IpAddress::toString)
            .collect(Collectors.joining(", "));
    return new Finding(
        CONDITION,
        State.FALSE,
        "PodsOutside",
        "%d %s outside %s (%s; of %s): set region.podCIDRs; peers refuse such addresses"
            .formatted(
                outside.size(),
                outside.size() == 1 ? "pod is" : "pods are",
                text(ranges),
                example,
                services.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))));
  }

  private static boolean isOutside(InetAddress address, List<Cidr> ranges, Set<InetAddress> nodes) {
    return !nodes.contains(address) && ranges.stream().noneMatch(range -> range.contains(address));
  }

  private static String text(List<Cidr> ranges) {
    return ranges.isEmpty()
        ? "the region's ranges, of which none is known"
        : ranges.stream().map(Cidr::toString).collect(Collectors.joining(", "));
  }
}
