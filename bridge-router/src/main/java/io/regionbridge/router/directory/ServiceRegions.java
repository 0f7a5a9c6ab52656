package io.regionbridge.router.directory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The regions that have one Service, in order of preference, and which of them answer for it. Pure.
 *
 * <p>Ready pods anywhere come before pods that are about to end, and a region that cannot be
 * reached answers only when no other can.
 */
public final class ServiceRegions {
  private final List<Part> parts;

  /** What one region has of the Service. */
  public record Part(RegionServices region, DirectoryService service) {
    /** The endpoints that take connections. */
    public List<Endpoint> ready() {
      return service.facts().publishNotReadyAddresses() || service.isAll(EndpointState.READY)
          ? service.endpoints()
          : service.endpoints().stream().filter(Endpoint::isReady).toList();
    }

    private List<Endpoint> draining() {
      return service.endpoints().stream().filter(Endpoint::isDraining).toList();
    }
  }

  private ServiceRegions(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Those that have the Service of a key.
   *
   * @param regions in order of preference, the local one first
   */
  public static ServiceRegions having(ServiceKey key, List<RegionServices> regions) {
    List<Part> parts = new ArrayList<>();
    for (RegionServices region : regions) {
      DirectoryService service = region.services().service(key);
      if (service != null) {
        parts.add(new Part(region, service));
      }
    }
    return new ServiceRegions(parts);
  }

  /** In order of preference. */
  public List<Part> parts() {
    return parts;
  }

  /** The same without the others. */
  public ServiceRegions only(Predicate<Part> chosen) {
    return new ServiceRegions(parts.stream().filter(chosen).toList());
  }

  /**
   * The regions whose endpoints are the answer: the nearest that has some, or all that have if the
   * Service is headless or to be spread.
   */
  public List<Part> answering() {
    if (parts.isEmpty()) {
      return List.of();
    }
    ServiceFacts facts = parts.getFirst().service().facts();
    return !facts.isClusterIp() || facts.isSpread() ? backed() : nearest();
  }

  /** All regions that have endpoints to answer with. */
  public List<Part> backed() {
    return usable().stream().filter(part -> !answering(part).isEmpty()).toList();
  }

  /** The first region that has endpoints to answer with, if there is one. */
  public List<Part> nearest() {
    return backed().stream().limit(1).toList();
  }

  /** The endpoints that a region answers with. */
  public List<Endpoint> answering(Part part) {
    return usable().stream().anyMatch(any -> !any.ready().isEmpty())
        ? part.ready()
        : part.draining();
  }

  /** Regions that can be reached, or all if none of these has a pod. */
  private List<Part> usable() {
    List<Part> reachable = parts.stream().filter(part -> part.region().reachable()).toList();
    boolean any = reachable.stream().anyMatch(part -> !part.service().endpoints().isEmpty());
    return any ? reachable : parts;
  }
}
