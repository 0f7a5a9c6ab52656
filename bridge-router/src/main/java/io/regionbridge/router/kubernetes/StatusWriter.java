package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the project's own objects by server-side apply, and only what differs from what it wrote
 * last. Owned by one thread; blocks.
 */
public final class StatusWriter {
  /** No version is known here, and an object that has gone needs no status. */
  private static final String ANY_VERSION = "*";

  private final KubernetesClient client;
  private final ObjectWriter writer;

  public StatusWriter(KubernetesClient client, Clock clock) {
    this.client = client;
    this.writer = new ObjectWriter(clock, ObjectWriter.Pace.NEVER);
  }

  /** Forgets what was written, so that everything is written once more. */
  public void forget() {
    writer.forget();
  }

  /**
   * Writes a node's RouterNode. Returns the failure, if any.
   *
   * @param nodeUid of the Node that owns it
   */
  public Optional<String> routerNode(
      String name, String nodeUid, RouterNodeSpec spec, RouterNodeStatus status) {
    return write(
            "routernodes/" + name,
            Map.entry(nodeUid, spec),
            () -> {
              RouterNode node = new RouterNode();
              node.setMetadata(owned(name, nodeUid));
              node.setSpec(spec);
              client.resource(node).patch(ObjectWriter.apply());
            })
        .or(() ->
            write(
                "routernodes/" + name + "/status",
                status,
                () -> {
                  RouterNode node = new RouterNode();
                  node.setMetadata(named(name));
                  node.setStatus(status);
                  client.resource(node).subresource("status").patch(ObjectWriter.apply());
                }));
  }

  /** Writes a Region's status. Returns the failure, if any. */
  public Optional<String> region(String name, RegionStatus status) {
    return write(
        "regions/" + name + "/status",
        status,
        () -> {
          Region region = new Region();
          region.setMetadata(named(name));
          region.setStatus(status);
          client.resource(region).subresource("status").patch(ObjectWriter.apply());
        });
  }

  /** Removes all that was written to a Region's status. Returns the failure, if any. */
  public Optional<String> withdrawRegion(String name) {
    return write(
        "regions/" + name + "/status",
        Optional.empty(),
        () -> {
          Region region = new Region();
          region.setMetadata(named(name));
          client.resource(region).subresource("status").patch(ObjectWriter.apply());
        });
  }

  private Optional<String> write(String what, Object content, Runnable request) {
    return writer.write(what, content, ANY_VERSION, request).problem();
  }

  private static ObjectMeta named(String name) {
    return new ObjectMetaBuilder().withName(name).build();
  }

  private static ObjectMeta owned(String name, String nodeUid) {
    return new ObjectMetaBuilder()
        .withName(name)
        .addToLabels(OwnNames.MANAGED_BY, OwnNames.MANAGER)
        .addNewOwnerReference()
        .withApiVersion("v1")
        .withKind("Node")
        .withName(name)
        .withUid(nodeUid)
        .endOwnerReference()
        .build();
  }
}
