package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.regionbridge.router.tunnel.KeyStore;
import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of all router nodes in one Secret, {@value #NAME}: {@code <node>.private} and, while a
 * rotation is under way, {@code <node>.next}. Each node writes its own by server-side apply under a
 * field manager of its own, so that none can take another's away. Keys are remembered: once they
 * are known, the API server may be away. Blocks.
 */
public final class SecretKeyStore implements KeyStore {
  /** The Secret. */
  public static final String NAME = "region-bridge-wireguard";

  private final KubernetesClient client;
  private final String namespace;
  private final String node;
  private Optional<byte[]> present = Optional.empty();
  private Optional<byte[]> coming = Optional.empty();
  private boolean known;

  public SecretKeyStore(KubernetesClient client, String namespace, String node) {
    this.client = client;
    this.namespace = namespace;
    this.node = node;
  }

  @Override
  public synchronized PrivateKey current() throws IOException {
    if (present.isPresent()) {
      return PrivateKey.of(present.get());
    }
    Optional<PrivateKey> kept = read(currentKey());
    PrivateKey key = kept.isPresent() ? kept.get() : PrivateKey.generate();
    if (kept.isEmpty()) {
      write(Map.of(currentKey(), key));
    }
    present = Optional.of(key.bytes());
    return key;
  }

  @Override
  public synchronized Optional<PrivateKey> next() throws IOException {
    if (!known) {
      coming = read(nextKey()).map(SecretKeyStore::octets);
      known = true;
    }
    return coming.map(PrivateKey::of);
  }

  @Override
  public synchronized PrivateKey prepareNext() throws IOException {
    Optional<PrivateKey> prepared = next();
    if (prepared.isPresent()) {
      return prepared.get();
    }
    PrivateKey next = PrivateKey.generate();
    try (PrivateKey now = current()) {
      write(Map.of(currentKey(), now, nextKey(), next));
    }
    coming = Optional.of(next.bytes());
    return next;
  }

  @Override
  public synchronized void promoteNext() throws IOException {
    try (PrivateKey next =
        next()
            .orElseThrow(
                () -> new IOException("no key is prepared in " + this + "; prepare one first"))) {
      write(Map.of(currentKey(), next));
      present = Optional.of(next.bytes());
      coming.ifPresent(octets -> Arrays.fill(octets, (byte) 0));
      coming = Optional.empty();
    }
  }

  private static byte[] octets(PrivateKey key) {
    try (key) {
      return key.bytes();
    }
  }

  @Override
  public String toString() {
    return "Secret " + namespace + "/" + NAME;
  }

  private String currentKey() {
    return node + ".private";
  }

  private String nextKey() {
    return node + ".next";
  }

  private Optional<PrivateKey> read(String key) throws IOException {
    try {
      Secret secret = client.secrets().inNamespace(namespace).withName(NAME).get();
      String encoded =
          secret == null || secret.getData() == null ? null : secret.getData().get(key);
      if (encoded == null) {
        return Optional.empty();
      }
      String text = new String(Base64.getDecoder().decode(encoded), StandardCharsets.ISO_8859_1);
      Optional<PrivateKey> parsed = PrivateKey.parse(text.strip()).filter(k -> !k.isZero());
      if (parsed.isEmpty()) {
        // A new key in its place would cut off every peer.
        throw new IOException(
            this + ", key " + key + ", holds no WireGuard key; mend it or remove it");
      }
      return parsed;
    } catch (KubernetesClientException e) {
      throw new IOException("cannot read " + this + ": " + ErrorText.of(e), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot read " + this + ": " + e.getMessage(), e);
    }
  }

  /** What is not named is taken away, if this node wrote it. */
  private void write(Map<String, PrivateKey> keys) throws IOException {
    Map<String, String> data = new LinkedHashMap<>();
    keys.forEach((name, key) -> data.put(name, Base64.getEncoder().encodeToString(key.base64())));
    try {
      client
          .secrets()
          .inNamespace(namespace)
          .resource(
              new SecretBuilder()
                  .withNewMetadata()
                  .withName(NAME)
                  .withNamespace(namespace)
                  .addToLabels(OwnNames.MANAGED_BY, OwnNames.MANAGER)
                  .endMetadata()
                  .withData(data)
                  .build())
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.SERVER_SIDE_APPLY)
                  .withFieldManager(OwnNames.MANAGER + "-" + node)
                  .withForce(true)
                  .build());
    } catch (KubernetesClientException e) {
      throw new IOException("cannot write " + this + ": " + ErrorText.of(e), e);
    }
  }
}
