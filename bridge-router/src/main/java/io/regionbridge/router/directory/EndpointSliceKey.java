package io.regionbridge.router.directory;

/**
 * Which EndpointSlice of the local region.
 *
 * @param namespace an RFC 1123 label
 * @param name an RFC 1123 subdomain
 */
public record EndpointSliceKey(String namespace, String name) {
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
