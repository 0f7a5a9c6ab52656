package io.regionbridge.router.control;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.ClusterPlace;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.tunnel.FileKeyStore;
import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Asks a bridge to rotate the WireGuard key of its node.
 *
 * <p>Writes without {@link io.regionbridge.router.kubernetes.ObjectWriter}: a person asks once, and
 * gets the failure.
 */
final class KeyRotationRequest {
  private KeyRotationRequest() {}

  /**
   * Asks without a cluster, by creating the next key in a directory unless there is one.
   *
   * @return the public key of the next key, base64
   * @throws IOException if it cannot be read or written
   */
  static String send(Path directory) throws IOException {
    try (PrivateKey next = new FileKeyStore(directory).prepareNext()) {
      return next.publicKey().toString();
    }
  }

  /**
   * Asks in a cluster, by an annotation of the node's RouterNode: any new value asks for another
   * key.
   *
   * @param environment names the cluster
   * @param whose the node's name; empty: this node
   * @param text the value, such as the time
   * @return {@code RouterNode NAME is annotated with KEY=VALUE}
   * @throws IOException if there is no such RouterNode, or it cannot be written
   */
  static String send(Map<String, String> environment, Optional<String> whose, String text)
      throws IOException {
    ClusterPlace place = ClusterPlace.of(environment);
    String node = whose.orElse(place.node());
    try (KubernetesClient client = ClusterClient.local(place.kubeconfig()).api()) {
      RouterNode changed = new RouterNode();
      changed.setMetadata(
          new ObjectMetaBuilder()
              .withName(node)
              .addToAnnotations(OwnNames.ROTATE_KEY, text)
              .build());
      client
          .resources(RouterNode.class)
          .withName(node)
          .patch(PatchContext.of(PatchType.JSON_MERGE), changed);
      return "RouterNode %s is annotated with %s=%s".formatted(node, OwnNames.ROTATE_KEY, text);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        throw new IOException(
            "there is no RouterNode " + node + "; see kubectl get routernodes", e);
      }
      throw new IOException("cannot write RouterNode " + node + ": " + ErrorText.of(e), e);
    }
  }
}
