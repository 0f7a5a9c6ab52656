package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the project's own objects by server-side apply, and only what differs from what it wrote
 * last. Owned by one thread; blocks.
 */
public final class StatusWriter {
  private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);

  private final KubernetesClient client;
  private final WriteBackoff backoff;
  private final Map<String, Object> written = new HashMap<>();
  private final Map<String, String> told = new HashMap<>();

  public StatusWriter(KubernetesClient client, Clock clock) {
    this.client = client;
    this.backoff = new WriteBackoff(clock);
  }

  /** Forgets what was written, so that everything is written once more. */
  public void forget() {
    written.clear();
  }

  /**
   * Makes a node's RouterNode say this.
   *
   * @param nodeUid of the Node that owns it
   * @return what went wrong, if anything did
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
              client.resource(node).patch(apply());
            })
        .or(() ->
            write(
                "routernodes/" + name + "/status",
                status,
                () -> {
                  RouterNode node = new RouterNode();
                  node.setMetadata(named(name));
                  node.setStatus(status);
                  client.resource(node).subresource("status").patch(apply());
                }));
  }

  /**
   * Makes a Region's status say this.
   *
   * @return what went wrong, if anything did
   */
  public Optional<String> region(String name, RegionStatus status) {
    return write(
        "regions/" + name + "/status",
        status,
        () -> {
          Region region = new Region();
          region.setMetadata(named(name));
          region.setStatus(status);
          client.resource(region).subresource("status").patch(apply());
        });
  }

  /**
   * Takes away whatever was said in a Region's status.
   *
   * @return what went wrong, if anything did
   */
  public Optional<String> withdrawRegion(String name) {
    return write(
        "regions/" + name + "/status",
        Optional.empty(),
        () -> {
          Region region = new Region();
          region.setMetadata(named(name));
          client.resource(region).subresource("status").patch(apply());
        });
  }

  private Optional<String> write(String what, Object content, Runnable write) {
    if (content.equals(written.get(what))) {
      return Optional.empty();
    }
    if (!backoff.permits(what)) {
      return Optional.of(told.getOrDefault(what, "writing " + what + " failed a moment ago"));
    }
    try {
      write.run();
      written.put(what, content);
      backoff.succeeded(what);
      told.remove(what);
      return Optional.empty();
    } catch (KubernetesClientException e) {
      written.remove(what);
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        backoff.succeeded(what);
        return Optional.empty(); // deleted meanwhile: nothing to say any more
      }
      backoff.failed(what);
      String problem = "cannot write %s: %s".formatted(what, ErrorText.of(e));
      if (!problem.equals(told.put(what, problem))) {
        log.warn("{}", problem);
      }
      return Optional.of(problem);
    }
  }

  private static PatchContext apply() {
    PatchContext apply = PatchContext.of(PatchType.SERVER_SIDE_APPLY);
    apply.setFieldManager(OwnNames.MANAGER);
    apply.setForce(true);
    return apply;
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
