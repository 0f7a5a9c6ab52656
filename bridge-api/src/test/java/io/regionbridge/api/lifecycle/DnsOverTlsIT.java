package io.regionbridge.api.lifecycle;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two bridges that talk over TLS, and kdig, which checks their certificates as RFC 8310 says. */
final class DnsOverTlsIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String GATEWAY = "gateway.mn.internal";
  private static final String NAME = "nats.messaging.svc.mn.internal";

  @TempDir Path directory;
  private final List<Bridge> running = new ArrayList<>();
  private Bridge mn;
  private int mnTls;

  @BeforeEach
  void startServingOverTls() throws Exception {
    NativeTool.find("kdig");
    issue(authority("one"));
    Files.writeString(
        directory.resolve("services.yaml"),
        """
        apiVersion: v1
        kind: Service
        metadata: { name: nats, namespace: messaging }
        spec: { clusterIP: 10.53.0.10, ports: [{ port: 4222 }] }
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: nats-1
          namespace: messaging
          labels: { kubernetes.io/service-name: nats }
        addressType: IPv4
        ports: [{ port: 4222 }]
        endpoints: [{ addresses: [10.52.1.7], conditions: { ready: true } }]
        """);
    mn =
        start(
            """
            region: { name: mn, podCIDRs: [10.52.0.0/16] }
            dns:
              listen: ["127.0.0.1:0"]
              threads: 1
              tls: { listen: ["127.0.0.1:0"], certificate: tls.crt, key: tls.key }
            overlay: { mode: none }
            kubernetes: { enabled: false }
            directory: { files: [services.yaml] }
            admin: { listen: "127.0.0.1:0" }
            """);
    mnTls = mn.tlsAddresses().getFirst().getPort();
  }

  @AfterEach
  void stop() {
    running.forEach(Bridge::close);
  }

  @Test
  void answersWhoChecksTheCertificate() {
    assertThat(askOverTls("one", GATEWAY)).contains("10.52.1.7", "The certificate is trusted");
    assertThat(askOverTls("one", "gateway.fsn1.internal")).doesNotContain("10.52.1.7");
  }

  @Test
  void showsARenewedCertificateAndKeepsItWhenTheNextOneIsBad() throws Exception {
    issue(authority("two"));
    await(() -> askOverTls("two", GATEWAY).contains("10.52.1.7"));

    Files.writeString(directory.resolve("tls.crt"), "renewal failed: disk full");
    await(() ->
        mn.state().tls().problems().stream()
            .anyMatch(problem ->
                problem.startsWith(directory.resolve("tls.crt") + ": ")
                    && problem.endsWith("(the last good certificate stays in force)")));
    assertThat(askOverTls("two", GATEWAY)).contains("10.52.1.7");
  }

  @Test
  void relaysOverTlsToWhomTheAuthorityOfTheMomentVouchesFor() throws Exception {
    Bridge fsn1 =
        start(
            """
            region: { name: fsn1, podCIDRs: [10.42.0.0/16] }
            dns: { listen: ["127.0.0.1:0"], threads: 1, cache: { maxTtl: 0s, serveStale: 0s } }
            overlay: { mode: none }
            kubernetes: { enabled: false }
            admin: { listen: "127.0.0.1:0" }
            regions:
              - name: mn
                podCIDRs: [10.52.0.0/16]
                gateways: ["127.0.0.1:%d"]
                tls: { serverName: %s, ca: ca.crt }
            """
                .formatted(mnTls, GATEWAY));
    assertThat(relayed(fsn1)).contains("SERVFAIL"); // there is no ca.crt: no certificate is trusted

    Files.copy(directory.resolve("one.crt"), directory.resolve("ca.crt"));
    await(() -> relayed(fsn1).contains("10.52.1.7"));

    X509Bundle two = authority("two");
    Files.copy(directory.resolve("two.crt"), directory.resolve("ca.crt"), REPLACE_EXISTING);
    await(() -> relayed(fsn1).contains("SERVFAIL"));
    issue(two);
    await(() -> relayed(fsn1).contains("10.52.1.7"));
  }

  private Bridge start(String yaml) throws Exception {
    Bridge bridge = Bridge.start(Configs.read(yaml, directory));
    running.add(bridge);
    assertThat(bridge.awaitReady(TIMEOUT)).isTrue();
    return bridge;
  }

  /** An authority whose certificate is in a file of that name. */
  private X509Bundle authority(String name) throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=authority " + name)
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Files.writeString(directory.resolve(name + ".crt"), authority.getCertificatePEM());
    return authority;
  }

  /** Writes key and certificate as they are renewed: one file after the other. */
  private void issue(X509Bundle authority) throws Exception {
    X509Bundle leaf =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=" + GATEWAY)
            .addSanDnsName(GATEWAY)
            .buildIssuedBy(authority);
    Files.writeString(directory.resolve("tls.crt"), leaf.getCertificatePathPEM());
    Files.writeString(directory.resolve("tls.key"), leaf.getPrivateKeyPEM());
  }

  private String askOverTls(String authority, String hostname) {
    return kdig(
        mnTls, "+tls-ca=" + directory.resolve(authority + ".crt"), "+tls-hostname=" + hostname);
  }

  private static String relayed(Bridge bridge) {
    return kdig(bridge.dnsAddresses().getFirst().getPort(), "+noall", "+header", "+answer");
  }

  private static String kdig(int port, String... options) {
    List<String> words = new ArrayList<>(List.of("-d", "@127.0.0.1", "-p", "" + port, NAME, "A"));
    words.addAll(List.of(options));
    words.addAll(List.of("+retry=0", "+timeout=10"));
    String[] arguments = words.toArray(String[]::new);
    try (NativeProcess kdig = NativeProcess.start(NativeTool.find("kdig"), arguments)) {
      kdig.awaitEnd(TIMEOUT);
      return kdig.output();
    }
  }

  /** Waits until something is so. */
  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
