package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.HostilePeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/**
 * One bridge, an honest peer and the worst one: whatever the worst one answers, local names and
 * those of the honest region are answered, and nobody is told anything of names or addresses that
 * are not the worst one's own.
 */
final class HostilePeerIT {
  private static final int QUESTIONS = 150;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final InetAddress HOSTILE = InetAddress.ofLiteral("127.0.67.66");

  @TempDir static Path directory;
  private static HostilePeer hostile;
  private static Bridge honest;
  private static Bridge victim;

  @BeforeAll
  static void start() throws Exception {
    Files.writeString(directory.resolve("mn.yaml"), service("10.52.7.7"));
    Files.writeString(directory.resolve("vic.yaml"), service("10.42.1.33"));
    int port = FreePorts.next();
    hostile = HostilePeer.start(HOSTILE, port, FreePorts.next());
    hostile.addresses("127.0.67.1", "10.66.6.6");
    honest = bridge("mn", "127.0.67.77:" + port, "10.52.0.0/16", "");
    victim =
        bridge(
            "vic",
            "127.0.67.1:" + port,
            "10.42.0.0/16",
            """
            { name: evil, podCIDRs: [10.66.0.0/16], gateways: ["127.0.67.66:%d"] },
            { name: mn, podCIDRs: [10.52.0.0/16], gateways: ["127.0.67.77:%d"] }
            """
                .formatted(port, port));
    RegionPair.await(
        () -> answers("web.prod.svc.mn.internal.", victim).equals(List.of("10.52.7.7")));
    RegionPair.await(
        () -> answers("x.prod.svc.evil.internal.", victim).equals(List.of("10.66.6.6")));
  }

  @AfterAll
  static void stop() {
    victim.close();
    honest.close();
    hostile.close();
  }

  @ParameterizedTest
  @EnumSource(HostilePeer.Dns.class)
  void nobodyElsesNamesSuffer(HostilePeer.Dns mode) throws Exception {
    hostile.dns(mode);
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong asked = new AtomicLong();
    Thread flood =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                try {
                  resolver(Duration.ofMillis(50))
                      .send(question("n" + asked.incrementAndGet() + ".prod.svc.evil.internal."));
                } catch (IOException notAnswered) {
                  // it need not be
                }
              }
            });
    try {
      for (int i = 0; i < QUESTIONS; i++) {
        assertThat(answers("web.prod.svc.vic.internal.", victim))
            .as("local, question %d", i)
            .containsExactly("10.42.1.33");
        assertThat(answers("web.prod.svc.mn.internal.", victim))
            .as("of the honest region, question %d", i)
            .containsExactly("10.52.7.7");
      }
    } finally {
      over.set(true);
      flood.join();
    }
    assertThat(asked.get()).isPositive();
    assertThat(healthz()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(HostilePeer.Dns.class)
  void nothingIsBelievedButItsOwnAddresses(HostilePeer.Dns mode) throws Exception {
    hostile.dns(mode);
    Message reply =
        resolver(PATIENCE)
            .send(
                question(
                    "own-" + mode.name().toLowerCase(Locale.ROOT) + ".prod.svc.evil.internal."));
    for (Record record : reply.getSection(Section.ANSWER)) {
      assertThat(record.getName().toString()).endsWith(".evil.internal.");
      assertThat(record.rdataToString()).startsWith("10.66.");
    }
    for (int section : new int[] {Section.AUTHORITY, Section.ADDITIONAL}) {
      assertThat(reply.getSection(section))
          .filteredOn(record -> record.getType() == Type.A)
          .isEmpty();
    }
  }

  @Test
  void theNamesOfTheClusterAreNobodysAndTheLimitsAreToldOf() throws Exception {
    hostile.dns(HostilePeer.Dns.SPECIAL_ADDRESSES);
    assertThat(
            resolver(PATIENCE).send(question("kubernetes.default.svc.cluster.local.")).getRcode())
        .isEqualTo(Rcode.REFUSED);
    assertThat(resolver(PATIENCE).send(question("special.prod.svc.evil.internal.")).getRcode())
        .isNotEqualTo(Rcode.NOERROR);
    assertThat(get("/metrics"))
        .containsPattern("region_bridge_contained_answers_total\\{region=\"evil\"\\} [1-9]");
  }

  private static Bridge bridge(String region, String listen, String pods, String peers)
      throws Exception {
    Bridge bridge =
        Bridge.start(
            Configs.read(
                """
                region: { name: %s, podCIDRs: [%s] }
                dns: { listen: ["%s"], threads: 1, drain: 0s }
                overlay: { mode: none }
                kubernetes: { enabled: false }
                directory: { files: [%s.yaml] }
                admin: { listen: "127.0.0.1:0" }
                regions: [%s]
                """
                    .formatted(region, pods, listen, region, peers),
                directory));
    assertThat(bridge.awaitReady(RegionPair.PATIENCE)).isTrue();
    return bridge;
  }

  private static String service(String pod) {
    return """
    apiVersion: v1
    kind: Service
    metadata: { name: web, namespace: prod }
    spec: { clusterIP: None, ports: [{ name: http, port: 80 }] }
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata: { name: web-1, namespace: prod, labels: { kubernetes.io/service-name: web } }
    addressType: IPv4
    endpoints: [{ addresses: [%s], conditions: { ready: true } }]
    ports: [{ name: http, port: 80 }]
    """
        .formatted(pod);
  }

  private static List<String> answers(String name, Bridge bridge) throws IOException {
    SimpleResolver resolver = new SimpleResolver(bridge.dnsAddresses().getFirst());
    resolver.setTimeout(PATIENCE);
    return resolver.send(question(name)).getSection(Section.ANSWER).stream()
        .map(Record::rdataToString)
        .toList();
  }

  private static SimpleResolver resolver(Duration patience) {
    InetSocketAddress address = victim.dnsAddresses().getFirst();
    SimpleResolver resolver = new SimpleResolver(address);
    resolver.setTimeout(patience);
    return resolver;
  }

  private static Message question(String name) throws IOException {
    return Message.newQuery(Record.newRecord(Name.fromString(name), Type.A, DClass.IN));
  }

  private static int healthz() throws IOException, InterruptedException {
    return response("/healthz").statusCode();
  }

  private static String get(String path) throws IOException, InterruptedException {
    return response(path).body();
  }

  private static HttpResponse<String> response(String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(RegionPair.url(victim) + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
