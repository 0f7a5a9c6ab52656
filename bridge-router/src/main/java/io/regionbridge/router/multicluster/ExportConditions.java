package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the conditions of a ServiceExport say. Pure. */
final class ExportConditions {
  private static final String VALID = "Valid";
  private static final String READY = "Ready";
  private static final String CONFLICT = "Conflict";

  private static final int LONGEST = 2000;

  private ExportConditions() {}

  /**
   * The conditions of one ServiceExport.
   *
   * @param local all local Services
   * @param here the local Services as peers get them
   * @param merged all exports of the Service, merged; empty: there is none
   */
  static List<Finding> of(
      ServiceKey key, Directory local, RegionServices here, Optional<MergedService> merged) {
    DirectoryService service = local.service(key);
    if (service == null) {
      return invalid("NoService", "there is no Service " + key);
    }
    if (service.facts().externalName() != null) {
      return invalid(
          "InvalidServiceType",
          "an ExternalName has no endpoints to export; export the Service that it stands for");
    }
    if (service.facts().role() instanceof ClusterSetRole.Derived) {
      return invalid("InvalidServiceType", "a bridge made this Service for an imported one");
    }
    Finding valid = Finding.yes(VALID, "Valid", "the Service can be exported");
    DirectoryService given = here.services().service(key);
    if (given == null || given.facts().export() == null || merged.isEmpty()) {
      return List.of(
          valid,
          Finding.no(
              READY,
              "Failed",
              "peers do not get the Service: its annotation region-bridge.io/export is false, or"
                  + " its namespace is in directory.excludeNamespaces"));
    }
    return List.of(
        valid,
        Finding.yes(READY, "Exported", "peers get the Service"),
        conflict(merged.get().conflicts()));
  }

  private static List<Finding> invalid(String reason, String message) {
    return List.of(
        Finding.no(VALID, reason, message),
        Finding.no(READY, "Failed", "an export that is not valid is not announced to peers"));
  }

  private static Finding conflict(Map<ConflictReason, String> conflicts) {
    if (conflicts.isEmpty()) {
      return Finding.no(CONFLICT, "NoConflicts", "the exports of all regions agree");
    }
    return Finding.yes(
        CONFLICT,
        conflicts.keySet().stream().map(ConflictReason::text).collect(Collectors.joining(",")),
        conflicts.entrySet().stream()
            .map(entry -> entry.getKey().text() + ": " + entry.getValue())
            .collect(Collectors.joining("; "))
            .transform(ExportConditions::shortened));
  }

  /** Peers choose the length of what they export; the API server takes no condition of any. */
  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
