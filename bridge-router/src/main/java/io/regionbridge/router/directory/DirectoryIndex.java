package io.regionbridge.router.directory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes Services and EndpointSlices one by one, in any order, and makes a {@link Directory} of
 * them. A Service that only its slices speak of is not in the directory; one without slices is,
 * with no endpoint.
 *
 * <p>Owned by one thread. An update is noted at once and joined when the directory is asked for: it
 * costs time in proportion to the Service it belongs to.
 */
public final class DirectoryIndex {
  private final Map<ServiceKey, ServiceFacts> services = new HashMap<>();
  private final Map<EndpointSliceKey, EndpointSliceFacts> slices = new HashMap<>();
  private final Map<ServiceKey, List<EndpointSliceFacts>> slicesOfService = new HashMap<>();
  private final Map<ServiceKey, ClusterSetRole.Exported> exports = new HashMap<>();
  private final Set<ServiceKey> touched = new HashSet<>();
  private Directory directory = Directory.EMPTY;
  private int endpoints;

  /** Adds or replaces a Service. */
  public void put(ServiceFacts service) {
    if (!service.equals(services.put(service.key(), service))) {
      touched.add(service.key());
    }
  }

  /** Removes a Service. */
  public void remove(ServiceKey service) {
    if (services.remove(service) != null) {
      touched.add(service);
    }
  }

  /** Adds or replaces an EndpointSlice. */
  public void put(EndpointSliceFacts slice) {
    EndpointSliceFacts before = slices.put(slice.key(), slice);
    endpoints += slice.endpoints().size() - count(before);
    if (slice.equals(before)) {
      return;
    }
    detach(before);
    ServiceKey service = slice.service();
    if (service != null) {
      slicesOfService.computeIfAbsent(service, _ -> new ArrayList<>(1)).add(slice);
      touched.add(service);
    }
  }

  /** Removes an EndpointSlice. */
  public void remove(EndpointSliceKey slice) {
    EndpointSliceFacts before = slices.remove(slice);
    endpoints -= count(before);
    detach(before);
  }

  /** Adds or replaces a ServiceExport, which takes effect with a Service of its key. */
  public void export(ServiceKey service, ClusterSetRole.Exported export) {
    if (!export.equals(exports.put(service, export))) {
      touched.add(service);
    }
  }

  /** Removes a ServiceExport. */
  public void unexport(ServiceKey service) {
    if (exports.remove(service) != null) {
      touched.add(service);
    }
  }

  /** The keys of all ServiceExports that were put in and not removed. */
  public Set<ServiceKey> exports() {
    return Collections.unmodifiableSet(exports.keySet());
  }

  /** Sets whether all objects are in, see {@link Directory#complete}. */
  public void complete(boolean complete) {
    directory = directory.withComplete(complete);
  }

  /** Sets the completeness. */
  public void setExtent(Directory.Extent extent) {
    directory = directory.withExtent(extent);
  }

  /** The keys of all Services that were put in and not removed. The index's own view: read only. */
  public Set<ServiceKey> services() {
    return Collections.unmodifiableSet(services.keySet());
  }

  /** The keys of all EndpointSlices that were put in and not removed. */
  public Set<EndpointSliceKey> slices() {
    return Collections.unmodifiableSet(slices.keySet());
  }

  /** How many endpoints there are in all EndpointSlices, in whatever state. */
  public int endpoints() {
    return endpoints;
  }

  /** How many endpoints there are in one EndpointSlice; 0 if there is none. */
  public int endpoints(EndpointSliceKey slice) {
    return count(slices.get(slice));
  }

  private static int count(@Nullable EndpointSliceFacts slice) {
    return slice == null ? 0 : slice.endpoints().size();
  }

  /**
   * The directory of all that was put in so far. The same object as before if nothing in it has
   * changed.
   */
  public Directory directory() {
    for (ServiceKey key : touched) {
      directory = join(key);
    }
    touched.clear();
    return directory;
  }

  private Directory join(ServiceKey key) {
    ServiceFacts facts = services.get(key);
    if (facts == null) {
      return directory.without(key);
    }
    ClusterSetRole.Exported export = exports.get(key);
    DirectoryService joined =
        DirectoryService.join(
            export == null || facts.role() != null ? facts : facts.withRole(export),
            slicesOfService.getOrDefault(key, List.of()));
    return joined.equals(directory.service(key)) ? directory : directory.with(joined);
  }

  private void detach(@Nullable EndpointSliceFacts slice) {
    if (slice == null) {
      return;
    }
    ServiceKey service = slice.service();
    if (service == null) {
      return;
    }
    touched.add(service);
    List<EndpointSliceFacts> siblings = slicesOfService.get(service);
    if (siblings != null) {
      siblings.removeIf(sibling -> sibling.key().equals(slice.key()));
      if (siblings.isEmpty()) {
        slicesOfService.remove(service);
      }
    }
  }
}
