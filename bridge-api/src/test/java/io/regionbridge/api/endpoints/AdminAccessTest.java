package io.regionbridge.api.endpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.regionbridge.api.feed.DirectoryServer;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.reports.Introspection;
import io.regionbridge.api.reports.QueryLog;
import io.regionbridge.router.feed.FeedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Who may see what on the admin address, with a token and over TLS. */
final class AdminAccessTest {
  private static final String TOKEN = "f00dfacef00dfacef00dfacef00dface";

  @TempDir Path directory;

  @Test
  void showsNothingButProbesAndPageToWhoHasNoToken() throws Exception {
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
    try (RegionPair regions = RegionPair.start(directory, 0, ", tokenFile: token")) {
      for (String path : new String[] {"/api/v1/status", "/api/v1/events", "/metrics"}) {
        HttpResponse<String> response = regions.get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(401);
        assertThat(response.headers().firstValue("www-authenticate"))
            .hasValue("Bearer realm=\"region-bridge\"");
        assertThat(response.body()).contains("\"status\":401").doesNotContain(TOKEN);
        assertThat(challenge(regions, path, "Bearer not-the-token-not-the-token"))
            .isEqualTo("Bearer realm=\"region-bridge\", error=\"invalid_token\"");
        assertThat(challenge(regions, path, "Basic " + TOKEN))
            .as("no token was shown, so none is wrong")
            .isEqualTo("Bearer realm=\"region-bridge\"");
      }
      for (String path : new String[] {"/", "/healthz", "/readyz", "/api/v1/openapi.json"}) {
        assertThat(regions.get(path).statusCode()).as(path).isEqualTo(200);
      }
      for (String path : new String[] {"/api/v1/status", "/metrics"}) {
        assertThat(status(regions, path, "Bearer " + TOKEN)).as(path).isEqualTo(200);
        assertThat(status(regions, path, "bearer  " + TOKEN)).as(path).isEqualTo(200);
      }
    }
  }

  @Test
  void aNameThatAStrangerMadeResolveToLoopbackGetsNothing() throws Exception {
    Files.writeString(directory.resolve("token"), TOKEN);
    try (RegionPair open = RegionPair.start(directory, 0);
        RegionPair guarded = RegionPair.start(directory, 0, ", tokenFile: token");
        Introspection bridge = new Introspection(open.fsn1().state(), Clock.systemUTC())) {
      QueryLog queries = new QueryLog(open.fsn1().dns(), Clock.systemUTC());
      for (String path :
          Sites.operators(bridge, queries, new DirectoryServer(new FeedServer(1))).keySet()) {
        assertThat(withHost(open, path, "evil.example:8053"))
            .as(path)
            .startsWith("HTTP/1.1 421 Misdirected Request\r\n")
            .contains("application/problem+json", "admin.tokenFile")
            .doesNotContain("evil");
      }
      assertThat(withHost(open, "http://evil.example/healthz", "127.0.0.1"))
          .startsWith("HTTP/1.1 421 ");
      for (String host :
          new String[] {"localhost:1234", "127.0.0.1", "10.42.0.7:8053", "[::1]:1"}) {
        assertThat(withHost(open, "/healthz", host)).as(host).startsWith("HTTP/1.1 200 OK\r\n");
      }
      assertThat(withHost(guarded, "/healthz", "bridge.example")).startsWith("HTTP/1.1 200 OK\r\n");
      assertThat(withHost(guarded, "/metrics", "bridge.example")).startsWith("HTTP/1.1 401 ");
    }
  }

  @Test
  void thePageRunsNothingButWhatIsInIt() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      HttpHeaders headers = regions.get("/").headers();
      assertThat(headers.firstValue("content-security-policy").orElseThrow())
          .contains("default-src 'none'", "frame-ancestors 'none'")
          .containsPattern("script-src 'sha256-[^']+'; style-src 'sha256-[^']+';")
          .doesNotContain("unsafe");
      assertThat(headers.firstValue("x-content-type-options")).hasValue("nosniff");
      assertThat(headers.firstValue("referrer-policy")).hasValue("no-referrer");
    }
  }

  private static String withHost(RegionPair regions, String target, String host)
      throws IOException {
    URI uri = URI.create(RegionPair.url(regions.fsn1()));
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout((int) RegionPair.TIMEOUT.toMillis());
      String request =
          "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(target, host);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void takesANewTokenAndKeepsTheLastGoodOne() throws Exception {
    Path file = Files.writeString(directory.resolve("token"), TOKEN);
    try (RegionPair regions = RegionPair.start(directory, 0, ", tokenFile: token")) {
      assertThat(status(regions, "/metrics", "Bearer " + TOKEN)).isEqualTo(200);
      Files.writeString(file, TOKEN + "2");
      RegionPair.await(() -> status(regions, "/metrics", "Bearer " + TOKEN + "2") == 200);
      assertThat(status(regions, "/metrics", "Bearer " + TOKEN)).isEqualTo(401);
      Files.delete(file);
      assertThat(status(regions, "/metrics", "Bearer " + TOKEN + "2")).isEqualTo(200);
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"", "short", "sixteen or more, but with spaces"})
  void doesNotStartWithATokenThatIsNone(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("token"), content);
    assertThatThrownBy(() -> RegionPair.start(directory, 0, ", tokenFile: token"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + " holds no token of 16 or more")
        .hasMessageNotContaining("sixteen or more, but");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({"missing, missing", "key, certificate"})
  void doesNotStartWithoutItsCertificate(String certificate, String key) throws Exception {
    certificate("one");
    assertThatThrownBy(() ->
            RegionPair.start(
                directory, 0, ", tls: { certificate: %s, key: %s }".formatted(certificate, key)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.resolve(certificate).toString());
  }

  @Test
  void servesOverTlsWithACertificateThatMayBeRenewed() throws Exception {
    X509Bundle first = certificate("one");
    try (RegionPair regions =
        RegionPair.start(directory, 0, ", tls: { certificate: certificate, key: key }")) {
      assertThat(overTls(regions, first)).isEqualTo("one");
      X509Bundle second = certificate("two");
      RegionPair.await(() -> overTls(regions, second).equals("two"));
      assertThatThrownBy(() -> regions.get("/healthz")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aTokenThatIsSentInTheClearIsNotLogged() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            IThrowableProxy thrown = event.getThrowableProxy();
            String cause = thrown == null ? "" : ThrowableProxyUtil.asString(thrown);
            lines.add(event.getFormattedMessage() + cause);
          }
        };
    appender.start();
    Logger log = (Logger) LoggerFactory.getLogger("io.regionbridge");
    log.addAppender(appender);
    Files.writeString(directory.resolve("token"), TOKEN);
    certificate("one");
    String more = ", tokenFile: token, tls: { certificate: certificate, key: key }";
    try (RegionPair regions = RegionPair.start(directory, 0, more)) {
      assertThatThrownBy(() -> status(regions, "/metrics", "Bearer " + TOKEN))
          .isInstanceOf(IOException.class);
      RegionPair.await(() -> lines.stream().anyMatch(line -> line.contains("it violates TLS")));
      String hex = HexFormat.of().formatHex(TOKEN.getBytes(StandardCharsets.US_ASCII));
      assertThat(lines).noneMatch(line -> line.contains(TOKEN) || line.contains(hex));
    } finally {
      log.detachAppender(appender);
    }
  }

  /** Writes one for 127.0.0.1, and its key. */
  private X509Bundle certificate(String name) throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=" + name)
            .addSanIpAddress(InetAddress.ofLiteral("127.0.0.1"))
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Files.writeString(directory.resolve("key"), bundle.getPrivateKeyPEM());
    Files.writeString(directory.resolve("certificate"), bundle.getCertificatePathPEM());
    return bundle;
  }

  /** The name on the certificate, if it is the one that is trusted. */
  private static String overTls(RegionPair regions, X509Bundle trusted) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("ca", trusted.getCertificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), new SecureRandom());
    URI uri = URI.create(RegionPair.url(regions.fsn1()).replace("http:", "https:") + "/healthz");
    try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
      HttpResponse<String> response =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(response.body()).isEqualTo("ok\n");
      X509Certificate shown =
          (X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName().substring("CN=".length());
    } catch (IOException notTrusted) {
      return "";
    }
  }

  private static int status(RegionPair regions, String path, String authorization)
      throws Exception {
    return ask(regions, path, authorization).statusCode();
  }

  private static String challenge(RegionPair regions, String path, String authorization)
      throws Exception {
    HttpResponse<Void> response = ask(regions, path, authorization);
    assertThat(response.statusCode()).isEqualTo(401);
    return response.headers().firstValue("www-authenticate").orElseThrow();
  }

  private static HttpResponse<Void> ask(RegionPair regions, String path, String authorization)
      throws Exception {
    URI uri = URI.create(RegionPair.url(regions.fsn1()) + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri).header("Authorization", authorization).build(),
          HttpResponse.BodyHandlers.discarding());
    }
  }
}
