package io.regionbridge.router.diagnosis;

/**
 * Something that the bridge must be allowed to do.
 *
 * @param group of the API; empty is the core group
 * @param resource with its subresource: {@code regions/status}
 * @param name of the object; empty: any
 * @param namespace empty: all of them, or none
 */
public record Right(String group, String resource, String verb, String name, String namespace) {
  /** Such as {@code patch regions/status.region-bridge.io}. */
  @Override
  public String toString() {
    return verb
        + " "
        + resource
        + (group.isEmpty() ? "" : "." + group)
        + (name.isEmpty() ? "" : " " + name)
        + (namespace.isEmpty() ? "" : " in " + namespace);
  }
}
