package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.Parsed;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
   * Creates a client for the cluster that the process runs in.
   *
   * @param kubeconfig empty: the ServiceAccount is used
   * @throws IOException if the file cannot be read or is invalid
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

  /**
   * The proxy by which an API server is asked, in words; empty: it is asked directly. A webhook may
   * have put its variable into the Pod.
   */
  public static Optional<String> proxy(Config config) {
    URI server = URI.create(config.getMasterUrl());
    boolean tls = "https".equals(server.getScheme());
    String proxy = tls ? config.getHttpsProxy() : config.getHttpProxy();
    String host = server.getHost();
    if (proxy == null || proxy.isEmpty() || host == null || spared(host, config.getNoProxy())) {
      return Optional.empty();
    }
    // Without a password that it may have.
    String at = proxy.replaceFirst("^[a-z0-9]+://", "").replaceFirst("^.*@", "");
    return Optional.of(
        "the API server is asked by way of the proxy %s, as %s says: add %s to NO_PROXY to ask it"
                .formatted(at, tls ? "HTTPS_PROXY" : "HTTP_PROXY", host)
            + " directly");
  }

  /** As the client reads the list: ends of names, and ranges. */
  private static boolean spared(String host, String @Nullable [] noProxy) {
    return noProxy != null
        && Stream.of(noProxy)
            .map(String::strip)
            .anyMatch(entry ->
                !entry.isEmpty()
                    && (host.endsWith(entry)
                        || Cidr.parse(entry) instanceof Parsed.Valid(Cidr range)
                            && IpLiteral.parse(host).filter(range::contains).isPresent()));
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
