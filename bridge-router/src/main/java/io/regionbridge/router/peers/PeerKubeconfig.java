package io.regionbridge.router.peers;

import static io.regionbridge.router.kubernetes.KubeconfigContext.shown;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.router.file.PrivateKeyText;
import io.regionbridge.router.kubernetes.KubeconfigContext;
import io.regionbridge.router.kubernetes.KubeconfigException;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a kubeconfig of a peer may say: where its API server is, whose certificates it has, and a
 * token or a client certificate, all of it inline. The text comes from somebody else: nothing in it
 * is executed, no file is read, no proxy is asked and no check is left out. What would do such a
 * thing is refused by its name.
 *
 * @param server an https URL without user, query and fragment
 * @param authorities who vouches for the server; nobody else does
 * @param token that every request shows
 * @param client the certificate that the connection shows
 */
record PeerKubeconfig(
    URI server,
    List<X509Certificate> authorities,
    Optional<String> token,
    Optional<ClientCertificate> client) {

  private static final Set<String> CLUSTER =
      Set.of("server", "certificate-authority-data", "disable-compression", "extensions");
  private static final Set<String> USER =
      Set.of("token", "client-certificate-data", "client-key-data", "extensions");

  /** Why keys that are often there are refused. */
  private static final Map<String, String> REASONS =
      Map.of(
          "exec", "it would run a command in the bridge",
          "auth-provider", "it would run a plugin in the bridge",
          "tokenFile", "it would read a file of the bridge",
          "client-certificate", "it would read a file of the bridge",
          "client-key", "it would read a file of the bridge",
          "certificate-authority", "it would read a file of the bridge",
          "proxy-url", "it would send the credentials by way of somebody else",
          "insecure-skip-tls-verify", "anybody could take the place of the server",
          "tls-server-name", "another server could take the place of this one");

  PeerKubeconfig {
    authorities = List.copyOf(authorities);
  }

  /** A certificate with what leads to its authority, and its key. */
  record ClientCertificate(List<X509Certificate> chain, PrivateKey key) {
    ClientCertificate {
      chain = List.copyOf(chain);
    }

    /** The subject only, without the key. */
    @Override
    public String toString() {
      return chain.getFirst().getSubjectX500Principal().getName();
    }
  }

  /** The result of parsing a kubeconfig. */
  sealed interface Parsed {
    /** The text can be used. */
    record Valid(PeerKubeconfig kubeconfig) implements Parsed {}

    /**
     * It cannot.
     *
     * @param problem what in it, and why; holds nothing secret
     */
    record Refused(String problem) implements Parsed {}
  }

  /** Reads the current context of a kubeconfig. Never throws. */
  static Parsed parse(String text) {
    try {
      return new Parsed.Valid(read(text));
    } catch (KubeconfigException e) {
      return new Parsed.Refused(String.valueOf(e.getMessage()));
    }
  }

  /** The text without secrets. */
  @Override
  public String toString() {
    return server.toString();
  }

  private static PeerKubeconfig read(String text) throws KubeconfigException {
    KubeconfigContext context = KubeconfigContext.of(text);
    JsonNode cluster = context.cluster();
    JsonNode user = context.user();
    requireOnly(cluster, "cluster", CLUSTER);
    requireOnly(user, "user", USER);
    Optional<String> token =
        Optional.of(user.path("token").asText("")).filter(value -> !value.isEmpty());
    if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]+")) {
      throw new KubeconfigException("user.token has characters that no token has");
    }
    Optional<ClientCertificate> client = client(user);
    if (token.isEmpty() && client.isEmpty()) {
      throw new KubeconfigException(
          "user has neither token nor client-certificate-data and client-key-data");
    }
    return new PeerKubeconfig(
        server(context),
        certificates(cluster, "cluster", "certificate-authority-data"),
        token,
        client);
  }

  private static URI server(KubeconfigContext context) throws KubeconfigException {
    URI server = context.server();
    if (!"https".equals(server.getScheme())) {
      throw new KubeconfigException("cluster.server is no https URL: " + shown(server.toString()));
    }
    return server;
  }

  private static void requireOnly(JsonNode node, String kind, Set<String> keys)
      throws KubeconfigException {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = entry.getKey();
      boolean off = key.equals("insecure-skip-tls-verify") && !entry.getValue().asBoolean(true);
      if (!keys.contains(key) && !off) {
        throw new KubeconfigException(
            "%s.%s is not accepted: %s; give server, certificate-authority-data, and token or"
                    .formatted(
                        kind, shown(key), REASONS.getOrDefault(key, "only what is inline is"))
                + " client-certificate-data with client-key-data");
      }
    }
  }

  private static Optional<ClientCertificate> client(JsonNode user) throws KubeconfigException {
    boolean certificate = user.has("client-certificate-data");
    if (certificate != user.has("client-key-data")) {
      throw new KubeconfigException(
          "user has only one of client-certificate-data and client-key-data");
    }
    if (!certificate) {
      return Optional.empty();
    }
    List<X509Certificate> chain = certificates(user, "user", "client-certificate-data");
    try {
      return Optional.of(
          new ClientCertificate(
              chain,
              PrivateKeyText.read(
                  new String(octets(user, "user", "client-key-data"), ISO_8859_1))));
    } catch (GeneralSecurityException e) {
      throw new KubeconfigException("user.client-key-data: " + e.getMessage());
    }
  }

  private static List<X509Certificate> certificates(JsonNode node, String kind, String key)
      throws KubeconfigException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(octets(node, kind, key)))
          .forEach(certificate -> certificates.add((X509Certificate) certificate));
    } catch (CertificateException e) {
      throw new KubeconfigException("%s.%s: a certificate in it is damaged".formatted(kind, key));
    }
    if (certificates.isEmpty()) {
      throw new KubeconfigException("%s.%s: no certificate is in it".formatted(kind, key));
    }
    return certificates;
  }

  private static byte[] octets(JsonNode node, String kind, String key) throws KubeconfigException {
    String text = node.path(key).asText("");
    if (text.isEmpty()) {
      throw new KubeconfigException("%s.%s is missing".formatted(kind, key));
    }
    try {
      return Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new KubeconfigException("%s.%s is not base64".formatted(kind, key));
    }
  }
}
