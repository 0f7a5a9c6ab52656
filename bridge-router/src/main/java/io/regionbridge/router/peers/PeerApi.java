package io.regionbridge.router.peers;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.router.discovery.MalformedObjectException;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.kubernetes.RouterNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Reads the RouterNodes of a peer from its API server: one page, at most {@value #MOST_OCTETS}
 * octets, in at most a few seconds, whatever the server does. Blocks; used by one thread.
 */
final class PeerApi implements AutoCloseable {
  /** As RBAC names it. */
  static final String RESOURCE = "routernodes.region-bridge.io";

  /** Router nodes of one region. */
  static final int MOST_NODES = 64;

  private static final int MOST_OCTETS = 1 << 20;
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

  private final PeerKubeconfig kubeconfig;
  private final HttpClient client;

  /** The router nodes, and one clause for each part that is invalid and left out. */
  record Answer(List<RouterNodeFacts> nodes, List<String> problems) {
    Answer {
      nodes = List.copyOf(nodes);
      problems = List.copyOf(problems);
    }
  }

  /** The API server could not be read. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient ReadFailure failure;

    FailedException(ReadFailure.Reason reason, String message) {
      super(message);
      failure = new ReadFailure("list", RESOURCE, reason, message);
    }

    ReadFailure failure() {
      return failure;
    }
  }

  /**
   * Connects to nothing yet. Throws GeneralSecurityException if the certificates cannot be used.
   */
  PeerApi(PeerKubeconfig kubeconfig) throws GeneralSecurityException {
    this.kubeconfig = kubeconfig;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(context(kubeconfig))
            .build();
  }

  /**
   * Reads the router nodes.
   *
   * @throws FailedException if they cannot be read; the last ones stay valid
   */
  Answer read() throws FailedException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri()).timeout(READ_TIMEOUT);
    kubeconfig.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    request.header("Accept", "application/json").header("User-Agent", "region-bridge");
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_OCTETS));
    try {
      HttpResponse<byte[]> whole = answer.get(READ_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
      if (whole.statusCode() != 200) {
        throw new FailedException(reason(whole.statusCode()), "HTTP " + whole.statusCode());
      }
      return nodes(whole.body());
    } catch (ExecutionException e) {
      throw new FailedException(ReadFailure.Reason.UNREACHABLE, ReadFailure.rootMessage(e));
    } catch (TimeoutException e) {
      throw new FailedException(
          ReadFailure.Reason.UNREACHABLE, "no whole answer in " + READ_TIMEOUT.toSeconds() + " s");
    } finally {
      answer.cancel(true);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private URI uri() {
    String server = kubeconfig.server().toString();
    return URI.create(
        (server.endsWith("/") ? server.substring(0, server.length() - 1) : server)
            + "/apis/region-bridge.io/v1alpha1/routernodes?limit="
            + MOST_NODES);
  }

  private static ReadFailure.Reason reason(int status) {
    return switch (status) {
      case 401 -> ReadFailure.Reason.UNAUTHORIZED;
      case 403 -> ReadFailure.Reason.FORBIDDEN;
      case 404 -> ReadFailure.Reason.NOT_INSTALLED;
      case 429 -> ReadFailure.Reason.THROTTLED;
      default -> ReadFailure.Reason.SERVER_ERROR;
    };
  }

  private static Answer nodes(byte[] body) throws FailedException {
    JsonNode root;
    try {
      root = PeerJson.MAPPER.readTree(body);
    } catch (IOException e) {
      throw new FailedException(ReadFailure.Reason.SERVER_ERROR, "the answer is no JSON");
    }
    if (root == null || !root.path("items").isArray()) {
      throw new FailedException(ReadFailure.Reason.SERVER_ERROR, "the answer is no list");
    }
    List<RouterNodeFacts> nodes = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    int number = 0;
    for (JsonNode item : root.path("items")) {
      if (number++ == MOST_NODES) {
        break;
      }
      try {
        nodes.add(RouterNodeFacts.of(PeerJson.MAPPER.treeToValue(item, RouterNode.class)));
      } catch (JacksonException | MalformedObjectException | NullPointerException e) {
        problems.add("RouterNode %d of its list makes no sense".formatted(number));
      }
    }
    if (number > MOST_NODES || !PeerJson.text(root.path("metadata").path("continue")).isEmpty()) {
      problems.add("too many RouterNodes: the first %d count".formatted(MOST_NODES));
    }
    return new Answer(nodes, problems);
  }

  /** Trusts nobody but whom the kubeconfig names. */
  private static SSLContext context(PeerKubeconfig kubeconfig) throws GeneralSecurityException {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      int number = 0;
      for (X509Certificate authority : kubeconfig.authorities()) {
        trusted.setCertificateEntry("authority-" + number++, authority);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      if (kubeconfig.client().isPresent()) {
        PeerKubeconfig.ClientCertificate client = kubeconfig.client().get();
        keys.setKeyEntry(
            "client", client.key(), new char[0], client.chain().toArray(X509Certificate[]::new));
      }
      own.init(keys, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new GeneralSecurityException(e); // an empty store is read from nowhere
    }
  }
}
