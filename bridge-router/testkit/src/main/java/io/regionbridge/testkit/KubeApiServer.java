package io.regionbridge.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A real kube-apiserver with its own etcd, on loopback, with RBAC in force. No controllers and no
 * kubelet: objects stay as they were written, no Pod runs, no EndpointSlice appears by itself, and
 * nothing is garbage-collected.
 *
 * <p>Knows no Kubernetes client: it gives the URL, the CA and tokens, or all three as the text of a
 * kubeconfig. Requests with {@link #adminToken} may do everything; {@link #serviceAccountToken}
 * gives the rights that RBAC gives a ServiceAccount.
 */
public final class KubeApiServer implements AutoCloseable {
  /** How long a start may take on a busy machine; it takes about four seconds on an idle one. */
  private static final Duration START = Duration.ofSeconds(90);

  /** The newest, or that of an older minor: {@code -Dkubernetes.minor=1.33}. */
  private static final String PROGRAM =
      Optional.ofNullable(System.getProperty("kubernetes.minor"))
          .map("kube-apiserver-"::concat)
          .orElse("kube-apiserver");

  private static final Pattern TOKEN = Pattern.compile("\"token\"\\s*:\\s*\"([^\"]+)\"");
  private static final Pattern MINOR = Pattern.compile("\"minor\"\\s*:\\s*\"(\\d+)");
  private static final String TOKENS = "tokens.csv";
  private static final String KEY = "service-accounts.key";
  private static final String SERVICE_CIDR = "10.43.0.0/16";

  private final Path directory;
  private final NativeProcess etcd;
  private final NativeProcess.Command command;
  private final URI url;
  private final String adminToken;
  private NativeProcess server;
  private String ca = "";
  private HttpClient client = HttpClient.newHttpClient();

  private KubeApiServer(
      Path directory,
      NativeProcess etcd,
      NativeProcess.Command command,
      URI url,
      String adminToken) {
    this.directory = directory;
    this.etcd = etcd;
    this.command = command;
    this.url = url;
    this.adminToken = adminToken;
    this.server = command.start();
  }

  /**
   * Starts one with the Service range {@code 10.43.0.0/16}; skips the test when its programs are
   * missing.
   */
  public static KubeApiServer start() {
    return start(SERVICE_CIDR);
  }

  /**
   * Starts one; skips the test when its programs are missing.
   *
   * @param serviceCidr the range that ClusterIPs are taken from
   */
  public static KubeApiServer start(String serviceCidr) {
    Path etcdProgram = NativeTool.find("etcd");
    Path serverProgram = NativeTool.find(PROGRAM);
    Path directory = newDirectory();
    String adminToken = secret();
    write(directory.resolve(TOKENS), adminToken + ",admin,admin,system:masters\n");
    write(directory.resolve(KEY), pem("PRIVATE KEY", newRsaKey().getEncoded()));
    int port = FreePorts.next();
    String etcdUrl = "http://127.0.0.1:" + FreePorts.next();
    KubeApiServer started =
        new KubeApiServer(
            directory,
            startEtcd(etcdProgram, directory, etcdUrl),
            serverCommand(serverProgram, directory, port, etcdUrl, serviceCidr),
            URI.create("https://127.0.0.1:" + port),
            adminToken);
    try {
      started.awaitReady();
    } catch (RuntimeException | Error e) {
      started.close();
      throw e;
    }
    return started;
  }

  /** Where it serves, {@code https://127.0.0.1:PORT}; the same after a {@link #restart}. */
  public URI url() {
    return url;
  }

  /** The CA certificate that its certificate is signed by, PEM. */
  public String ca() {
    return ca;
  }

  /** Makes sockets that trust its certificate. */
  SSLSocketFactory trusting() {
    return client.sslContext().getSocketFactory();
  }

  /** Of Kubernetes 1.36 it is 36. */
  public int minor() {
    String version = request("GET", "/version", "", "");
    Matcher minor = MINOR.matcher(version);
    if (!minor.find()) {
      throw new IllegalStateException("no minor version in " + version);
    }
    return Integer.parseInt(minor.group(1));
  }

  /** A bearer token of group {@code system:masters}. */
  public String adminToken() {
    return adminToken;
  }

  /** A kubeconfig with {@link #adminToken}. */
  public String adminKubeconfig() {
    return kubeconfig(adminToken);
  }

  /** A kubeconfig with the given bearer token, all of it inline. */
  public String kubeconfig(String token) {
    return """
    apiVersion: v1
    kind: Config
    current-context: test
    clusters:
    - name: test
      cluster:
        server: %s
        certificate-authority-data: %s
    users:
    - name: test
      user:
        token: %s
    contexts:
    - name: test
      context: {cluster: test, user: test}
    """
        .formatted(url, Base64.getEncoder().encodeToString(ca.getBytes(UTF_8)), token);
  }

  /**
   * A token of an existing ServiceAccount, good for an hour. It carries the rights that RBAC gives
   * the account.
   */
  public String serviceAccountToken(String namespace, String name) {
    String path = "/api/v1/namespaces/%s/serviceaccounts/%s/token".formatted(namespace, name);
    String body =
        request(
            "POST",
            path,
            "application/json",
            "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{}}");
    Matcher token = TOKEN.matcher(body);
    if (!token.find()) {
      throw new IllegalStateException("no token in the answer to " + path + ": " + body);
    }
    return token.group(1);
  }

  /**
   * Sends one request as admin.
   *
   * @param path with the query, {@code /api/v1/namespaces}
   * @return the body of a 2xx answer; any other fails with what the server said
   */
  public String request(String method, String path, String contentType, String body) {
    return requestAs(adminToken, method, path, contentType, body);
  }

  /** The same as whoever a bearer token belongs to. */
  public String requestAs(
      String token, String method, String path, String contentType, String body) {
    HttpResponse<String> answer = exchange(token, method, path, contentType, body);
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          method + " " + path + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }

  /**
   * Server-side applies one object, YAML or JSON, as admin.
   *
   * @param path of the object, {@code /api/v1/namespaces/shop}
   */
  public void apply(String path, String manifest) {
    request(
        "PATCH", path + "?fieldManager=test&force=true", "application/apply-patch+yaml", manifest);
  }

  /** What the server has logged, for the message of a failure. */
  public String log() {
    return server.output();
  }

  /** Kills the API server, as a crash would. What it stored stays. */
  public void kill() {
    server.kill();
    server.close();
  }

  /**
   * Keeps the API server from answering while its sockets stay open; {@link #thaw} lets it go on.
   */
  public void freeze() {
    server.freeze();
  }

  /** Ends a {@link #freeze}. */
  public void thaw() {
    server.thaw();
  }

  /** Starts it again on the same port with what it had stored, and returns when it is ready. */
  public void restart() {
    server.close();
    server = command.start();
    awaitReady();
  }

  /** Stops both programs and deletes their data. */
  @Override
  public void close() {
    server.close();
    etcd.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("could not delete " + directory, e);
    }
  }

  private static NativeProcess startEtcd(Path program, Path directory, String clientUrl) {
    String peerUrl = "http://127.0.0.1:" + FreePorts.next();
    return NativeProcess.start(
        program,
        "--name=test",
        "--data-dir=" + directory.resolve("etcd"),
        "--listen-client-urls=" + clientUrl,
        "--advertise-client-urls=" + clientUrl,
        "--listen-peer-urls=" + peerUrl,
        "--initial-advertise-peer-urls=" + peerUrl,
        "--initial-cluster=test=" + peerUrl,
        "--log-level=warn");
  }

  private static NativeProcess.Command serverCommand(
      Path program, Path directory, int port, String etcdUrl, String serviceCidr) {
    String key = directory.resolve(KEY).toString();
    return NativeProcess.command(
        program,
        "--bind-address=127.0.0.1",
        "--secure-port=" + port,
        "--cert-dir=" + directory.resolve("certificates"), // it writes a CA and a certificate there
        "--etcd-servers=" + etcdUrl,
        "--authorization-mode=RBAC",
        "--token-auth-file=" + directory.resolve(TOKENS),
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-signing-key-file=" + key,
        "--service-account-key-file=" + key,
        "--service-cluster-ip-range=" + serviceCidr,
        // Its own address is loopback, which no Endpoints object may carry.
        "--endpoint-reconciler-type=none",
        // Wants a default ServiceAccount in each namespace, which only a controller makes.
        "--disable-admission-plugins=ServiceAccount",
        "--allow-privileged=true");
  }

  private void awaitReady() {
    Path certificate = directory.resolve("certificates/apiserver.crt");
    server.awaitThat("no certificate", START, () -> Files.isRegularFile(certificate));
    server.awaitThat("not ready", START, () -> trusts(certificate) && isReady());
  }

  /** The file has the server's certificate and then the CA's; it may be half written. */
  private boolean trusts(Path certificateFile) {
    try {
      String text = Files.readString(certificateFile);
      int second = text.lastIndexOf("-----BEGIN CERTIFICATE-----");
      if (second <= 0) {
        return false;
      }
      String last = text.substring(second);
      if (!last.equals(ca)) {
        client = clientThatTrusts(last);
        ca = last;
      }
      return true;
    } catch (IOException | GeneralSecurityException halfWritten) {
      return false;
    }
  }

  private boolean isReady() {
    try {
      return exchange(adminToken, "GET", "/readyz", "text/plain", "").statusCode() == 200;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  private HttpResponse<String> exchange(
      String token, String method, String path, String contentType, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve(path))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", contentType)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static HttpClient clientThatTrusts(String pem)
      throws GeneralSecurityException, IOException {
    Certificate ca =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(UTF_8)));
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("ca", ca);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(tls).build();
  }

  private static Path newDirectory() {
    try {
      return Files.createTempDirectory("kube-apiserver");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PrivateKey newRsaKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair().getPrivate();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }

  private static String secret() {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().encodeToString(random);
  }
}
