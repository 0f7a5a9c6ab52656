package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The writes and removals that bring the imported Services of the cluster up to date.
 *
 * @param writes objects that differ, in the order to write them
 * @param removals objects of the bridges that are no longer needed
 * @param statuses by ServiceImport, its status, where that differs
 * @param exports by ServiceExport, the conditions, where its status differs
 * @param missing namespaces that exported Services need and the cluster does not have
 * @param foreign ServiceImports of another writer; while there are any, no imported Service is
 *     written or removed
 * @param totals how many there are of what
 */
record ImportPlan(
    List<Write> writes,
    List<Removal> removals,
    Map<ServiceKey, ImportStatus> statuses,
    Map<ServiceKey, List<Finding>> exports,
    Set<String> missing,
    List<ServiceKey> foreign,
    ImportTotals totals) {

  /** Whether there is nothing to do. */
  boolean isDone() {
    return writes.isEmpty() && removals.isEmpty() && statuses.isEmpty() && exports.isEmpty();
  }

  /**
   * An object to write.
   *
   * @param version resource version that it replaces; empty: it is new
   */
  record Write(WantedObject object, String version) {}

  /** An object to remove. */
  record Removal(ObjectKind kind, StoredObject object) {}
}
