package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is to be done so that the cluster has what it should have.
 *
 * @param writes objects that are not as they should be, in the order to write them
 * @param removals objects of ours that should not be
 * @param clusters by ServiceImport, the exporting regions that its status does not name yet
 * @param exports by ServiceExport, what its conditions do not say yet
 * @param missing namespaces that exported Services need and the cluster does not have
 * @param foreign ServiceImports of somebody else, because of which nothing is written
 * @param imports how many ServiceImports there should be
 */
record ImportPlan(
    List<Write> writes,
    List<Removal> removals,
    Map<ServiceKey, List<String>> clusters,
    Map<ServiceKey, List<Finding>> exports,
    Set<String> missing,
    List<ServiceKey> foreign,
    int imports) {

  /** Whether there is nothing to do. */
  boolean isDone() {
    return writes.isEmpty() && removals.isEmpty() && clusters.isEmpty() && exports.isEmpty();
  }

  /**
   * An object to write.
   *
   * @param version of the one that it takes the place of; empty: there is none
   */
  record Write(WantedObject object, String version) {}

  /** An object to remove. */
  record Removal(ObjectKind kind, StoredObject object) {}
}
