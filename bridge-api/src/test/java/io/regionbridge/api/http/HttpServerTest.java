package io.regionbridge.api.http;

import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.api.http.HttpServer.Site;
import io.regionbridge.api.http.Router.Route;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HttpServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  private static final int MOST = 3;

  private final AtomicInteger events = new AtomicInteger();
  private final Map<String, CompletableFuture<Supplier<Response.Content>>> later =
      Map.of("/later", new CompletableFuture<>(), "/never", new CompletableFuture<>());
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    Router first =
        new Router(
            Map.of(
                "/text", Route.of(MediaType.TEXT, r -> Response.text("hello " + r.query())),
                "/long", Route.of(MediaType.TEXT, _ -> Response.text("long ".repeat(2000))),
                "/broken",
                    Route.of(
                        MediaType.TEXT,
                        _ -> {
                          throw new IllegalStateException("on purpose");
                        }),
                "/later", later("/later", Duration.ofMinutes(1)),
                "/never", later("/never", Duration.ofMillis(10)),
                "/events",
                    Route.of(
                        MediaType.EVENTS,
                        _ ->
                            new Response.Events(
                                () ->
                                    ("n" + events.incrementAndGet())
                                        .getBytes(StandardCharsets.UTF_8),
                                Duration.ofMillis(10)))));
    Router second = new Router(Map.of("/other", Route.of(MediaType.TEXT, _ -> Response.text("o"))));
    server =
        HttpServer.start(
            List.of(
                new Site(ANY_PORT, first, MOST, "http"), new Site(ANY_PORT, second, MOST, "http")));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest(name = "{0} is answered {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /text HTTP/1.1~Host: a|200",
        "GET /text HTTP/1.0|200",
        "HEAD /text HTTP/1.1~Host: a|200",
        "GET http://a/text HTTP/1.1~Host: a|200",
        "GET http://a?b=/ HTTP/1.1~Host: a|404",
        "GET /text?a=b HTTP/1.1~Host: a|200",
        "GET /text?a=%zz HTTP/1.1~Host: a|400",
        "GET /text HTTP/1.1|400",
        "GET /text HTTP/1.1~Host: a~Host: b|400",
        "nonsense|400",
        "GET /nothing HTTP/1.1~Host: a|404",
        "GET /text/ HTTP/1.1~Host: a|404",
        "GET /../text HTTP/1.1~Host: a|404",
        "GET /other HTTP/1.1~Host: a|404",
        "POST /text HTTP/1.1~Host: a~Content-Length: 0|405",
        "DELETE /text HTTP/1.1~Host: a|405",
        "GET /text HTTP/1.1~Host: a~Accept: application/json|406",
        "POST /text HTTP/1.1~Host: a~Content-Length: 5000|413",
        "GET /broken HTTP/1.1~Host: a|500",
        "GET /text HTTP/1.1~Host: a~Expect: wonders|417",
        "GET /text HTTP/1.1~Host: a~Transfer-Encoding: xchunked|400",
        "GET /text HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked|501",
        "GET /text HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 3|400",
        "GET /text HTTP/1.0~Transfer-Encoding: chunked|400",
        "GET /text HTTP/1.1~Host: a~Content-Length: 3~Content-Length: 4|400",
        "GET /text HTTP/2.0~Host: a|505",
        "OPTIONS /text HTTP/1.1~Host: a|405",
        "CONNECT a:443 HTTP/1.1~Host: a|404",
      })
  void answersWithTheRightStatus(String request, int status) throws IOException {
    assertThat(status(exchange(0, request.replace("~", "\r\n") + "\r\n\r\n"))).isEqualTo(status);
  }

  @Test
  void explainsErrorsAsProblems() throws IOException {
    String response = exchange(0, "PUT /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(response)
        .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
        .containsIgnoringCase("\r\nallow: GET, HEAD\r\n")
        .containsIgnoringCase("\r\ncontent-type: application/problem+json\r\n")
        .endsWith(
            "{\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405,"
                + "\"detail\":\"PUT is not served here, only GET, HEAD\"}");
  }

  @Test
  void refusesLinesAndHeadersThatAreTooLong() throws IOException {
    String much = "a".repeat(9000);
    assertThat(status(exchange(0, "GET /" + much + " HTTP/1.1\r\nHost: a\r\n\r\n"))).isEqualTo(414);
    assertThat(status(exchange(0, "GET /text HTTP/1.1\r\nHost: a\r\nX: " + much + "\r\n\r\n")))
        .isEqualTo(431);
  }

  @Test
  void refusesABodyThatTurnsOutTooLarge() throws IOException {
    String chunk = "1000\r\n" + "a".repeat(4096) + "\r\n";
    assertThat(
            status(
                exchange(
                    0,
                    "POST /text HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + chunk
                        + chunk)))
        .isEqualTo(413);
  }

  @Test
  void tellsAClientThatWaitsForItToSendItsBody() throws IOException {
    try (Socket socket = connect(0)) {
      String head =
          "PUT /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\n";
      send(socket, head + "Content-Length: 3\r\n\r\n");
      String told = "HTTP/1.1 100 Continue\r\n\r\n";
      assertThat(socket.getInputStream().readNBytes(told.length()))
          .asString(StandardCharsets.US_ASCII)
          .isEqualTo(told);
      send(socket, "abc");
      assertThat(status(read(socket))).isEqualTo(405);
    }
  }

  @Test
  void saysWhenItAnswered() throws IOException {
    Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    for (String path : List.of("/text", "/nothing", "/events")) {
      try (Socket socket = connect(0)) {
        send(socket, "HEAD " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Matcher date = Pattern.compile("(?i)\r\ndate: ([^\r]+)\r\n").matcher(read(socket));
        assertThat(date.find()).as(path).isTrue();
        assertThat(ZonedDateTime.parse(date.group(1), RFC_1123_DATE_TIME).toInstant())
            .isBetween(before, Instant.now());
      }
    }
  }

  @ParameterizedTest(name = "{0} with Accept-Encoding: {1} is sent by {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/long|gzip|gzip",
        "/long|br, GZIP;q=0.5|gzip",
        "/long|identity, *|gzip",
        "/long|''|identity",
        "/long|identity|identity",
        "/long|gzip;q=0, *|identity",
        "/long|gzip;q=x|gzip",
        "/text|gzip|identity",
      })
  void sendsWhatIsLongByGzipToWhoTakesIt(String path, String accepted, String coding)
      throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http:/" + server.addresses().getFirst() + path));
      if (!accepted.isEmpty()) {
        request.header("Accept-Encoding", accepted);
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      HttpHeaders headers = response.headers();
      assertThat(headers.firstValue("content-encoding").orElse("identity")).isEqualTo(coding);
      assertThat(headers.firstValue("vary").orElseThrow()).contains("accept-encoding");
      InputStream body = response.body();
      byte[] read = (coding.equals("gzip") ? new GZIPInputStream(body) : body).readAllBytes();
      assertThat(new String(read, StandardCharsets.UTF_8))
          .startsWith(path.equals("/long") ? "long ".repeat(2000) : "hello");
      HttpResponse<Void> head =
          client.send(
              request.method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
              HttpResponse.BodyHandlers.discarding());
      assertThat(head.headers().firstValue("content-length"))
          .isEqualTo(headers.firstValue("content-length"));
    }
  }

  @Test
  void sendsNoBodyForHead() throws IOException {
    String response = exchange(0, "HEAD /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(response).containsIgnoringCase("content-length: 9\r\n").endsWith("\r\n\r\n");
  }

  @Test
  void servesEachSiteItsOwnRouter() throws IOException {
    assertThat(status(exchange(1, "GET /other HTTP/1.1\r\nHost: a\r\n\r\n"))).isEqualTo(200);
    assertThat(status(exchange(1, "GET /text HTTP/1.1\r\nHost: a\r\n\r\n"))).isEqualTo(404);
  }

  @Test
  void keepsAConnectionForRequestsThatFollow() throws IOException {
    String one = "GET /text HTTP/1.1\r\nHost: a\r\n\r\n";
    String last = "GET /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assertThat(exchange(0, one + one + last).split("HTTP/1.1 200 OK", -1)).hasSize(4);
  }

  private Route later(String path, Duration atMost) {
    return Route.of(
        MediaType.TEXT, _ -> new Response.Later(Objects.requireNonNull(later.get(path)), atMost));
  }

  private void arrives(Supplier<Response.Content> content) {
    Objects.requireNonNull(later.get("/later")).complete(content);
  }

  @Test
  void keepsTheOrderOfRequestsWhileItAwaitsAResponseAndServesOthersMeanwhile() throws IOException {
    try (Socket socket = connect(0)) {
      String last = "GET /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
      send(socket, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n" + last);
      assertThat(status(exchange(0, last))).isEqualTo(200);
      arrives(() -> Response.text("at last"));
      assertThat(read(socket)).containsSubsequence("at last\n", "hello {}\n");
    }
  }

  @Test
  void saysThatAResponseDidNotComeInTime() throws IOException {
    String response = exchange(0, "GET /never HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(response).startsWith("HTTP/1.1 503 ").contains("there was no answer within 10 ms");
  }

  @Test
  void answersAnInternalErrorWhenAResponseFails() throws IOException {
    arrives(() -> {
      throw new IllegalStateException("on purpose");
    });
    assertThat(status(exchange(0, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"))).isEqualTo(500);
  }

  @Test
  void forgetsAResponseWhoseClientHasGone() throws IOException {
    try (Socket socket = connect(0)) {
      String get = "GET /text HTTP/1.1\r\nHost: a\r\n\r\n";
      send(socket, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n" + get + get);
      assertThat(status(exchange(0, get))).isEqualTo(200);
    }
    arrives(() -> Response.text("too late"));
    assertThat(status(exchange(0, "GET /text HTTP/1.1\r\nHost: a\r\n\r\n"))).isEqualTo(200);
  }

  @Test
  void sendsEventsUntilTheClientGoes() throws IOException {
    try (Socket socket = connect(0)) {
      send(socket, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      List<String> data = lines.lines().filter(line -> line.startsWith("data: ")).limit(3).toList();
      assertThat(data).containsExactly("data: n1", "data: n2", "data: n3");
    }
  }

  @Test
  void namesTheAddressThatIsTaken() {
    InetSocketAddress taken = server.addresses().getFirst();
    Site site = new Site(taken, new Router(Map.of()), 1, "http");
    assertThatThrownBy(() -> HttpServer.start(List.of(site)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getPort());
  }

  private String exchange(int site, String request) throws IOException {
    try (Socket socket = connect(site)) {
      send(socket, request);
      socket.shutdownOutput();
      return read(socket);
    }
  }

  private Socket connect(int site) throws IOException {
    InetSocketAddress address = server.addresses().get(site);
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** All until the server closes its side. */
  private static String read(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static int status(String response) {
    assertThat(response).startsWith("HTTP/1.1 ");
    return Integer.parseInt(response.substring(9, 12));
  }
}
