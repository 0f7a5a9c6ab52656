package io.regionbridge.api.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactorTest {
  private static final String SECRET = "S3cr3tValue0123456789";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password: S3cr3tValue0123456789",
        "adminPassword: \"S3cr3tValue0123456789\"",
        "{\"token\": \"S3cr3tValue0123456789\", \"name\": \"a\"}",
        "  privateKey: S3cr3tValue0123456789",
        "preshared_key=S3cr3tValue0123456789",
        "NB_SETUP_KEY=S3cr3tValue0123456789",
        "Authorization: Bearer S3cr3tValue0123456789",
        "- name: REGISTRY_PASSWORD\n  value: S3cr3tValue0123456789\n",
        "http://user:S3cr3tValue0123456789@proxy.example:3128",
        "client-key-data: S3cr3tValue0123456789",
        "private key: S3cr3tValue0123456789",
        "https://S3cr3tValue0123456789@git.example/a",
        "Authorization: Basic S3cr3tValue0123456789",
        "  password: a,S3cr3tValue0123456789",
        "- token: 'a, {S3cr3tValue0123456789'",
        "data:\n  token: |\n    a\n\n    S3cr3tValue0123456789\n  other: b\n",
        "- secret: >-\n    S3cr3tValue0123456789",
        "args: [serve, --token, S3cr3tValue0123456789]",
        "- --api-key\n- S3cr3tValue0123456789\n",
        "- --auth-token=S3cr3tValue0123456789\n",
        "{\"name\": \"API_TOKEN\", \"value\": \"a\\\"S3cr3tValue0123456789\"}",
        "applied: \"{\\\"token\\\":\\\"S3cr3tValue0123456789\\\"}\"",
        "applied:"
            + " \"{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":\\\"S3cr3tValue0123456789\\\"}\"",
        "-----BEGIN PRIVATE KEY-----\nS3cr3tValue0123456789\n-----END PRIVATE KEY-----",
        "key: |\n  -----BEGIN RSA PRIVATE KEY-----\n  S3cr3tValue0123456789\n",
        "log: eyJhbGciOiJSUzI1NiJ9.S3cr3tValue0123456789.S3cr3tValue0123456789",
      })
  void removesWhatIsSecret(String text) {
    assertThat(Redactor.redact(text)).doesNotContain(SECRET).contains(Redactor.REMOVED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "publicKey: wDQEMUyMcfCJdCcw+UTfIQNMyvuFpUnBAsZ3BRGQ0mE=",
        "admin: { tokenFile: /etc/token }",
        "rbac: { secretNames: [mn-kubeconfig] }",
        "podCIDRs: [10.52.0.0/16]",
        "needs a token; name the file that holds it with --token-file\nand ask again",
        "apiGroup: rbac.authorization.k8s.io\nkind: ClusterRole",
        "image: registry.example/region-bridge@sha256:0123",
        "region mn: no reachable gateway",
        "region_bridge_gateway_up{region=\"mn\",gateway=\"100.64.0.1:1053\"} 1.0",
      })
  void leavesTheRest(String text) {
    assertThat(Redactor.redact(text)).isEqualTo(text);
  }

  @Test
  void leavesWhatStandsBelowABlock() {
    assertThat(Redactor.redact("data:\n  token: |\n    a\n\n    b\n  other: c\nkind: d\n"))
        .isEqualTo("data:\n  token: (removed)\n  other: c\nkind: d\n");
  }

  @Test
  void takesTextsOfAnyLength() {
    String secret = "\\\"".repeat(1_000_000);
    assertThat(Redactor.redact("{\"token\": \"" + secret + "\"}")).contains(Redactor.REMOVED);
    assertThat(Redactor.redact("a: |\n" + "  b\n".repeat(500_000))).hasSizeGreaterThan(2_000_000);
    assertThat(Redactor.redact("token: |\n" + "  b\n".repeat(500_000)))
        .isEqualTo("token: (removed)");
  }

  @Test
  void showsVariablesOfOursAlone() {
    assertThat(
            Redactor.environment(
                Map.of(
                    "REGION_BRIDGE_DNS_TTL",
                    "5s",
                    "REGION_BRIDGE_ADMIN_TOKEN",
                    SECRET,
                    "HTTPS_PROXY",
                    "http://u:" + SECRET + "@proxy:1",
                    "AWS_SESSION",
                    SECRET)))
        .isEqualTo(
            """
            HTTPS_PROXY=http://(removed)@proxy:1
            REGION_BRIDGE_ADMIN_TOKEN=(removed)
            REGION_BRIDGE_DNS_TTL=5s
            """);
  }
}
