package io.regionbridge.api.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.api.http.Response;
import io.regionbridge.api.lifecycle.Bridge;
import io.regionbridge.api.lifecycle.Configs;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.feed.FeedServer;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.testkit.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The directory feed as any client reads it: what {@code docs/reference/http.md} says of it. */
@Timeout(60)
final class DirectoryStreamTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;
  private Bridge bridge;

  DirectoryStreamTest() throws IOException {
    port = FreePorts.next();
  }

  @BeforeEach
  void start() throws IOException, InterruptedException {
    write("10.52.1.1", "192.0.2.1");
    bridge =
        Bridge.start(
            Configs.read(
                """
                region: { name: mn, podCIDRs: [10.52.0.0/16] }
                dns: { listen: ["127.0.0.1:0"], threads: 1, drain: 0s, ttl: 7s }
                overlay: { mode: none }
                kubernetes: { enabled: false }
                directory: { files: [services.yaml], excludeNamespaces: [hidden] }
                admin: { listen: "127.0.0.1:%d" }
                """
                    .formatted(port),
                directory));
    assertThat(bridge.awaitReady(RegionPair.TIMEOUT)).isTrue();
  }

  @AfterEach
  void stop() {
    bridge.close();
  }

  /** The lines of one request, in their order. */
  private static final class Feed implements AutoCloseable {
    private final InputStream body;

    Feed(InputStream body) {
      this.body = body;
    }

    /** Octet by octet: a buffer would wait for more than there is. */
    JsonNode next() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int octet = body.read(); octet != '\n'; octet = body.read()) {
        assertThat(octet).as("no end of the stream").isNotNegative();
        line.write(octet);
      }
      return JSON.readTree(line.toByteArray());
    }

    /** All lines up to the next position, and that. */
    List<JsonNode> untilCurrent() throws IOException {
      List<JsonNode> all = new ArrayList<>();
      do {
        all.add(next());
      } while (!all.getLast().has("current"));
      return all;
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  @Test
  void aFeedIsASnapshotThenChangesThenHeartbeats() throws Exception {
    try (Feed feed = read("", false)) {
      List<JsonNode> snapshot = feed.untilCurrent();
      assertThat(snapshot).hasSize(3);
      assertThat(snapshot.getFirst().get("start").toString())
          .isEqualTo(
              "{\"version\":1,\"region\":\"mn\",\"domain\":\"mn.internal\",\"ttlSeconds\":7,\"whole\":true}");
      JsonNode service = snapshot.get(1).get("service");
      assertThat(service.get("namespace").asText()).isEqualTo("shop");
      assertThat(service.at("/slices/0/endpoints").toString())
          .as("no address outside the region's ranges")
          .isEqualTo("[{\"address\":\"10.52.1.1\"}]");
      String position = snapshot.get(2).get("current").asText();
      assertThat(feed.next().get("current").asText()).as("a heartbeat").isEqualTo(position);
      write("10.52.1.2");
      List<JsonNode> change = feed.untilCurrent();
      while (change.size() == 1) { // heartbeats that came before the file was read
        change = feed.untilCurrent();
      }
      assertThat(change).hasSize(2);
      assertThat(change.getFirst().at("/service/slices/0/endpoints/0/address").asText())
          .isEqualTo("10.52.1.2");
      assertThat(change.get(1).get("current").asText()).isNotEqualTo(position);
      assertThat(feed.untilCurrent()).as("a heartbeat again").hasSize(1);
    }
  }

  @Test
  void aPositionThatIsKnownIsGoneOnFrom() throws Exception {
    String position;
    try (Feed feed = read("", false)) {
      position = feed.untilCurrent().getLast().get("current").asText();
    }
    try (Feed feed = read("?since=" + position, false)) {
      List<JsonNode> lines = feed.untilCurrent();
      assertThat(lines).hasSize(2);
      assertThat(lines.getFirst().at("/start/whole").asBoolean()).isFalse();
      assertThat(lines.get(1).get("current").asText()).isEqualTo(position);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "what", "0000000000000001-1", "FUTURE", "-1", "%00", "9999999999999999999-1"})
  void anyOtherPositionStartsOver(String since) throws Exception {
    String given = since;
    if (since.equals("FUTURE")) {
      try (Feed feed = read("", false)) {
        String now = feed.untilCurrent().getLast().get("current").asText();
        given = now.substring(0, now.indexOf('-')) + "-999999999";
      }
    }
    try (Feed feed = read("?since=" + given, false)) {
      List<JsonNode> lines = feed.untilCurrent();
      assertThat(lines.getFirst().at("/start/whole").asBoolean()).isTrue();
      assertThat(lines).hasSize(3);
    }
  }

  @Test
  void gzipSaysTheSame() throws Exception {
    try (Feed plain = read("", false);
        Feed zipped = read("", true)) {
      assertThat(zipped.untilCurrent()).isEqualTo(plain.untilCurrent());
      assertThat(zipped.next()).as("a heartbeat").isEqualTo(plain.next());
    }
  }

  @Test
  void parametersThatAreNotKnownAreIgnored() throws Exception {
    try (Feed feed = read("?later=1", false)) {
      assertThat(feed.untilCurrent()).hasSize(3);
    }
  }

  @Test
  void noClientKeepsOthersFromReading() {
    FeedServer feed = new FeedServer(1);
    DirectoryServer server = new DirectoryServer(feed);
    assertThat(server.feed(Optional.empty(), "a"))
        .as("before the directory is known")
        .isInstanceOf(Response.Content.class);
    feed.publish(
        Directory.EMPTY.withComplete(true),
        PeerRule.AS_GIVEN,
        "mn",
        "mn.internal",
        Duration.ofSeconds(5));
    List<String> left = new ArrayList<>();
    for (int i = 0; i < 126; i++) {
      enter(server, "hostile", "h" + i, left);
    }
    enter(server, "a", "a0", left);
    Response.Stream.Source b0 = enter(server, "b", "b0", left);
    assertThat(left).isEmpty();
    assertThat(((Response.Content) server.feed(Optional.empty(), "hostile")).status())
        .as("who has the most is told that there is no room")
        .isEqualTo(503);
    enter(server, "a", "a1", left);
    enter(server, "c", "c0", left);
    assertThat(left).as("and makes room for others").containsExactly("h0", "h1");
    b0.end();
    enter(server, "hostile", "h126", left);
    assertThat(left).hasSize(2);
  }

  private static Response.Stream.Source enter(
      DirectoryServer server, Object client, String name, List<String> left) {
    Response.Stream.Source source =
        ((Response.Stream) server.feed(Optional.empty(), client)).source();
    source.begin(() -> {}, () -> left.add(name));
    return source;
  }

  private Feed read(String query, boolean zipped) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + port + "/api/v1/directory" + query));
    if (zipped) {
      request.header("Accept-Encoding", "gzip");
    }
    HttpResponse<InputStream> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/x-ndjson");
    assertThat(response.headers().firstValue("content-encoding").orElse(""))
        .isEqualTo(zipped ? "gzip" : "");
    return new Feed(zipped ? new GZIPInputStream(response.body()) : response.body());
  }

  private void write(String... addresses) throws IOException {
    List<String> endpoints = new ArrayList<>();
    for (String address : addresses) {
      endpoints.add("{ addresses: [" + address + "] }");
    }
    Path next = directory.resolve("next");
    Files.writeString(
        next,
        """
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { clusterIP: None, ports: [{ name: http, port: 80 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: secret, namespace: hidden }
        spec: { clusterIP: None }
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
        addressType: IPv4
        ports: [{ name: http, port: 80 }]
        endpoints: %s
        """
            .formatted(endpoints));
    Files.move(next, directory.resolve("services.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }
}
