package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.tunnel.KeyStore;
import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key of a router node in a Secret of its own, {@link #name}: {@code <node>.private} and, while
 * a rotation is under way, {@code <node>.next}. Written by server-side apply under a field manager
 * of the node's own. Keys are remembered: once they are known, the API server may be away. Blocks.
 *
 * <p>Before each node had one, all shared {@value #SHARED}. A key is moved from there, and stays
 * there as long as the rights do not name the node's own Secret.
 *
 * <p>Writes without {@link ObjectWriter}: a key must be stored before it is used, so the caller
 * waits for the write and gets its failure, and a written key is not kept in memory for comparison.
 */
public final class SecretKeyStore implements KeyStore {
  /** The Secret that all nodes used to share. */
  public static final String SHARED = "region-bridge-wireguard";

  private static final Logger log = LoggerFactory.getLogger(SecretKeyStore.class);

  private final KubernetesClient client;
  private final String namespace;
  private final String node;
  private Optional<byte[]> present = Optional.empty();
  private Optional<byte[]> coming = Optional.empty();
  private boolean known;
  private Optional<String> inUse = Optional.empty();

  public SecretKeyStore(KubernetesClient client, String namespace, String node) {
    this.client = client;
    this.namespace = namespace;
    this.node = node;
  }

  /** The Secret of a node. */
  public static String name(String node) {
    return SHARED + "-" + node;
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
  public synchronized String toString() {
    return "Secret " + namespace + "/" + inUse.orElse(name(node));
  }

  /** Which Secret it is; the first time, with what is in the shared one moved to it. */
  private String secret() throws IOException {
    if (inUse.isEmpty()) {
      inUse = Optional.of(moved());
    }
    return inUse.get();
  }

  private String moved() throws IOException {
    String own = name(node);
    try {
      if (client.secrets().inNamespace(namespace).withName(own).get() == null) {
        Map<String, PrivateKey> keys = new LinkedHashMap<>();
        for (String key : new String[] {currentKey(), nextKey()}) {
          read(SHARED, key).ifPresent(found -> keys.put(key, found));
        }
        apply(own, keys);
        if (!keys.isEmpty()) {
          apply(SHARED, Map.of());
          log.info("the key was moved from Secret {} to {}", SHARED, own);
        }
        keys.values().forEach(PrivateKey::close);
      }
      return own;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw new IOException("cannot use Secret " + own + ": " + ErrorText.of(e), e);
      }
      log.warn(
          "Secret {} is not named in the rights, so the key is kept in {}: name the router node in"
              + " config.overlay.nodes and run helm upgrade",
          own,
          SHARED);
      return SHARED;
    }
  }

  private String currentKey() {
    return node + ".private";
  }

  private String nextKey() {
    return node + ".next";
  }

  private Optional<PrivateKey> read(String key) throws IOException {
    return read(secret(), key);
  }

  private Optional<PrivateKey> read(String name, String key) throws IOException {
    try {
      Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
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
            "Secret %s/%s, key %s, holds no WireGuard key; mend it or remove it"
                .formatted(namespace, name, key));
      }
      return parsed;
    } catch (KubernetesClientException e) {
      throw new IOException("cannot read Secret " + name + ": " + ErrorText.of(e), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot read Secret " + name + ": " + e.getMessage(), e);
    }
  }

  private void write(Map<String, PrivateKey> keys) throws IOException {
    String name = secret();
    try {
      apply(name, keys);
    } catch (KubernetesClientException e) {
      throw new IOException("cannot write Secret " + name + ": " + ErrorText.of(e), e);
    }
  }

  /** What is not named is taken away, if this node wrote it. */
  private void apply(String name, Map<String, PrivateKey> keys) {
    Map<String, String> data = new LinkedHashMap<>();
    keys.forEach((entry, key) -> data.put(entry, Base64.getEncoder().encodeToString(key.base64())));
    client
        .secrets()
        .inNamespace(namespace)
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels(OwnNames.MANAGED_BY, OwnNames.MANAGER)
                .endMetadata()
                .withData(data)
                .build())
        .patch(ObjectWriter.applyAs(OwnNames.MANAGER + "-" + node));
  }
}
