package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes that log all that they and their libraries can, with real secrets: none of these
 * is in what they print, serve or complain of.
 */
@Timeout(240)
class SecretsIT {
  private static final String TOKEN = "the-administrator-8f2c71d05be94a63";
  private static final String WRONG = "the-guess-of-somebody-d41d8cd98f00b204";
  private static final String URL = "https://localhost:8053";

  @TempDir private Path directory;
  private final List<AutoCloseable> running = new ArrayList<>();
  private final List<Secret> secrets = new ArrayList<>();
  private final Map<String, String> said = new LinkedHashMap<>();

  @BeforeEach
  void make() throws Exception {
    secret("the administrator's token", TOKEN, "token");
    secrets.add(Secret.text("a wrong token", WRONG));
    Files.writeString(directory.resolve("wrong"), WRONG);
    for (String name : List.of("admin", "dns")) {
      X509Bundle bundle =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=localhost")
              .addSanDnsName("localhost")
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      Files.writeString(directory.resolve(name + ".crt"), bundle.getCertificatePathPEM());
      key(name, bundle);
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  @Test
  void aBridgeKeepsTokensAndKeysToItself() throws Exception {
    for (String tool : List.of("wireguard-go", "wg", "ip", "curl")) {
      NativeTool.find(tool);
    }
    NetworkNamespace in = NetworkNamespace.create();
    running.add(in);
    String wireGuard = in.run("wg", "genkey").strip();
    Files.createDirectory(directory.resolve("keys"));
    secret("the key of the tunnel", wireGuard, "keys/private.key");
    secrets.add(Secret.octets("the key of the tunnel", Base64.getDecoder().decode(wireGuard)));
    String peer = in.run("wg", "genkey").strip(); // any 32 octets are a public key
    Path config = configure("serve", peer);
    Path log = directory.resolve("serve.log");
    NativeProcess bridge = start(in.prefix(), log, "serve", "--config", config.toString());
    running.addFirst(bridge);
    Served.await("ready", () -> Files.readString(log).contains("region-bridge ready"));
    Served.await("it makes the tunnel", () -> Files.readString(log).contains("public key"));

    for (String path :
        List.of(
            "/metrics",
            "/api/v1/status",
            "/api/v1/config",
            "/api/v1/region",
            "/api/v1/trace?name=web.default.svc.mn.internal",
            "/api/v1/query-log",
            "/api/v1/openapi.json",
            "/healthz",
            "/readyz",
            "/")) {
      said.put(path, fetch(in, "token", path));
      said.put(path + " with a wrong token", fetch(in, "wrong", path));
    }
    assertThat(said.get("/metrics")).contains("region_bridge_");
    assertThat(said.get("/api/v1/status")).contains("\"fsn1\"").contains("TunnelManaged");
    assertThat(said.get("/api/v1/status with a wrong token")).contains(" 401 ");
    for (String command : List.of("status", "doctor")) {
      for (String token : List.of("token", "wrong")) {
        said.put(
            command + " with " + token,
            output(
                in.prefix(),
                command,
                "--url",
                URL,
                "--token-file",
                directory.resolve(token).toString(),
                "--ca",
                directory.resolve("admin.crt").toString()));
      }
    }
    assertThat(said.get("status with token")).contains("region fsn1");
    said.put("check-config", output(List.of(), "check-config", "--config", config.toString()));
    assertThat(said.get("check-config")).contains(": ok, region fsn1");
    said.put("rotate-key", output(in.prefix(), "rotate-key", "--config", config.toString()));
    Path next = directory.resolve("keys/next.key");
    Served.await(
        "the next key",
        () -> {
          String newest = Files.exists(next) ? Files.readString(next).strip() : kept();
          return !newest.equals(wireGuard) && secrets.add(Secret.text("the next key", newest));
        });
    bridge.signal("TERM");
    bridge.awaitEnd(Served.TIMEOUT);
    said.put("the log", Files.readString(log));
    assertThat(said.get("the log")).contains("\"TRACE\"", "\"DEBUG\"");
    nothingIsTold();
  }

  private String kept() throws IOException {
    return Files.readString(directory.resolve("keys/private.key")).strip();
  }

  /** Each secret where something else belongs, as when two files are mixed up. */
  @Test
  void whatComplainsOfAFileDoesNotQuoteSecretsInIt() throws Exception {
    Files.writeString(directory.resolve("keys"), TOKEN);
    Path config = configure("broken", "x");
    said.put("a bad key of a peer", output(List.of(), "check-config", "--config", config + ""));
    for (String name : List.of("admin", "dns")) {
      Files.writeString(
          directory.resolve(name + ".crt"), Files.readString(directory.resolve(name + ".key")));
    }
    Path swapped = configure("swapped", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    for (String file : List.of("admin.key", "dns.key")) {
      Path path = directory.resolve(file);
      said.put(
          file + " as configuration",
          output(List.of(), "check-config", "--config", path.toString()));
      said.put(
          file + " as configuration of serve",
          output(List.of(), "serve", "--config", path.toString()));
    }
    said.put("keys as certificates", output(List.of(), "serve", "--config", swapped.toString()));
    assertThat(said.get("keys as certificates")).contains("admin.crt");
    nothingIsTold();
  }

  /** What looks for secrets finds them in every form. */
  @Test
  void aSecretIsFoundHoweverItIsWritten() {
    Secret secret = Secret.text("a token", TOKEN);
    byte[] octets = ("Bearer " + TOKEN + "!").getBytes(StandardCharsets.UTF_8);
    assertThat(secret.in("x" + TOKEN)).isPresent();
    assertThat(secret.in(HexFormat.of().withUpperCase().formatHex(octets))).isPresent();
    for (int skipped = 0; skipped < 3; skipped++) {
      byte[] rest = Arrays.copyOfRange(octets, skipped, octets.length);
      assertThat(secret.in(Base64.getUrlEncoder().encodeToString(rest))).isPresent();
    }
    assertThat(secret.in("region fsn1")).isEmpty();
  }

  private void nothingIsTold() {
    assertThat(secrets).allSatisfy(secret -> assertThat(secret.forms()).isNotEmpty());
    said.forEach((where, text) -> {
      assertThat(text).as(where).isNotEmpty();
      for (Secret secret : secrets) {
        assertThat(secret.in(text)).as("%s in %s", secret.what(), where).isEmpty();
      }
    });
    System.out.printf(
        "%d characters of %d outputs tell none of %d secrets%n",
        said.values().stream().mapToInt(String::length).sum(), said.size(), secrets.size());
  }

  private void secret(String what, String text, String file) throws IOException {
    secrets.add(Secret.text(what, text));
    Files.writeString(directory.resolve(file), text);
  }

  private void key(String name, X509Bundle bundle) throws IOException {
    String pem = bundle.getPrivateKeyPEM();
    Files.writeString(directory.resolve(name + ".key"), pem);
    secrets.add(Secret.pem("the TLS key of " + name, pem));
    if (bundle.getKeyPair().getPrivate() instanceof ECPrivateKey key) {
      secrets.add(Secret.octets("the TLS key of " + name, key.getS().toByteArray()));
      secrets.add(Secret.text("the TLS key of " + name, key.getS().toString()));
    }
  }

  private Path configure(String name, String peerKey) throws IOException {
    String device = "rs" + ProcessHandle.current().pid() % 1_000_000;
    return Files.writeString(
        directory.resolve(name + ".yaml"),
        """
        region: {name: fsn1, podCIDRs: [10.42.0.0/16]}
        dns:
          threads: 1
          drain: 0s
          tls: {listen: ['127.0.0.1:8853'], certificate: dns.crt, key: dns.key}
        overlay: {mode: manage, interface: %s, address: 100.99.0.2/24, listenPort: 51820, keys: keys}
        kubernetes: {enabled: false}
        admin:
          listen: 127.0.0.1:8053
          tokenFile: token
          tls: {certificate: admin.crt, key: admin.key}
        regions:
        - name: mn
          podCIDRs: [10.52.0.0/16]
          gateways: [100.99.0.1]
          wireguard: {publicKey: %s, endpoint: '192.0.2.1:51820'}
        """
            .formatted(device, peerKey));
  }

  private String fetch(NetworkNamespace in, String token, String path) throws IOException {
    Path header =
        Files.writeString(
            directory.resolve("header"),
            "Authorization: Bearer " + Files.readString(directory.resolve(token)));
    return in.run(
        "curl",
        "-sSi",
        "--cacert",
        directory.resolve("admin.crt").toString(),
        "-H",
        "@" + header,
        URL + path);
  }

  private String output(List<String> prefix, String... arguments) throws IOException {
    Path log = directory.resolve("output");
    try (NativeProcess process = start(prefix, log, arguments)) {
      process.awaitEnd(Served.TIMEOUT);
    }
    return Files.readString(log);
  }

  private NativeProcess start(List<String> prefix, Path log, String... arguments) {
    return command(prefix, log, arguments).start();
  }

  private NativeProcess.Command command(List<String> prefix, Path log, String... arguments) {
    List<String> line = new ArrayList<>(prefix);
    line.addAll(List.of("sh", "-c", "exec \"$@\" >\"$0\" 2>&1", log.toString()));
    line.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath(),
            Talkative.class.getName()));
    line.addAll(List.of(arguments));
    return NativeProcess.command(
        Path.of(line.getFirst()), line.subList(1, line.size()).toArray(String[]::new));
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
