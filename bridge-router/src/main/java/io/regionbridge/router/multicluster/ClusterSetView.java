package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ServiceKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the local API server has of the Multi-Cluster Services API.
 *
 * @param exports the ServiceExports, with their status
 * @param imports the ServiceImports, whoever wrote them
 * @param services those that bridges made for imports
 * @param slices those that bridges made for imports
 * @param namespaces that objects can be made in
 */
record ClusterSetView(
    ServedApi api,
    Map<ServiceKey, StoredObject> exports,
    Map<ServiceKey, StoredObject> imports,
    List<StoredObject> services,
    List<StoredObject> slices,
    Set<String> namespaces) {}
