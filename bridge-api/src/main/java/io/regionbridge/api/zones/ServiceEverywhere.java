package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.HostGroup;
import io.regionbridge.dns.zone.HostSet;
import io.regionbridge.dns.zone.HostsElsewhere;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.View;
import io.regionbridge.router.directory.ServiceRegions;
import io.regionbridge.router.directory.ServiceRegions.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of one Service in the domain of all regions. Pure.
 *
 * <p>Of the regions that have the Service, in order of preference with the local one first, the
 * first with ready pods answers. A headless Service, and one with the annotation for spreading, is
 * answered with the pods of all regions. Ready pods of any region come before terminating pods, and
 * a region that cannot be reached answers only if no other can.
 */
final class ServiceEverywhere {
  private ServiceEverywhere() {}

  /**
   * The hosts of a Service that is no alias in the first region that has it; null if it has none.
   *
   * @param zones of the regions' own domains: hosts that are the same there are kept once
   */
  static @Nullable HostsElsewhere hosts(
      byte[] name, ServiceRegions having, Map<String, LocalZone> zones, HostPacker packer) {
    if (having.parts().isEmpty()) {
      return null;
    }
    Part first = having.parts().getFirst();
    ServiceRegions backed = having.only(part -> part.service().facts().externalName() == null);
    List<Part> answering = backed.answering();
    HostsElsewhere last = null;
    for (Part part : backed.parts().reversed()) {
      boolean answers = answering.contains(part);
      if (answers || part.service().hasHostnames()) {
        HostSet hosts = kept(packer.hosts(part.service()), name, part, zones);
        boolean led = !part.region().local() && !part.service().facts().clusterIps().isEmpty();
        HostSet self = led ? packer.own(part.service().facts()) : hosts;
        last = HostsElsewhere.of(name, packer.place(part.region()), self, hosts, answers, last);
      }
    }
    return last == null && first.service().facts().isClusterIp()
        ? HostsElsewhere.of(
            name, packer.place(first.region()), HostSet.NONE, HostSet.NONE, true, null)
        : last;
  }

  private static HostSet kept(HostSet hosts, byte[] name, Part part, Map<String, LocalZone> zones) {
    HostGroup group = group(name, part, zones);
    HostSet there = group == null ? hosts : group.hosts(View.PODS);
    return there.equals(hosts) ? there : hosts;
  }

  /** The name as the zone of the first region has it, to be kept once; the same one if none has. */
  static byte[] kept(byte[] name, ServiceRegions having, Map<String, LocalZone> zones) {
    HostGroup group =
        having.parts().isEmpty() ? null : group(name, having.parts().getFirst(), zones);
    return group == null ? name : group.name();
  }

  private static @Nullable HostGroup group(byte[] name, Part part, Map<String, LocalZone> zones) {
    LocalZone zone = zones.get(part.region().region());
    return zone == null ? null : zone.hosts(name);
  }

  /** The name that an alias leads to in the first region that has the Service; null if none. */
  static @Nullable String alias(ServiceRegions having) {
    List<Part> parts = having.parts();
    return parts.isEmpty() ? null : parts.getFirst().service().facts().externalName();
  }

  /** Says of each region that has the Service why it answers or does not. */
  static List<String> explain(ServiceRegions having) {
    List<Part> chosen = having.answering();
    List<String> lines = new ArrayList<>();
    for (Part part : having.parts()) {
      lines.add(
          "%s: %s, %d of %d endpoints ready%s"
              .formatted(
                  part.region().region(),
                  part.region().distance(),
                  part.ready().size(),
                  part.service().endpoints().size(),
                  outcome(part, chosen.contains(part))));
    }
    return lines;
  }

  private static String outcome(Part part, boolean answers) {
    if (answers) {
      return ", answers";
    }
    boolean could = part.region().reachable() && !part.ready().isEmpty();
    return could ? ", not needed: a nearer region answers" : "";
  }

  /** The names of the regions that answer. */
  static List<String> answering(ServiceRegions having) {
    return having.answering().stream().map(part -> part.region().region()).toList();
  }
}
