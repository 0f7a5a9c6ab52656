package io.regionbridge.router.multicluster;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The versions of the API that can be used, the best first. */
enum ServedApi {
  V1BETA1("v1beta1"),
  V1ALPHA1("v1alpha1");

  private static final String GROUP = "multicluster.x-k8s.io";
  private static final String EXPORTS = "serviceexports";

  private final String version;

  ServedApi(String version) {
    this.version = version;
  }

  /**
   * The best version in which the API server has ServiceExports and ServiceImports, if any. Blocks.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if it does not say
   */
  static Optional<ServedApi> of(KubernetesClient client) {
    for (ServedApi api : values()) {
      APIResourceList found = client.getApiResources(GROUP + "/" + api.version);
      if (found == null) {
        continue;
      }
      Set<String> resources =
          found.getResources().stream().map(APIResource::getName).collect(Collectors.toSet());
      if (resources.contains(EXPORTS) && resources.contains("serviceimports")) {
        return Optional.of(api);
      }
    }
    return Optional.empty();
  }

  String version() {
    return version;
  }

  /** Whether objects have the fields that the first version lacked. */
  boolean hasTrafficFields() {
    return this == V1BETA1;
  }

  /** Whether the status of a ServiceImport has conditions, and whether there are slices. */
  boolean hasImportConditions() {
    return this == V1BETA1;
  }

  /** How ServiceExports are asked for. */
  ResourceDefinitionContext exports() {
    return new ResourceDefinitionContext.Builder()
        .withGroup(GROUP)
        .withVersion(version)
        .withKind("ServiceExport")
        .withPlural(EXPORTS)
        .withNamespaced(true)
        .build();
  }

  String exportsVersion() {
    return GROUP + "/" + version;
  }

  /** ServiceExports as RBAC names them. */
  static String exportsResource() {
    return EXPORTS + "." + GROUP;
  }
}
