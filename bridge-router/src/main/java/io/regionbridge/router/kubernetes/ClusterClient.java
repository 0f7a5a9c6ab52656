package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;

/**
 * Makes clients for API servers. They never try a request again by themselves: whoever asks knows
 * better how long an answer is worth waiting for.
 */
public final class ClusterClient {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration REQUEST = Duration.ofSeconds(30);
  private static final Duration PING = Duration.ofSeconds(10);

  private ClusterClient() {}

  /** For the cluster that the process runs in: its ServiceAccount, or else {@code KUBECONFIG}. */
  public static KubernetesClient local() {
    return client(Config.autoConfigure(null));
  }

  /**
   * For the cluster that a kubeconfig names in its current context.
   *
   * @throws IllegalArgumentException if the text is none
   */
  public static KubernetesClient of(String kubeconfig) {
    Config config;
    try {
      config = Config.fromKubeconfig(kubeconfig);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("not a kubeconfig: " + e.getMessage(), e);
    }
    return client(config);
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
