package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.util.Optional;

/** Asks a router node's bridge to rotate its WireGuard key, by an annotation of its RouterNode. */
public final class RotationRequest {
  /** Any value that was not taken up before asks for another key. */
  public static final String ANNOTATION = Region.GROUP + "/rotate-key";

  private RotationRequest() {}

  /**
   * Asks.
   *
   * @param kubeconfig the file that names the cluster; empty: the one that the process runs in
   * @param node whose key
   * @param text what tells this request from others, such as the time
   * @throws IOException if there is no such RouterNode, or it cannot be written
   */
  public static void send(Optional<Path> kubeconfig, String node, String text) throws IOException {
    try (KubernetesClient client = ClusterClient.local(kubeconfig)) {
      RouterNode changed = new RouterNode();
      changed.setMetadata(
          new ObjectMetaBuilder().withName(node).addToAnnotations(ANNOTATION, text).build());
      client
          .resources(RouterNode.class)
          .withName(node)
          .patch(PatchContext.of(PatchType.JSON_MERGE), changed);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        throw new IOException(
            "there is no RouterNode " + node + "; see kubectl get routernodes", e);
      }
      throw new IOException("cannot write RouterNode " + node + ": " + ErrorText.of(e), e);
    }
  }
}
