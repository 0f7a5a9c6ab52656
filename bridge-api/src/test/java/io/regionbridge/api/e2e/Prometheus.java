package io.regionbridge.api.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A real Prometheus with the chart's alerts, which scrapes every second. */
final class Prometheus implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final NativeProcess process;
  private final String url;

  private Prometheus(NativeProcess process, String url) {
    this.process = process;
    this.url = url;
  }

  /**
   * Somebody to scrape.
   *
   * @param instance its label
   * @param region the label {@code local_region}, as the chart's monitors set it
   */
  record Target(String instance, String address, String region) {}

  /** Starts one in a directory of its own. */
  static Prometheus start(Path directory, String rules, List<Target> targets) throws IOException {
    Path program = NativeTool.find("prometheus");
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("rules.yaml"), rules);
    StringBuilder config =
        new StringBuilder(
            """
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 500ms }
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: region-bridge
                static_configs:
            """);
    for (Target target : targets) {
      config.append(
          "      - { targets: ['%s'], labels: { instance: '%s', namespace: region-bridge, local_region: '%s' } }\n"
              .formatted(target.address(), target.instance(), target.region()));
    }
    Path file = Files.writeString(directory.resolve("prometheus.yaml"), config);
    InetSocketAddress listen =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePorts.next());
    NativeProcess process =
        NativeProcess.start(
            program,
            "--config.file=" + file,
            "--storage.tsdb.path=" + directory.resolve("data"),
            "--web.listen-address=127.0.0.1:" + listen.getPort(),
            "--log.level=warn");
    process.awaitPort(listen, Served.TIMEOUT);
    return new Prometheus(process, "http://127.0.0.1:" + listen.getPort());
  }

  /**
   * What fires, as {@code NAME instance}; where an alert has none, with its region if it has that.
   */
  Set<String> firing() throws IOException {
    Set<String> firing = new TreeSet<>();
    for (JsonNode alert : get("/api/v1/alerts").at("/data/alerts")) {
      if (alert.path("state").asText().equals("firing")) {
        JsonNode labels = alert.path("labels");
        String whose = labels.path("instance").asText(labels.path("local_region").asText());
        firing.add((labels.path("alertname").asText() + " " + whose).strip());
      }
    }
    return firing;
  }

  /** What an expression says now. */
  JsonNode query(String expression) throws IOException {
    return get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
  }

  private JsonNode get(String path) throws IOException {
    try {
      return JSON.readTree(
          http.send(
                  HttpRequest.newBuilder(URI.create(url + path)).timeout(Served.TIMEOUT).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    process.close();
    http.close();
  }
}
