package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.net.Cidr;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Inspects manifest files before they are served, for unreadable parts and probable mistakes.
 * Nothing is kept.
 *
 * @param errors what is not served as it stands
 * @param warnings what is served or left out, probably by mistake
 */
public record ManifestInspection(List<ManifestProblem> errors, List<ManifestProblem> warnings) {
  public ManifestInspection {
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads and inspects files that exist.
   *
   * @param podCidrs the region's pod ranges; none: endpoints are not compared with them
   * @param serviceCidrs the same for ClusterIPs
   * @param suggester finds the nearest of some words, if one is near
   */
  public static ManifestInspection inspect(
      Collection<Path> files,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      BiFunction<String, Collection<String>, Optional<String>> suggester) {
    List<ManifestProblem> errors = new ArrayList<>();
    List<ManifestProblem> warnings = new ArrayList<>();
    Set<ServiceKey> services = new HashSet<>();
    List<ManifestObject.Slice> slices = new ArrayList<>();
    List<String> slicePlaces = new ArrayList<>();
    boolean known = true;
    for (Path file : new LinkedHashSet<>(files)) {
      String name = file.toString();
      ObjectParser parser = new ObjectParser(name);
      ObjectAudit audit = new ObjectAudit(name, podCidrs, serviceCidrs, suggester);
      ManifestReading reading =
          ManifestReader.read(
              file,
              Long.MAX_VALUE,
              true,
              (node, place, listKind, listApi) -> {
                ManifestObject object = parser.parse(node, place, listKind, listApi);
                audit.look(node, place, listKind, listApi, object);
                if (object instanceof ManifestObject.Slice slice) {
                  slices.add(slice);
                  slicePlaces.add(name);
                }
                return object;
              });
      errors.addAll(reading.problems());
      errors.addAll(audit.errors());
      warnings.addAll(audit.warnings());
      if (reading instanceof ManifestReading.Content content) {
        for (ServiceKey key : content.services().keySet()) {
          if (!services.add(key)) {
            warnings.add(
                new ManifestProblem(
                    name,
                    0,
                    0,
                    "Service " + key,
                    "",
                    "an earlier file has it too; that one counts"));
          }
        }
        services.addAll(content.brokenServices());
        known &= !content.nameless();
      } else {
        known = false; // the Service of a slice may be in this file
      }
    }
    if (known) {
      for (int i = 0; i < slices.size(); i++) {
        withoutService(slicePlaces.get(i), slices.get(i), services).ifPresent(warnings::add);
      }
    }
    return new ManifestInspection(errors, warnings);
  }

  private static Optional<ManifestProblem> withoutService(
      String file, ManifestObject.Slice slice, Set<ServiceKey> services) {
    EndpointSliceFacts facts = slice.facts();
    ServiceKey service = facts.service();
    if (service != null && services.contains(service)) {
      return Optional.empty();
    }
    return Optional.of(
        new ManifestProblem(
            file,
            slice.line(),
            slice.column(),
            "EndpointSlice " + facts.key(),
            "metadata.labels",
            service == null
                ? "no label "
                    + EndpointSliceFacts.SERVICE_NAME_LABEL
                    + ", so it belongs to no Service and its endpoints are not served"
                : "no file has its Service " + service + ", so its endpoints are not served"));
  }
}
