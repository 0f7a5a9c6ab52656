package io.regionbridge.router.directory;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The local region's Services at one moment. Immutable; the next moment's snapshot shares with it
 * what did not change, and costs time and memory in proportion to what did.
 */
public final class Directory {
  /** The directory before the first list: empty and not complete. */
  public static final Directory EMPTY =
      new Directory(PersistentMap.empty(), 0, Extent.LOADING, 0, 0);

  /**
   * Memory of a Service without endpoints: facts, name, and places in the indexes of its own zone,
   * of the feed and of the names over all regions. Measured.
   */
  private static final long SERVICE = 1500;

  /**
   * Memory of an endpoint that has an IPv6 address, and a hostname of 20 characters. Measured: 145;
   * one with an IPv4 address alone takes 23.
   */
  private static final long ENDPOINT = 160;

  private final PersistentMap<PersistentMap<DirectoryService>> namespaces;
  private final long generation;
  private final Extent extent;
  private final int services;
  private final int endpoints;

  /** The completeness of a directory, the least first. */
  public enum Extent {
    /** The first full list is not in. */
    LOADING,
    /** All that could be read; the rest is not known until somebody corrects it. */
    PARTIAL,
    /** All of it. */
    COMPLETE
  }

  private Directory(
      PersistentMap<PersistentMap<DirectoryService>> namespaces,
      long generation,
      Extent extent,
      int services,
      int endpoints) {
    this.namespaces = namespaces;
    this.generation = generation;
    this.extent = extent;
    this.services = services;
    this.endpoints = endpoints;
  }

  /** Grows with each change from the first snapshot of a source on. */
  public long generation() {
    return generation;
  }

  /**
   * Whether the first full list is in. Until then a Service that is not here may well exist; after
   * that it does not.
   */
  public boolean complete() {
    return extent == Extent.COMPLETE;
  }

  /** The completeness of the directory. */
  public Extent extent() {
    return extent;
  }

  /** How many Services there are. */
  public int services() {
    return services;
  }

  /** How many endpoints their names lead to. */
  public int endpoints() {
    return endpoints;
  }

  /** Memory that the directory takes, with names and records made of it: octets, estimated. */
  public long octets() {
    return octets(services, endpoints);
  }

  /** Memory that a directory of so many Services and endpoints takes: octets, estimated. */
  public static long octets(int services, int endpoints) {
    return services * SERVICE + endpoints * ENDPOINT;
  }

  /** The Service of that key, or null if there is none. */
  public @Nullable DirectoryService service(ServiceKey key) {
    PersistentMap<DirectoryService> namespace = namespaces.get(key.namespace());
    return namespace == null ? null : namespace.get(key.name());
  }

  /** The Service that gives an imported one its addresses here, or null if there is none. */
  public @Nullable DirectoryService serviceFor(ServiceKey imported) {
    DirectoryService service = service(ClusterSetRole.Derived.keyFor(imported));
    return service != null && service.facts().imported().filter(imported::equals).isPresent()
        ? service
        : null;
  }

  /** Visits every Service, namespace by namespace, in no order to rely on. */
  public void forEach(Consumer<DirectoryService> action) {
    namespaces.forEach((_, services) -> services.forEach((_, service) -> action.accept(service)));
  }

  /**
   * The keys whose Service is not the same here as in another snapshot: new, gone or different.
   * Costs time in proportion to what changed between snapshots of one source. Between unrelated
   * ones it is right too, but may name a Service that is equal in both.
   */
  public Set<ServiceKey> changes(Directory before) {
    Set<ServiceKey> changed = new LinkedHashSet<>();
    namespaces.forEachChange(
        before.namespaces,
        namespace ->
            services(this, namespace)
                .forEachChange(
                    services(before, namespace),
                    name -> changed.add(new ServiceKey(namespace, name))));
    return changed;
  }

  /** Adds or replaces a Service. */
  public Directory with(DirectoryService service) {
    ServiceKey key = service.key();
    PersistentMap<DirectoryService> namespace = services(this, key.namespace());
    DirectoryService before = namespace.get(key.name());
    return new Directory(
        namespaces.with(key.namespace(), namespace.with(key.name(), service)),
        generation + 1,
        extent,
        services + (before == null ? 1 : 0),
        endpoints + service.endpoints().size() - (before == null ? 0 : before.endpoints().size()));
  }

  /** Removes a Service; returns the same directory if there is none with that key. */
  public Directory without(ServiceKey key) {
    DirectoryService before = service(key);
    if (before == null) {
      return this;
    }
    PersistentMap<DirectoryService> left = services(this, key.namespace()).without(key.name());
    return new Directory(
        left.size() == 0
            ? namespaces.without(key.namespace())
            : namespaces.with(key.namespace(), left),
        generation + 1,
        extent,
        services - 1,
        endpoints - before.endpoints().size());
  }

  /** The same directory, said to be the full list or not. */
  public Directory withComplete(boolean nowComplete) {
    return withExtent(nowComplete ? Extent.COMPLETE : Extent.LOADING);
  }

  /** The same directory with another completeness. */
  public Directory withExtent(Extent next) {
    return next == extent
        ? this
        : new Directory(namespaces, generation + 1, next, services, endpoints);
  }

  @Override
  public String toString() {
    return "generation %d%s; Services: %d, endpoints: %d"
        .formatted(generation, complete() ? "" : " (incomplete)", services, endpoints);
  }

  private static PersistentMap<DirectoryService> services(Directory directory, String namespace) {
    PersistentMap<DirectoryService> services = directory.namespaces.get(namespace);
    return services == null ? PersistentMap.empty() : services;
  }
}
