package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.HostilePeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
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
  private static final int QUESTIONS = 1_000;

  private static final long FLOOD_PAUSE_NANOS = 500_000;

  /** What the condition says. What is no reply, or a true one, shows in the counters alone. */
  private static final Map<HostilePeer.Dns, String> TOLD =
      Map.of(
          HostilePeer.Dns.SPECIAL_ADDRESSES, "addresses outside",
          HostilePeer.Dns.POINTER_CHAINS, "too complex|TCP",
          HostilePeer.Dns.SILENT_STREAM, "TCP");

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
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
    Thread flood = Thread.ofPlatform().start(() -> flood(asked, over));
    try {
      long[] local = new long[QUESTIONS];
      long[] honestly = new long[QUESTIONS];
      for (int i = 0; i < QUESTIONS; i++) {
        local[i] = timeOf("web.prod.svc.vic.internal.", "10.42.1.33", i);
        honestly[i] = timeOf("web.prod.svc.mn.internal.", "10.52.7.7", i);
      }
      System.out.printf(
          "%s: 0 of %d lost; p99 of local names %.1f ms, of the honest region's %.1f ms%n",
          mode, 2 * QUESTIONS, p99Millis(local), p99Millis(honestly));
    } finally {
      over.set(true);
      flood.join();
    }
    assertThat(asked.get()).isPositive();
    assertThat(healthz()).isEqualTo(200);
    String told = TOLD.get(mode);
    if (told != null) {
      Pattern condition = Pattern.compile("\"AnswersAccepted\"[^}]*\"False\"[^}]*(" + told + ")");
      RegionPair.await(() -> {
        resolver(TIMEOUT)
            .send(question("t" + asked.incrementAndGet() + ".prod.svc.evil.internal."));
        return condition.matcher(get("/api/v1/status")).find();
      });
      assertThat(get("/metrics"))
          .contains("region_bridge_condition_ok{region=\"evil\",type=\"AnswersAccepted\"} 0");
    }
  }

  /** Asks for new names of the worst peer, two thousand a second, and waits for no answer. */
  private static void flood(AtomicLong asked, AtomicBoolean over) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(victim.dnsAddresses().getFirst());
      while (!over.get()) {
        String name = "n" + asked.incrementAndGet() + ".prod.svc.evil.internal.";
        byte[] query = question(name).toWire();
        socket.send(new DatagramPacket(query, query.length));
        LockSupport.parkNanos(FLOOD_PAUSE_NANOS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double p99Millis(long[] nanos) {
    Arrays.sort(nanos);
    return nanos[(int) Math.ceil(0.99 * nanos.length) - 1] / 1e6;
  }

  /** Nanoseconds until the victim's answer, which must be the right one. */
  private static long timeOf(String name, String address, int number) throws IOException {
    byte[] query = question(name).toWire();
    byte[] buffer = new byte[1500];
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      socket.connect(victim.dnsAddresses().getFirst());
      long began = System.nanoTime();
      socket.send(new DatagramPacket(query, query.length));
      DatagramPacket reply = new DatagramPacket(buffer, buffer.length);
      socket.receive(reply);
      final long took = System.nanoTime() - began;
      assertThat(new Message(Arrays.copyOf(buffer, reply.getLength())).getSection(Section.ANSWER))
          .as("%s, question %d", name, number)
          .extracting(Record::rdataToString)
          .containsExactly(address);
      return took;
    }
  }

  @ParameterizedTest
  @EnumSource(HostilePeer.Dns.class)
  void nothingIsBelievedButItsOwnAddresses(HostilePeer.Dns mode) throws Exception {
    hostile.dns(mode);
    Message reply =
        resolver(TIMEOUT)
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
    assertThat(resolver(TIMEOUT).send(question("kubernetes.default.svc.cluster.local.")).getRcode())
        .isEqualTo(Rcode.REFUSED);
    assertThat(resolver(TIMEOUT).send(question("special.prod.svc.evil.internal.")).getRcode())
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
    assertThat(bridge.awaitReady(RegionPair.TIMEOUT)).isTrue();
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
    resolver.setTimeout(TIMEOUT);
    return resolver.send(question(name)).getSection(Section.ANSWER).stream()
        .map(Record::rdataToString)
        .toList();
  }

  private static SimpleResolver resolver(Duration timeout) {
    InetSocketAddress address = victim.dnsAddresses().getFirst();
    SimpleResolver resolver = new SimpleResolver(address);
    resolver.setTimeout(timeout);
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
