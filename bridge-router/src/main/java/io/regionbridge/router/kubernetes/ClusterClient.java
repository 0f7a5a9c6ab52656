package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Makes clients for the API server of the local cluster. They never try a request again by
 * themselves: whoever asks knows better how long an answer is worth waiting for.
 */
public final class ClusterClient {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration REQUEST = Duration.ofSeconds(30);
  private static final Duration PING = Duration.ofSeconds(10);

  private ClusterClient() {}

  /**
   * For the cluster that the process runs in.
   *
   * @param kubeconfig a file that names the API server; empty: the ServiceAccount's
   * @throws IOException if the file cannot be read or is none
   */
  public static KubernetesClient local(Optional<Path> kubeconfig) throws IOException {
    if (kubeconfig.isEmpty()) {
      return client(Config.autoConfigure(null));
    }
    Path file = kubeconfig.get();
    if (!Files.isReadable(file)) {
      throw new IOException("KUBECONFIG: cannot read " + file);
    }
    try {
      return client(Config.fromKubeconfig(file.toFile()));
    } catch (RuntimeException e) {
      throw new IOException("KUBECONFIG: " + file + " is no kubeconfig: " + e.getMessage(), e);
    }
  }

  private static KubernetesClient client(Config config) {
    Config patient =
        new ConfigBuilder(config)
            .withConnectionTimeout((int) CONNECT.toMillis())
            .withRequestTimeout((int) REQUEST.toMillis())
            .withRequestRetryBackoffLimit(0)
            .withWatchReconnectLimit(0)
            .withWebsocketPingInterval(PING.toMillis())
            .withUserAgent("region-bridge")
            .build();
    return new KubernetesClientBuilder().withConfig(patient).build();
  }
}
