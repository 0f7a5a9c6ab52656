package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ServiceKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The objects of the Multi-Cluster Services API in the local cluster.
 *
 * @param exports the ServiceExports, with their status
 * @param imports all ServiceImports, including those of other writers
 * @param services those that bridges made for imports
 * @param slices those that bridges made for imports
 * @param namespaces in which objects can be created
 */
record ClusterSetView(
    ServedApi api,
    Map<ServiceKey, StoredObject> exports,
    Map<ServiceKey, StoredObject> imports,
    List<StoredObject> services,
    List<StoredObject> slices,
    Set<String> namespaces) {}
