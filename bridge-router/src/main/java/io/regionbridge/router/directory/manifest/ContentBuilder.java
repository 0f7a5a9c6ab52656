package io.regionbridge.router.directory.manifest;

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
  private final String file;
  private final Map<ServiceKey, ServiceFacts> services = new HashMap<>();
  private final Map<EndpointSliceKey, EndpointSliceFacts> slices = new HashMap<>();
  private final Set<ServiceKey> brokenServices = new HashSet<>();
  private final Set<EndpointSliceKey> brokenSlices = new HashSet<>();
  private final List<ManifestProblem> problems = new ArrayList<>();
  private boolean nameless;
  private int untold;

  ContentBuilder(String file) {
    this.file = file;
  }

  void add(ManifestObject object) {
    switch (object) {
      case ManifestObject.Service(ServiceFacts facts, int line, int column) -> {
        if (services.put(facts.key(), facts) != null) {
          tell(repeated(line, column, "Service " + facts.key()));
        }
      }
      case ManifestObject.Slice(EndpointSliceFacts facts, int line, int column) -> {
        if (slices.put(facts.key(), facts) != null) {
          tell(repeated(line, column, "EndpointSlice " + facts.key()));
        }
      }
      case ManifestObject.BrokenService(ServiceKey key, List<ManifestProblem> reasons) -> {
        if (key == null) {
          nameless = true;
        } else {
          brokenServices.add(key);
        }
        reasons.forEach(this::tell);
      }
      case ManifestObject.BrokenSlice(EndpointSliceKey key, List<ManifestProblem> reasons) -> {
        if (key == null) {
          nameless = true;
        } else {
          brokenSlices.add(key);
        }
        reasons.forEach(this::tell);
      }
      case ManifestObject.Broken(List<ManifestProblem> reasons) -> {
        nameless = true;
        reasons.forEach(this::tell);
      }
      case ManifestObject.Other() -> {}
    }
  }

  ManifestReading.Content build() {
    brokenServices.removeAll(services.keySet());
    brokenSlices.removeAll(slices.keySet());
    if (untold > 0) {
      problems.add(new ManifestProblem(file, 0, 0, "", "", "and " + untold + " more problems"));
    }
    return new ManifestReading.Content(
        Collections.unmodifiableMap(services),
        Collections.unmodifiableMap(slices),
        Collections.unmodifiableSet(brokenServices),
        Collections.unmodifiableSet(brokenSlices),
        nameless,
        List.copyOf(problems));
  }

  private ManifestProblem repeated(int line, int column, String object) {
    return new ManifestProblem(
        file, line, column, object, "", "it is in this file more than once; the last one counts");
  }

  private void tell(ManifestProblem problem) {
    if (problems.size() < ManifestReading.MOST_PROBLEMS) {
      problems.add(problem);
    } else {
      untold++;
    }
  }
}
