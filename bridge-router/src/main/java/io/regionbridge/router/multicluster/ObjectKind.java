package io.regionbridge.router.multicluster;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The kinds of objects of an imported Service, in the order in which they are made. */
enum ObjectKind {
  IMPORT("ServiceImport", "multicluster.x-k8s.io", "serviceimports"),
  SERVICE("Service", "", "services"),
  SLICE("EndpointSlice", "discovery.k8s.io", "endpointslices");

  private final String kind;
  private final String group;
  private final String plural;

  ObjectKind(String kind, String group, String plural) {
    this.kind = kind;
    this.group = group;
    this.plural = plural;
  }

  String kind() {
    return kind;
  }

  /** As RBAC names it. */
  String resource() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /** {@code group/version}, or {@code v1} of the core. */
  String apiVersion(ServedApi api) {
    return group.isEmpty() ? "v1" : group + "/" + version(api);
  }

  ResourceDefinitionContext context(ServedApi api) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version(api))
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }

  private String version(ServedApi api) {
    return this == IMPORT ? api.version() : "v1";
  }
}
