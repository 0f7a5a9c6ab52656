package io.regionbridge.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.regionbridge.api.http.HttpServer.Site;
import io.regionbridge.api.http.Router.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that mean harm, over real sockets: what they hold is bounded and taken back, and others
 * are served meanwhile. How long exactly the server waits is tested where the clock is held: {@link
 * ClientTimeoutsTest}.
 */
final class HostileClientTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  private static final int MOST = 4;
  private static final int MIB = 1 << 20;

  /** Short, for those who do not come to an end; nobody who is quick notices. */
  private static final ClientTimeouts SHORT =
      new ClientTimeouts(Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofMillis(300));

  private static final ClientTimeouts LONG =
      new ClientTimeouts(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(5));

  /** How many events each listener was sent. */
  private final List<AtomicInteger> sent = new CopyOnWriteArrayList<>();

  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();
  private final CompletableFuture<Supplier<Response.Content>> later = new CompletableFuture<>();
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final CountDownLatch freed = new CountDownLatch(1);
  private final List<RawClient> clients = new ArrayList<>();
  private X509Bundle certificate;
  private List<InetSocketAddress> addresses = List.of();
  private @Nullable HttpServer server;

  @BeforeEach
  void issue() throws Exception {
    certificate =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=a")
            .addSanIpAddress(InetAddress.ofLiteral("127.0.0.1"))
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
  }

  @AfterEach
  void stop() throws IOException {
    freed.countDown();
    for (RawClient client : clients) {
      client.close();
    }
    Objects.requireNonNull(server, "never started").close();
  }

  private void start(ClientTimeouts timeouts) throws Exception {
    start(timeouts, MOST);
  }

  private void start(ClientTimeouts timeouts, int most) throws Exception {
    Router router =
        new Router(
            Map.of(
                "/text",
                Route.of(MediaType.TEXT, _ -> Response.text("hello")),
                "/large",
                Route.of(
                    MediaType.TEXT,
                    _ -> {
                      made.incrementAndGet();
                      return Response.ok(MediaType.TEXT, new byte[8 * MIB]);
                    }),
                "/later",
                Route.of(
                    MediaType.TEXT,
                    _ -> {
                      asked.incrementAndGet();
                      return new Response.Later(later, RawClient.TIMEOUT);
                    }),
                "/events",
                Route.of(
                    MediaType.EVENTS,
                    _ -> {
                      AtomicInteger events = new AtomicInteger();
                      sent.add(events);
                      return new Response.Events(
                          () -> {
                            events.incrementAndGet();
                            return "x".repeat(MIB).getBytes(StandardCharsets.US_ASCII);
                          },
                          Duration.ofMillis(5));
                    })));
    Router blocking =
        new Router(
            Map.of(
                "/stuck",
                Route.of(
                    MediaType.TEXT,
                    _ -> {
                      stuck.countDown();
                      try {
                        freed.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      return Response.text("free");
                    })));
    SslContext tls =
        SslContextBuilder.forServer(
                certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
            .build();
    HttpServer started =
        HttpServer.start(
            List.of(
                new Site(ANY_PORT, router, most, "one"),
                new Site(ANY_PORT, blocking, MOST, "other"),
                new Site(ANY_PORT, router, MOST, "one", Optional.of(() -> tls))),
            timeouts);
    server = started;
    addresses = started.addresses();
  }

  @Test
  void aHeadThatComesOctetByOctetIsNotWaitedForForever() throws Exception {
    start(SHORT);
    dripsUntilClosed("GET /text HTTP/1.1\r\nHost: a\r\nX: ");
  }

  @Test
  void aBodyThatComesOctetByOctetIsNotWaitedForForever() throws Exception {
    start(SHORT);
    dripsUntilClosed("GET /text HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\n");
  }

  private void dripsUntilClosed(String begin) throws Exception {
    RawClient slow = client("127.0.0.1").send(begin);
    assertThat(served("127.0.0.1")).isTrue();
    slow.socket().setSoTimeout(1);
    await(() -> {
      try {
        slow.send("a");
        return slow.socket().getInputStream().read() < 0;
      } catch (SocketTimeoutException open) {
        return false;
      } catch (IOException reset) {
        return true;
      }
    });
  }

  @Test
  void aFloodFromOneAddressKeepsNobodyOut() throws Exception {
    start(LONG);
    RawClient steady = client("127.0.0.2").get("/text");
    assertThat(steady.read(15)).isEqualTo("HTTP/1.1 200 OK");
    for (int i = 0; i < 50 * MOST; i++) {
      client("127.0.0.1");
    }
    assertThat(served("127.0.0.3")).isTrue();
    assertThat(served("127.0.0.1")).as("even at the flood's own address").isTrue();
    assertThat(steady.get("/text").read(15)).as("one that was there before").isNotEmpty();
    assertThat(clients.stream().skip(1).limit(49L * MOST).map(c -> c.count(MIB)))
        .as("octets until closed, for those who came long before the last")
        .containsOnly(0L);
  }

  @Test
  void aFloodFromManyAddressesKeepsNobodyOut() throws Exception {
    start(LONG);
    for (int i = 2; i < 250; i++) {
      client("127.0.1." + i);
      client("127.0.2." + i).send("GET /text HTTP/1.1\r\n");
    }
    assertThat(served("127.0.0.1")).isTrue();
    assertThat(clients.stream().limit(400).map(client -> client.count(MIB))).containsOnly(0L);
  }

  @Test
  void whoIsBusyAtOneAddressMakesRoomForAnotherAndTellsItsOwnThatThereIsNone() throws Exception {
    start(LONG);
    for (int i = 0; i < MOST; i++) {
      client("127.0.0.1").get("/later");
      await(() -> asked.get() == clients.size());
    }
    try (RawClient more = RawClient.connect(addresses.getFirst())) {
      String refusal = more.get("/text").send("a".repeat(MIB / 4)).readAll();
      assertThat(refusal)
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("connection: close")
          .endsWith("\"detail\":\"too many connections are open\"}");
    }
    assertThat(served("127.0.0.2")).as("from another address").isTrue();
    later.complete(() -> Response.text("at last"));
    long answered =
        clients.stream().map(client -> read(client, 15)).filter("HTTP/1.1 200 OK"::equals).count();
    assertThat(answered).as("but for the one that made room").isEqualTo(MOST - 1);
  }

  @Test
  void whoReadsNoEventsIsPassedOverAndKeepsNobodyWaiting() throws Exception {
    start(LONG, 2);
    RawClient deaf = client("127.0.0.1", 8192).get("/events");
    await(() -> sent.size() == 1);
    try (RawClient listener = RawClient.from("127.0.0.2", addresses.getFirst()).get("/events")) {
      assertThat(listener.read(20 * MIB)).hasSize(20 * MIB);
      assertThat(sent.getFirst().get()).as("events made for who reads none").isLessThan(4);
      assertThat(served("127.0.0.1")).as("in the place of who was here first").isTrue();
    }
    assertThat(deaf.count(64 * MIB)).isLessThan(4 * MIB);
  }

  @Test
  void whoDoesNotReadALargeResponseIsDropped() throws Exception {
    start(SHORT, 1);
    RawClient deaf = client("127.0.0.1", 8192).get("/large");
    await(() -> made.get() == 1);
    await(() -> served("127.0.0.1"));
    assertThat(deaf.count(64 * MIB)).isLessThan(8 * MIB);
  }

  @Test
  void whoReadsNothingCannotAskForMore() throws Exception {
    start(SHORT);
    RawClient client = client("127.0.0.1", 8192);
    await(() -> {
      try {
        client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000));
        return false;
      } catch (IOException given) {
        return true; // up, for its first response was never read
      }
    });
    assertThat(made).hasValue(1);
  }

  @Test
  void requestsInOneGoAreAnsweredInOrder() throws Exception {
    start(LONG);
    RawClient client = client("127.0.0.1");
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                client.send("GET /text HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4999));
                client.send("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    String all = client.readAll();
    writer.join();
    assertThat(all.split("HTTP/1.1 200 OK\r\n", -1)).hasSize(5000);
    assertThat(all.substring(all.lastIndexOf("HTTP/1.1 "))).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void whoClosesItsSideIsStillAnswered() throws Exception {
    start(LONG);
    assertThat(client("127.0.0.1").get("/text").sendsNoMore().readAll()).endsWith("hello\n");
    assertThat(client("127.0.0.1").get("/large").sendsNoMore().count(64 * MIB))
        .isGreaterThan(8 * MIB);
    RawClient waits = client("127.0.0.1").get("/later").get("/text").sendsNoMore();
    assertThat(served("127.0.0.1")).isTrue();
    later.complete(() -> Response.text("at last"));
    assertThat(waits.readAll()).containsSubsequence("at last\n", "hello\n");
    assertThat(client("127.0.0.1").sendsNoMore().readAll()).isEmpty();
    assertThat(client("127.0.0.1").send("GET /te").sendsNoMore().count(MIB)).isLessThan(MIB);
  }

  @Test
  void whoIsRefusedInTheMiddleOfSendingGetsToReadWhy() throws Exception {
    start(LONG);
    RawClient client =
        client("127.0.0.1")
            .send("PUT /text HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
    for (int i = 0; i < 64; i++) {
      client.send("a".repeat(MIB / 16));
    }
    assertThat(client.readAll()).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void whoGoesInTheMiddleOfAResponseLeavesNothingBehind() throws Exception {
    start(LONG);
    for (int i = 0; i < 20 * MOST; i++) {
      RawClient client = client("127.0.0.1", 8192).get("/large");
      assertThat(client.read(15)).isEqualTo("HTTP/1.1 200 OK");
      client.drop();
      RawClient listener = client("127.0.0.1", 8192).get("/events");
      assertThat(listener.read(15)).isEqualTo("HTTP/1.1 200 OK");
      listener.drop();
    }
    await(() -> served("127.0.0.1"));
  }

  @Test
  void whatOneSiteIsAskedDoesNotKeepAnotherWaiting() throws Exception {
    start(LONG);
    RawClient holder = RawClient.connect(addresses.get(1));
    clients.add(holder);
    holder.get("/stuck");
    stuck.await();
    for (int i = 0; i < 10 * MOST; i++) { // fewer than the kernel keeps until they are accepted
      clients.add(RawClient.connect(addresses.get(1)).get("/stuck"));
      assertThat(served("127.0.0.1")).isTrue();
    }
  }

  @Test
  void aTlsHandshakeThatDoesNotEndIsNotWaitedForForever() throws Exception {
    start(SHORT);
    // A record that says it is long: the rest never comes.
    RawClient client = tlsClient("127.0.0.1").send("\u0016\u0003\u0001\u0002\u0000\u0001");
    assertThat(client.count(MIB)).isLessThan(MIB);
    assertThat(tlsClient("127.0.0.1").count(MIB)).as("octets for who says nothing").isZero();
  }

  @Test
  void aFloodOfTlsHandshakesKeepsNobodyOut() throws Exception {
    start(LONG);
    for (int i = 0; i < 50 * MOST; i++) {
      tlsClient("127.0.0.1").send("\u0016\u0003\u0001\u0002\u0000\u0001");
    }
    assertThat(overTls("127.0.0.2")).startsWith("HTTP/1.1 200 OK").endsWith("hello\n");
    assertThat(overTls("127.0.0.1")).startsWith("HTTP/1.1 200 OK").endsWith("hello\n");
    assertThat(clients.stream().limit(49L * MOST)).allMatch(client -> client.count(MIB) < MIB);
  }

  private String overTls(String address) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("ca", certificate.getCertificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    Socket plain = RawClient.from(address, addresses.get(2)).socket();
    try (SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(plain, "127.0.0.1", 0, true)) {
      socket
          .getOutputStream()
          .write(
              "GET /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private RawClient tlsClient(String address) throws IOException {
    RawClient client = RawClient.from(address, addresses.get(2));
    clients.add(client);
    return client;
  }

  private RawClient client(String address) throws IOException {
    return client(address, 0);
  }

  private RawClient client(String address, int receiveBuffer) throws IOException {
    RawClient client = RawClient.from(address, addresses.getFirst(), receiveBuffer);
    clients.add(client);
    return client;
  }

  private boolean served(String address) throws IOException {
    try (RawClient client = RawClient.from(address, addresses.getFirst())) {
      String response =
          client.send("GET /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").readAll();
      return response.startsWith("HTTP/1.1 200 OK");
    }
  }

  private static String read(RawClient client, int octets) {
    try {
      return client.read(octets);
    } catch (IOException reset) {
      return "";
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + RawClient.TIMEOUT.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("came to hold in time").isLessThan(deadline);
    }
  }
}
