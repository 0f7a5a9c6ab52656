package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** The name of an object of one resource, with an empty namespace for cluster-scoped ones. */
public record ObjectKey(String namespace, String name) {
  /** The key of an object. */
  public static ObjectKey of(HasMetadata object) {
    String namespace = object.getMetadata().getNamespace();
    return new ObjectKey(namespace == null ? "" : namespace, object.getMetadata().getName());
  }

  @Override
  public String toString() {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }
}
