package io.regionbridge.router.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerKubeconfigTest {
  /** Of an Ed25519 key that nobody has any more. */
  private static final String CERTIFICATE =
      """
      -----BEGIN CERTIFICATE-----
      MIIBNDCB56ADAgECAhRZgpXJWUSkwYAYm5q1v4aMyj4o4zAFBgMrZXAwDzENMAsG
      A1UEAwwEcGVlcjAgFw0yNjExMjkwMTIwNDJaGA8yMTI2MTEwNTAxMjA0MlowDzEN
      MAsGA1UEAwwEcGVlcjAqMAUGAytlcAMhAIwdR8JlDw+y+A2vlpBjbqnTxxyUGm4d
      /Hkd0VWAVr9bo1MwUTAdBgNVHQ4EFgQUSilE4cO0pz2AuqdvzjlIckstrBUwHwYD
      VR0jBBgwFoAUSilE4cO0pz2AuqdvzjlIckstrBUwDwYDVR0TAQH/BAUwAwEB/zAF
      BgMrZXADQQDzRpfbMv4BITjEzEnj6HUfL/WBc/VVEYkPTn+Ke5gm8AzO4DJuyI1B
      UEYrntzMc3bSIvQIue0hFamnFU1HISAI
      -----END CERTIFICATE-----
      """;

  private static final String CA =
      Base64.getEncoder().encodeToString(CERTIFICATE.getBytes(US_ASCII));

  private static final String GOOD =
      "{server: 'https://192.0.2.9:6443', certificate-authority-data: " + CA + "}";

  @Test
  void aTokenAndAnAuthorityAreEnough() {
    assertThat(PeerKubeconfig.parse(text(GOOD, "{token: abc}")))
        .isInstanceOfSatisfying(
            PeerKubeconfig.Parsed.Valid.class,
            valid -> {
              assertThat(valid.kubeconfig().server()).hasToString("https://192.0.2.9:6443");
              assertThat(valid.kubeconfig().token()).contains("abc");
              assertThat(valid.kubeconfig().authorities()).hasSize(1);
              assertThat(valid).asString().doesNotContain("abc");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {exec: {command: sh}}                     | user.exec
          {token: a, exec: {command: sh}}           | user.exec
          {auth-provider: {name: gcp}}              | user.auth-provider
          {tokenFile: /etc/shadow}                  | user.tokenFile
          {token: a, tokenFile: /etc/shadow}        | user.tokenFile
          {client-certificate: /a, client-key: /b}  | user.client-certificate
          {username: a, password: b}                | user.username
          {token: a, as: system:admin}              | user.as
          {token: a, whatever: b}                   | user.whatever
          {}                                        | neither token nor
          {token: "a b"}                            | no token has
          {client-certificate-data: YQ==}           | only one of
          {client-certificate-data: YQ==, client-key-data: YQ==} | client-certificate-data
          """)
  void whatAUserMayNotHaveIsRefusedByItsName(String user, String named) {
    assertThat(refused(text(GOOD, user))).contains(named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          certificate-authority: /etc/ca            | cluster.certificate-authority
          insecure-skip-tls-verify: true            | cluster.insecure-skip-tls-verify
          insecure-skip-tls-verify: "yes"           | cluster.insecure-skip-tls-verify
          proxy-url: http://192.0.2.66              | cluster.proxy-url
          tls-server-name: other                    | cluster.tls-server-name
          whatever: 1                               | cluster.whatever
          """)
  void whatAClusterMayNotHaveIsRefusedByItsName(String more, String named) {
    String cluster = GOOD.replace("}", ", " + more + "}");
    assertThat(refused(text(cluster, "{token: a}"))).contains(named);
    assertThat(
            PeerKubeconfig.parse(
                text(GOOD.replace("}", ", insecure-skip-tls-verify: false}"), "{token: a}")))
        .isInstanceOf(PeerKubeconfig.Parsed.Valid.class);
  }

  @ParameterizedTest
  @CsvSource({
    "http://192.0.2.9:6443",
    "192.0.2.9:6443",
    "https://user@192.0.2.9",
    "https://192.0.2.9/?a=b",
    "file:///etc/shadow",
    "https:///",
    "https://192.0.2.9:0",
    "https://192.0.2.9:65536",
    "https://192.0.2.9:-1",
    "''"
  })
  void theServerIsAPlainHttpsUrl(String server) {
    assertThat(refused(text(GOOD.replace("https://192.0.2.9:6443", server), "{token: a}")))
        .contains("cluster.server");
  }

  @Test
  void anAuthorityIsNeeded() {
    assertThat(refused(text("{server: 'https://192.0.2.9'}", "{token: a}")))
        .contains("certificate-authority-data is missing");
    assertThat(
            refused(
                text(
                    "{server: 'https://192.0.2.9', certificate-authority-data: YWJj}",
                    "{token: a}")))
        .contains("certificate-authority-data");
  }

  @Test
  void textsThatAreNoKubeconfigCostLittle() {
    assertThat(refused("")).contains("no kubeconfig");
    assertThat(refused("a: b")).contains("current-context");
    assertThat(refused("a: [")).contains("not YAML");
    assertThat(refused("a: b\na: c")).contains("not YAML");
    assertThat(refused("[".repeat(100_000))).contains("not YAML");
    assertThat(refused("x".repeat(1 << 20))).contains("longer than");
    String laughs = "a: &a [x, x]\n";
    for (char c = 'b'; c < 'z'; c++) {
      char before = (char) (c - 1);
      laughs += "%c: &%c [*%c, *%c, *%c, *%c]%n".formatted(c, c, before, before, before, before);
    }
    assertThat(refused(laughs)).isNotEmpty();
  }

  @FuzzTest
  void anythingIsReadOrRefused(byte[] octets) {
    assertThat(PeerKubeconfig.parse(new String(octets, StandardCharsets.UTF_8))).isNotNull();
  }

  private static String refused(String text) {
    return PeerKubeconfig.parse(text) instanceof PeerKubeconfig.Parsed.Refused(String problem)
        ? problem
        : "";
  }

  private static String text(String cluster, String user) {
    return """
    current-context: c
    clusters: [{name: one, cluster: %s}]
    users: [{name: two, user: %s}]
    contexts: [{name: c, context: {cluster: one, user: two}}]
    """
        .formatted(cluster, user);
  }
}
