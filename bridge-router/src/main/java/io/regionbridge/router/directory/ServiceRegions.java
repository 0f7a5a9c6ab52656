package io.regionbridge.router.directory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The regions that have one Service, in order of preference, and which of them answer for it. Pure.
 *
 * <p>Ready pods anywhere come before pods that are about to end, and a region that cannot be
 * reached answers only when no other can.
 */
public final class ServiceRegions {
  /** Of exports that disagree the oldest counts, of equally old ones that of the first name. */
  private static final Comparator<Part> PRECEDENCE =
      Comparator.comparing(Part::exportedAt).thenComparing(part -> part.region().region());

  private final List<Part> parts;
  private final Optional<Part> decisive;

  /** The Service in one region. */
  public record Part(RegionServices region, DirectoryService service) {
    /** The endpoints that take connections. */
    public List<Endpoint> ready() {
      return service.facts().publishNotReadyAddresses() || service.isAll(EndpointState.READY)
          ? service.endpoints()
          : service.endpoints().stream().filter(Endpoint::isReady).toList();
    }

    /** When it was exported; the end of all times if it is not. */
    Instant exportedAt() {
      ClusterSetRole.Exported export = service.facts().export();
      return export == null ? Instant.MAX : export.since();
    }

    /** Those that take connections, or those that are about to end. */
    private List<Endpoint> endpoints(boolean ready) {
      return ready ? ready() : service.endpoints().stream().filter(Endpoint::isDraining).toList();
    }
  }

  private ServiceRegions(List<Part> parts, Optional<Part> decisive) {
    this.parts = List.copyOf(parts);
    this.decisive = decisive;
  }

  /**
   * The regions that have a Service, from regions in order of preference with the local one first.
   */
  public static ServiceRegions having(ServiceKey key, List<RegionServices> regions) {
    List<Part> parts = new ArrayList<>();
    for (RegionServices region : regions) {
      DirectoryService service = region.services().service(key);
      if (service != null) {
        parts.add(new Part(region, service));
      }
    }
    return new ServiceRegions(
        parts, parts.isEmpty() ? Optional.empty() : Optional.of(parts.getFirst()));
  }

  /**
   * The regions in which a ServiceExport exports a Service, from regions in order of preference
   * with the local one first. An ExternalName cannot be exported.
   */
  public static ServiceRegions exporting(ServiceKey key, List<RegionServices> regions) {
    List<Part> parts =
        having(key, regions).parts.stream()
            .filter(part ->
                part.service().facts().export() != null
                    && part.service().facts().externalName() == null)
            .toList();
    return new ServiceRegions(parts, parts.stream().min(PRECEDENCE));
  }

  /** Those that export it, the one that counts in a conflict first (KEP-1645). */
  public List<Part> byPrecedence() {
    return parts.stream().sorted(PRECEDENCE).toList();
  }

  /** In order of preference. */
  public List<Part> parts() {
    return parts;
  }

  /** The same without the others. Whether all regions answer stays as it is. */
  public ServiceRegions only(Predicate<Part> chosen) {
    List<Part> left = new ArrayList<>(parts.size());
    for (Part part : parts) {
      if (chosen.test(part)) {
        left.add(part);
      }
    }
    return left.size() == parts.size() ? this : new ServiceRegions(left, decisive);
  }

  /**
   * The region whose Service says what kind of Service it is: the nearest, or the first to export.
   */
  public Optional<Part> decisive() {
    return decisive;
  }

  /** Whether all regions answer, and not the nearest alone: headless, or to be spread. */
  public boolean everywhere() {
    return decisive
        .map(part -> part.service().facts())
        .filter(facts -> !facts.isClusterIp() || facts.isSpread())
        .isPresent();
  }

  /** The regions whose endpoints are the answer. */
  public List<Part> answering() {
    return everywhere() ? backed() : nearest();
  }

  /** All regions that have endpoints to answer with. */
  public List<Part> backed() {
    List<Part> usable = usable();
    boolean ready = anyReady(usable);
    List<Part> backed = new ArrayList<>(usable.size());
    for (Part part : usable) {
      if (!part.endpoints(ready).isEmpty()) {
        backed.add(part);
      }
    }
    return backed;
  }

  /** The first region that has endpoints to answer with, if there is one. */
  public List<Part> nearest() {
    List<Part> backed = backed();
    return backed.isEmpty() ? backed : List.of(backed.getFirst());
  }

  /** The endpoints that a region answers with. */
  public List<Endpoint> answering(Part part) {
    return part.endpoints(anyReady(usable()));
  }

  private static boolean anyReady(List<Part> usable) {
    for (Part part : usable) {
      if (!part.ready().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Regions that can be reached, or all if none of these has a pod. */
  private List<Part> usable() {
    List<Part> reachable = new ArrayList<>(parts.size());
    boolean any = false;
    for (Part part : parts) {
      if (part.region().reachable()) {
        reachable.add(part);
        any |= !part.service().endpoints().isEmpty();
      }
    }
    return any ? reachable : parts;
  }
}
