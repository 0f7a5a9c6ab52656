package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.multicluster.ImportPlan.Removal;
import io.regionbridge.router.multicluster.ImportPlan.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares the objects of imported Services with those that the exports of all regions require.
 * Pure.
 *
 * <p>The exports of a region that cannot be reached are kept: an unreachable region has not
 * withdrawn them.
 */
final class ImportPlanner {
  private final ImportInputs inputs;
  private final Map<ServiceKey, List<StoredObject>> services = new HashMap<>();
  private final Map<ServiceKey, List<StoredObject>> slices = new HashMap<>();
  private final List<Write> writes = new ArrayList<>();
  private final List<Removal> removals = new ArrayList<>();
  private final Map<ServiceKey, ImportStatus> statuses = new TreeMap<>();
  private final Map<ServiceKey, List<Finding>> exports = new TreeMap<>();
  private final Set<String> missing = new TreeSet<>();
  private int imports;

  private ImportPlanner(ImportInputs inputs) {
    this.inputs = inputs;
    group(inputs.view().services(), services);
    group(inputs.view().slices(), slices);
  }

  private static void group(
      List<StoredObject> objects, Map<ServiceKey, List<StoredObject>> groups) {
    objects.forEach(
        object -> groups.computeIfAbsent(object.service(), _ -> new ArrayList<>(1)).add(object));
  }

  /** Plans the writes and removals. */
  static ImportPlan plan(ImportInputs inputs) {
    return new ImportPlanner(inputs).plan();
  }

  private ImportPlan plan() {
    Set<ServiceKey> exported = new TreeSet<>();
    for (RegionServices region : inputs.regions()) {
      region
          .services()
          .forEach(service -> {
            if (service.facts().export() != null) {
              exported.add(service.key());
            }
          });
    }
    Map<ServiceKey, MergedService> merged = new TreeMap<>();
    for (ServiceKey key : exported) {
      MergedService.of(key, inputs.regions()).ifPresent(service -> merged.put(key, service));
    }
    inputs.view().exports().forEach((key, export) -> planExport(key, export, merged.get(key)));
    List<ServiceKey> foreign =
        inputs.view().imports().entrySet().stream()
            .filter(entry -> !entry.getValue().ours())
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    if (foreign.isEmpty()) {
      Set<ServiceKey> all = new TreeSet<>(merged.keySet());
      all.addAll(inputs.view().imports().keySet());
      all.addAll(services.keySet());
      all.addAll(slices.keySet());
      all.forEach(key -> planObjects(key, merged.get(key)));
    }
    return new ImportPlan(
        writes, removals, statuses, exports, missing, foreign, totals(merged.values()));
  }

  private ImportTotals totals(Collection<MergedService> merged) {
    long exported = merged.stream().filter(MergedService::isExportedHere).count();
    long conflicts = merged.stream().filter(service -> !service.conflicts().isEmpty()).count();
    return new ImportTotals((int) exported, imports, (int) conflicts);
  }

  private void planExport(ServiceKey key, StoredObject export, @Nullable MergedService merged) {
    List<Finding> findings =
        ExportConditions.of(
            key, inputs.local(), inputs.regions().getFirst(), Optional.ofNullable(merged));
    if (!StatusConditions.matches(export, findings)) {
      exports.put(key, findings);
    }
  }

  private void planObjects(ServiceKey key, @Nullable MergedService merged) {
    StoredObject present = inputs.view().imports().get(key);
    Set<String> named =
        present == null ? Set.of() : new TreeSet<>(present.texts("cluster", "status", "clusters"));
    Set<String> silent = new TreeSet<>(named);
    silent.retainAll(inputs.unknown());
    if (merged == null) {
      boolean unknown = named.isEmpty() && !inputs.unknown().isEmpty();
      if (silent.isEmpty() && !unknown) {
        remove(key, present);
      }
      return;
    }
    if (!inputs.view().namespaces().contains(key.namespace())) {
      missing.add(key.namespace());
      return;
    }
    imports++;
    ImportedObjects objects = new ImportedObjects(merged);
    StoredObject derived = first(services.get(key), objects.derivedName());
    List<String> addresses =
        derived == null || merged.headless() ? List.of() : derived.texts("", "spec", "clusterIPs");
    write(objects.serviceImport(inputs.view().api(), addresses), present);
    if (present == null || present.uid().isEmpty()) {
      return; // the others belong to it
    }
    Set<String> exporters = merged.exporters();
    exporters.addAll(silent);
    boolean supported = derived != null || objects.isSupportedBy(inputs.families());
    ImportStatus status =
        new ImportStatus(List.copyOf(exporters), objects.ready(supported, addresses));
    if (!status.isOf(present, inputs.view().api())) {
      statuses.put(key, status);
    }
    WantedObject.Owner owner = new WantedObject.Owner(key.name(), present.uid());
    if (merged.headless()) {
      services.getOrDefault(key, List.of()).forEach(this::removeService);
    } else if (supported && mayWrite(key)) {
      write(objects.service(owner, families(objects, derived)), derived);
    }
    keepSlices(key, objects, owner, silent, merged.headless());
  }

  /** A Service of that name that no bridge made stays as it is. */
  private boolean mayWrite(ServiceKey key) {
    return inputs.local().service(ClusterSetRole.Derived.keyFor(key)) == null
        || inputs.local().serviceFor(key) != null;
  }

  /** A Service keeps the families that it got: the API server changes the first one never. */
  private List<IpFamily> families(ImportedObjects objects, @Nullable StoredObject derived) {
    if (derived == null) {
      return objects.families(inputs.families());
    }
    return derived.texts("", "spec", "ipFamilies").stream()
        .flatMap(text -> IpFamily.parse(text).stream())
        .toList();
  }

  private void keepSlices(
      ServiceKey key,
      ImportedObjects objects,
      WantedObject.Owner owner,
      Set<String> silent,
      boolean headless) {
    List<StoredObject> present = slices.getOrDefault(key, List.of());
    Set<String> wanted = new TreeSet<>();
    for (WantedObject slice : objects.slices(owner)) {
      wanted.add(slice.name());
      write(slice, first(present, slice.name()));
    }
    for (StoredObject slice : present) {
      String source = slice.labels().getOrDefault(ImportedObjects.SOURCE_CLUSTER, "");
      boolean kept = silent.contains(source) && (headless || !objects.answered());
      if (!wanted.contains(slice.name()) && !kept) {
        removals.add(new Removal(ObjectKind.SLICE, slice));
      }
    }
  }

  private void write(WantedObject wanted, @Nullable StoredObject present) {
    if (present == null || !wanted.is(present)) {
      writes.add(new Write(wanted, present == null ? "" : present.version()));
    }
  }

  private void remove(ServiceKey key, @Nullable StoredObject present) {
    slices
        .getOrDefault(key, List.of())
        .forEach(slice -> removals.add(new Removal(ObjectKind.SLICE, slice)));
    services.getOrDefault(key, List.of()).forEach(this::removeService);
    if (present != null) {
      removals.add(new Removal(ObjectKind.IMPORT, present));
    }
  }

  private void removeService(StoredObject service) {
    removals.add(new Removal(ObjectKind.SERVICE, service));
  }

  private static @Nullable StoredObject first(@Nullable List<StoredObject> objects, String name) {
    return Objects.requireNonNullElse(objects, Collections.<StoredObject>emptyList()).stream()
        .filter(object -> object.name().equals(name))
        .findFirst()
        .orElse(null);
  }
}
