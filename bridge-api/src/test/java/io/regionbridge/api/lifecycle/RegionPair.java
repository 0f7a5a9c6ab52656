package io.regionbridge.api.lifecycle;

import io.regionbridge.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * Two regions on loopback for tests: mn with one Service and any number of gateways, and fsn1, one
 * bridge that relays to them.
 */
public final class RegionPair implements AutoCloseable {
  /** How long anything may take on a busy machine. */
  public static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final String SERVICES =
      """
      apiVersion: v1
      kind: Service
      metadata: { name: nats, namespace: messaging }
      spec: { clusterIP: 10.53.0.10, ports: [{ name: client, port: 4222 }] }
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: nats-1
        namespace: messaging
        labels: { kubernetes.io/service-name: nats }
      addressType: IPv4
      ports: [{ name: client, port: 4222 }]
      endpoints:
        - { addresses: [10.52.1.7], conditions: { ready: true }, hostname: nats-0 }
        - { addresses: [10.52.1.8], conditions: { ready: true }, hostname: nats-1 }
      """;

  private final List<Bridge> mn = new ArrayList<>();
  private final Path directory;
  private final String fsn1Config;
  private Bridge fsn1;
  private final HttpClient http = HttpClient.newHttpClient();

  private RegionPair(Path directory, int gateways, String more)
      throws IOException, InterruptedException {
    Files.writeString(directory.resolve("mn-services.yaml"), SERVICES);
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < gateways; i++) {
      ports.add(FreePorts.next());
      mn.add(
          Bridge.start(
              Configs.read(
                  """
                  region: { name: mn, podCIDRs: [10.52.0.0/16] }
                  dns: { listen: ["127.0.0.1:%d"], threads: 1, drain: 0s }
                  overlay: { mode: none }
                  kubernetes: { enabled: false }
                  directory: { files: [mn-services.yaml] }
                  admin: { listen: "127.0.0.1:0" }
                  """
                      .formatted(ports.get(i)),
                  directory)));
    }
    this.directory = directory;
    fsn1Config =
        """
        region: { name: fsn1, podCIDRs: [10.42.0.0/16] }
        dns: { listen: ["127.0.0.1:0"], threads: 1, drain: 0s }
        overlay: { mode: none }
        kubernetes: { enabled: false }
        admin: { listen: "127.0.0.1:%%d" %s }
        regions: [{ name: mn, podCIDRs: [10.52.0.0/16], gateways: [%s] }]
        """
            .formatted(
                more,
                ports.stream()
                    .map(port -> "\"127.0.0.1:" + port + "\"")
                    .collect(Collectors.joining(", ")));
    fsn1 = startFsn1(0);
    for (Bridge bridge : mn) {
      ready(bridge);
    }
    ready(fsn1);
  }

  private Bridge startFsn1(int adminPort) throws IOException {
    return Bridge.start(Configs.read(fsn1Config.formatted(adminPort), directory));
  }

  /** Starts fsn1 again, at the same admin address, after somebody has closed it. */
  public void restartFsn1() throws IOException, InterruptedException {
    fsn1 = startFsn1(fsn1.httpAddresses().getFirst().getPort());
    ready(fsn1);
  }

  private static void ready(Bridge bridge) throws InterruptedException {
    if (!bridge.awaitReady(TIMEOUT)) {
      throw new AssertionError("not ready: " + bridge.notReady());
    }
  }

  /** Starts both; ready when this returns. */
  public static RegionPair start(Path directory, int gateways)
      throws IOException, InterruptedException {
    return new RegionPair(directory, gateways, "");
  }

  /** The same with more keys for fsn1's admin address, such as {@code , token: …}. */
  public static RegionPair start(Path directory, int gateways, String admin)
      throws IOException, InterruptedException {
    return new RegionPair(directory, gateways, admin);
  }

  /** The same without a gateway, and fsn1's admin address asks for a token. */
  public static RegionPair withToken(Path directory, String token)
      throws IOException, InterruptedException {
    Files.writeString(directory.resolve("token"), token);
    return new RegionPair(directory, 1, ", tokenFile: token");
  }

  /** The bridge that relays. */
  public Bridge fsn1() {
    return fsn1;
  }

  /** A gateway of mn. */
  public Bridge mn(int gateway) {
    return mn.get(gateway);
  }

  /** The admin address of a bridge. */
  public static String url(Bridge bridge) {
    return "http://127.0.0.1:" + bridge.httpAddresses().getFirst().getPort();
  }

  /** Asks fsn1's admin address. */
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path);
  }

  /** The same with another method. */
  public HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create(url(fsn1) + path);
    return http.send(
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(TIMEOUT)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Waits until something holds. */
  public static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not come to hold within " + TIMEOUT);
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    mn.forEach(Bridge::close);
    fsn1.close();
    http.close();
  }
}
