package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceRegions;
import io.regionbridge.router.directory.ServiceRegions.Part;
import io.regionbridge.router.directory.ServiceTraits;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The exports of one Service in all regions, merged (KEP-1645, "Constraints and conflict
 * resolution"). Ports are joined. Where exports differ in anything else, the oldest one decides; of
 * equally old ones, that of the first region by name. Pure; the order of the regions does not
 * matter.
 *
 * @param headless whether it has no ClusterIP
 * @param ports of all exports
 * @param traits of the export that decides
 * @param labels of the export that decides
 * @param annotations of the export that decides
 * @param regions that export it, in order of preference
 * @param conflicts what the exports disagree about, as text for conditions
 */
record MergedService(
    ServiceKey key,
    boolean headless,
    List<ServiceFacts.Port> ports,
    ServiceTraits traits,
    Map<String, String> labels,
    Map<String, String> annotations,
    ServiceRegions regions,
    Map<ConflictReason, String> conflicts) {
  /** What the API server accepts as {@code appProtocol}. */
  private static final Pattern APPLICATION =
      Pattern.compile("([a-z0-9][a-z0-9.-]*/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");

  /** Merges the exports of a key from regions in order of preference; empty if there are none. */
  static Optional<MergedService> of(ServiceKey key, List<RegionServices> regions) {
    ServiceRegions exporting = ServiceRegions.exporting(key, regions);
    if (exporting.parts().isEmpty()) {
      return Optional.empty();
    }
    List<Part> parts = exporting.byPrecedence();
    Part first = parts.getFirst();
    ServiceFacts facts = first.service().facts();
    return Optional.of(
        new MergedService(
            key,
            !facts.isClusterIp(),
            ports(parts),
            facts.traits(),
            export(first).labels(),
            export(first).annotations(),
            exporting,
            conflicts(parts)));
  }

  /** The names of the regions that export it, sorted. */
  Set<String> exporters() {
    Set<String> names = new TreeSet<>();
    regions.parts().forEach(part -> names.add(part.region().region()));
    return names;
  }

  /** Whether the local region is one of those that export it. */
  boolean isExportedHere() {
    return regions.parts().stream().anyMatch(part -> part.region().local());
  }

  /** Whether a region has a port of the joined ones, and means the same by it. */
  static boolean exposes(Part part, ServiceFacts.Port port) {
    return part.service().facts().ports().stream().anyMatch(own -> same(own, port));
  }

  private static boolean same(ServiceFacts.Port one, ServiceFacts.Port other) {
    return one.name().equals(other.name())
        && one.protocol() == other.protocol()
        && one.port() == other.port();
  }

  private static ClusterSetRole.Exported export(Part part) {
    return Objects.requireNonNull(part.service().facts().export(), "only exports are merged");
  }

  /**
   * The ports of all, as far as one Service can have them: names, and numbers of a protocol, are
   * distinct, and each port of several has a name.
   */
  private static List<ServiceFacts.Port> ports(List<Part> parts) {
    List<ServiceFacts.Port> joined = new ArrayList<>();
    for (Part part : parts) {
      for (ServiceFacts.Port port : part.service().facts().ports()) {
        boolean fits =
            joined.stream()
                .noneMatch(known ->
                    known.name().equals(port.name())
                        || known.name().isEmpty()
                        || port.name().isEmpty()
                        || (known.protocol() == port.protocol() && known.port() == port.port()));
        if (fits) {
          joined.add(
              new ServiceFacts.Port(
                  port.name(),
                  port.protocol(),
                  port.port(),
                  new ServiceFacts.Port.Target.Numbered(port.port()),
                  application(port)));
        }
      }
    }
    return List.copyOf(joined);
  }

  private static @Nullable String application(ServiceFacts.Port port) {
    String application = port.appProtocol();
    return application != null && APPLICATION.matcher(application).matches() ? application : null;
  }

  private static Map<ConflictReason, String> conflicts(List<Part> parts) {
    Map<ConflictReason, String> conflicts = new EnumMap<>(ConflictReason.class);
    Part first = parts.getFirst();
    for (Part other : parts.subList(1, parts.size())) {
      boolean addressed = facts(first).isClusterIp() && facts(other).isClusterIp();
      compare(
          ConflictReason.TYPE,
          part -> facts(part).isClusterIp() ? "a ClusterIP" : "no ClusterIP",
          first,
          other,
          conflicts);
      compare(ConflictReason.PORTS, MergedService::portTexts, first, other, conflicts);
      compare(
          ConflictReason.LABELS,
          part -> new TreeMap<>(export(part).labels()),
          first,
          other,
          conflicts);
      compare(
          ConflictReason.ANNOTATIONS,
          part -> new TreeMap<>(export(part).annotations()),
          first,
          other,
          conflicts);
      if (!addressed) {
        continue; // of a headless Service nothing else has a meaning
      }
      Function<Part, Integer> seconds =
          part -> Objects.requireNonNullElse(facts(part).traits().affinitySeconds(), 0);
      boolean both = seconds.apply(first) > 0 && seconds.apply(other) > 0;
      compare(
          both ? ConflictReason.SESSION_AFFINITY_CONFIG : ConflictReason.SESSION_AFFINITY,
          part -> seconds.apply(part) == 0 ? "None" : seconds.apply(part) + " s for each client",
          first,
          other,
          conflicts);
      compare(
          ConflictReason.INTERNAL_TRAFFIC_POLICY,
          part ->
              Objects.requireNonNullElse(facts(part).traits().internalTrafficPolicy(), "Cluster"),
          first,
          other,
          conflicts);
      compare(
          ConflictReason.TRAFFIC_DISTRIBUTION,
          part -> Objects.requireNonNullElse(facts(part).traits().trafficDistribution(), "none"),
          first,
          other,
          conflicts);
      if (!families(first).isEmpty() && !families(other).isEmpty()) {
        compare(ConflictReason.IP_FAMILIES, MergedService::families, first, other, conflicts);
      }
    }
    return conflicts;
  }

  private static void compare(
      ConflictReason reason,
      Function<Part, ?> property,
      Part first,
      Part other,
      Map<ConflictReason, String> conflicts) {
    Object one = property.apply(first);
    Object two = property.apply(other);
    if (!one.equals(two)) {
      conflicts.putIfAbsent(
          reason,
          "region %s, whose export is the oldest, has %s and region %s has %s"
              .formatted(first.region().region(), one, other.region().region(), two));
    }
  }

  private static ServiceFacts facts(Part part) {
    return part.service().facts();
  }

  private static Set<IpFamily> families(Part part) {
    return new TreeSet<>(facts(part).traits().ipFamilies());
  }

  private static Set<String> portTexts(Part part) {
    Set<String> texts = new TreeSet<>();
    for (ServiceFacts.Port port : facts(part).ports()) {
      String application = application(port);
      texts.add(
          "%s %d/%s%s"
              .formatted(
                  port.name(),
                  port.port(),
                  port.protocol(),
                  application == null ? "" : " " + application)
              .strip());
    }
    return texts;
  }
}
