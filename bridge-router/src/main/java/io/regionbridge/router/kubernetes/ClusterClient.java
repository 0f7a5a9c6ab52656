package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A client for the API server of the local cluster. It never tries a request again by itself:
 * whoever asks knows better how long an answer is worth waiting for.
 *
 * @param api is closed by whoever made this
 * @param proxy by which proxy the API server is asked, or which one is not used, in words. A
 *     webhook may have put its variable into the Pod. Empty: no proxy is named
 */
public record ClusterClient(KubernetesClient api, Optional<String> proxy) {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration REQUEST = Duration.ofSeconds(30);
  private static final Duration PING = Duration.ofSeconds(10);

  /**
   * Creates a client for the cluster that the process runs in.
   *
   * @param kubeconfig empty: the ServiceAccount is used
   * @throws IOException if the file cannot be read or is invalid
   */
  public static ClusterClient local(Optional<Path> kubeconfig) throws IOException {
    if (kubeconfig.isEmpty()) {
      return of(Config.autoConfigure(null));
    }
    Path file = kubeconfig.get();
    if (!Files.isReadable(file)) {
      throw new IOException("KUBECONFIG: cannot read " + file);
    }
    try {
      // Without a context fabric8 asks a default server.
      KubeconfigContext.of(Files.readString(file)).server();
      return of(Config.fromKubeconfig(file.toFile()));
    } catch (KubeconfigException | CharacterCodingException | RuntimeException e) {
      throw new IOException("KUBECONFIG: %s cannot be used: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Lets a client use the proxy that kubectl uses.
   *
   * @param config as fabric8 has configured it
   * @return by which proxy the API server is asked, in words; empty: directly
   */
  public static Optional<String> setProxy(Config config) {
    Optional<ApiProxy> proxy = ApiProxy.of(config, System.getenv());
    ApiProxy.apply(proxy, config);
    return proxy.map(ApiProxy::describe);
  }

  private static ClusterClient of(Config config) {
    Config patient =
        new ConfigBuilder(config)
            .withConnectionTimeout((int) CONNECT.toMillis())
            .withRequestTimeout((int) REQUEST.toMillis())
            .withRequestRetryBackoffLimit(0)
            .withWatchReconnectLimit(0)
            .withWebsocketPingInterval(PING.toMillis())
            .withUserAgent("region-bridge")
            .build();
    Optional<String> proxy = setProxy(patient);
    return new ClusterClient(new KubernetesClientBuilder().withConfig(patient).build(), proxy);
  }
}
