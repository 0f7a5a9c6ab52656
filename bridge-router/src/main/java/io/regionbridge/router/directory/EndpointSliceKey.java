package io.regionbridge.router.directory;

/** The namespace and name of an EndpointSlice of the local region. */
public record EndpointSliceKey(String namespace, String name) {
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
