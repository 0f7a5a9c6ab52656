package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gathers what the objects of one file come to. */
final class ContentBuilder {
  /** Memory of a Service and of an endpoint while a file is read beside what it is to replace. */
  private static final long READ_SERVICE = 590;

  private static final long READ_ENDPOINT = 58;

  private final String file;
  private final long room;
  private final Map<ServiceKey, ServiceFacts> services = new HashMap<>();
  private final Map<EndpointSliceKey, EndpointSliceFacts> slices = new HashMap<>();
  private final Set<ServiceKey> brokenServices = new HashSet<>();
  private final Set<EndpointSliceKey> brokenSlices = new HashSet<>();
  private final List<ManifestProblem> problems = new ArrayList<>();
  private boolean nameless;
  private int omitted;
  private int serviceCount;
  private int endpointCount;

  /**
   * @param room octets of memory for the contents of the file
   */
  ContentBuilder(String file, long room) {
    this.file = file;
    this.room = room;
  }

  /** Counts an object that was read, and tells whether there is room for all that were. */
  boolean hasRoomFor(ManifestObject object) {
    if (object instanceof ManifestObject.Service) {
      serviceCount++;
    } else if (object instanceof ManifestObject.Slice slice) {
      endpointCount += slice.facts().endpoints().size();
    }
    return fits();
  }

  private boolean fits() {
    return octets() <= room;
  }

  private long octets() {
    return Directory.octets(serviceCount, endpointCount)
        + serviceCount * READ_SERVICE
        + endpointCount * READ_ENDPOINT;
  }

  /** Forgets what was added, when there is no room. */
  void forget() {
    services.clear();
    slices.clear();
  }

  void add(ManifestObject object) {
    if (object instanceof ManifestObject.Service(ServiceFacts facts, int line, int column)) {
      if (services.put(facts.key(), facts) != null) {
        addProblem(repeated(line, column, "Service " + facts.key()));
      }
    } else if (object
        instanceof ManifestObject.Slice(EndpointSliceFacts facts, int line, int column)) {
      if (slices.put(facts.key(), facts) != null) {
        addProblem(repeated(line, column, "EndpointSlice " + facts.key()));
      }
    } else {
      addBroken(object);
    }
  }

  private void addBroken(ManifestObject object) {
    switch (object) {
      case ManifestObject.BrokenService(ServiceKey key, List<ManifestProblem> reasons) -> {
        if (key == null) {
          nameless = true;
        } else {
          brokenServices.add(key);
        }
        reasons.forEach(this::addProblem);
      }
      case ManifestObject.BrokenSlice(EndpointSliceKey key, List<ManifestProblem> reasons) -> {
        if (key == null) {
          nameless = true;
        } else {
          brokenSlices.add(key);
        }
        reasons.forEach(this::addProblem);
      }
      case ManifestObject.Broken(List<ManifestProblem> reasons) -> {
        nameless = true;
        reasons.forEach(this::addProblem);
      }
      case ManifestObject.Service _, ManifestObject.Slice _, ManifestObject.Other _ -> {}
    }
  }

  ManifestReading build() {
    if (!fits()) {
      return new ManifestReading.Unreadable(
          new ManifestProblem(
              file,
              0,
              0,
              "",
              "",
              ("%d Services with %d endpoints need %d MiB of the heap, and %d MiB are left for"
                      + " them; raise the memory limit of the process, or -Xmx")
                  .formatted(serviceCount, endpointCount, mib(octets()), mib(Math.max(0, room)))));
    }
    brokenServices.removeAll(services.keySet());
    brokenSlices.removeAll(slices.keySet());
    if (omitted > 0) {
      problems.add(new ManifestProblem(file, 0, 0, "", "", "and " + omitted + " more problems"));
    }
    return new ManifestReading.Content(
        Collections.unmodifiableMap(services),
        Collections.unmodifiableMap(slices),
        Collections.unmodifiableSet(brokenServices),
        Collections.unmodifiableSet(brokenSlices),
        nameless,
        List.copyOf(problems));
  }

  private static long mib(long octets) {
    return octets >> 20;
  }

  private ManifestProblem repeated(int line, int column, String object) {
    return new ManifestProblem(
        file, line, column, object, "", "it is in this file more than once; the last one counts");
  }

  private void addProblem(ManifestProblem problem) {
    if (problems.size() < ManifestReading.MOST_PROBLEMS) {
      problems.add(problem);
    } else {
      omitted++;
    }
  }
}
