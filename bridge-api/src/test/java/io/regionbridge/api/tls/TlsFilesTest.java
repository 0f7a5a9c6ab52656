package io.regionbridge.api.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigReader;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.router.loop.Loops;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in force while files come, go bad and come back; each look is made by the test. */
final class TlsFilesTest {
  private static final Clock NOW =
      Clock.fixed(Instant.parse("2030-01-01T00:00:00Z"), ZoneOffset.UTC);

  @TempDir Path directory;
  private TlsFiles files = TlsFiles.read(config("region: {name: fsn1}"), NOW, new Loops());

  @AfterEach
  void stop() {
    files.close();
  }

  @Test
  void isUnusedUnlessConfigured() {
    assertThat(files.used()).isFalse();
    assertThat(files.server()).isNull();
    assertThat(files.peers()).isEmpty();
  }

  @Test
  void servesNobodyUntilThereIsACertificate() throws Exception {
    files = TlsFiles.read(serving(), NOW, new Loops());
    assertThat(files.server()).isNull();
    assertThat(files.problems())
        .containsExactly(
            directory.resolve("tls.crt")
                + ": there is no such file; write it, or name another (no client is served over TLS"
                + " until then)");

    write(bundle(1));
    assertThat(look()).isNotNull();
    assertThat(files.problems()).isEmpty();
  }

  @Test
  void keepsTheLastGoodCertificateAndNamesWhatIsWrongWithTheNextOne() throws Exception {
    X509Bundle good = bundle(1);
    write(good);
    files = TlsFiles.read(serving(), NOW, new Loops());
    SslContext inForce = files.server();
    assertThat(inForce).isNotNull();

    Files.writeString(directory.resolve("tls.crt"), "-----BEGIN CERTIFICATE-----\nxx\n");
    assertProblem("tls.crt: a certificate in it is damaged");
    Files.writeString(directory.resolve("tls.crt"), "");
    assertProblem("tls.crt: no certificate is in it");
    Files.writeString(directory.resolve("tls.crt"), bundle(1).getCertificatePathPEM());
    assertProblem("tls.key: is not the key of the first certificate in " + directory);
    write(bundle(-1));
    assertProblem("tls.crt: the certificate expired at ");
    write(good);
    Files.writeString(directory.resolve("tls.key"), "nothing");
    assertProblem("tls.key: no private key in PEM is in it");
    Files.writeString(
        directory.resolve("tls.key"),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assertProblem("tls.key: the private key in it is damaged");
    Files.writeString(
        directory.resolve("tls.key"),
        "-----BEGIN EC PRIVATE KEY-----\nMAWgg///\n-----END EC PRIVATE KEY-----\n");
    assertProblem("tls.key: the private key in it is damaged");
    assertThat(files.server()).isSameAs(inForce);

    write(good);
    assertThat(look()).isSameAs(inForce); // nothing is new
    write(bundle(1));
    assertThat(look()).isNotNull().isNotSameAs(inForce);
    assertThat(files.problems()).isEmpty();
  }

  @Test
  void believesNobodyWhereTheAuthorityCannotBeReadAndTheLastOneWhereItWasOnce() throws Exception {
    BridgeConfig relaying =
        config(
            "{region: {name: fsn1}, regions: [{name: mn, tls: {serverName: gw.mn.internal, ca:"
                + " ca.crt}}]}");
    files = TlsFiles.read(relaying, NOW, new Loops());
    ClientTls nobody = mn();
    assertThat(nobody.context()).isSameAs(TlsContexts.NOBODY);
    assertThat(files.problems().getFirst()).contains("ca.crt: there is no such file", "region mn");

    Files.writeString(directory.resolve("ca.crt"), bundle(1).getCertificatePEM());
    ClientTls believing = lookAtPeer();
    assertThat(believing.serverName()).isEqualTo("gw.mn.internal");
    assertThat(believing.context()).isNotSameAs(TlsContexts.NOBODY);
    assertThat(lookAtPeer()).isEqualTo(believing);

    Files.delete(directory.resolve("ca.crt"));
    assertThat(lookAtPeer()).isEqualTo(believing);
    assertThat(files.problems().getFirst()).contains("the last good certificates stay");
  }

  @Test
  void namesNoAuthorityAndTrustsThePlatform() {
    files =
        TlsFiles.read(
            config("{region: {name: fsn1}, regions: [{name: mn, tls: {serverName: gw.mn}}]}"),
            NOW,
            new Loops());
    assertThat(files.problems()).isEmpty();
    assertThat(mn().serverName()).isEqualTo("gw.mn");
  }

  private void assertProblem(String text) {
    look();
    assertThat(files.problems()).hasSize(1);
    assertThat(files.problems().getFirst())
        .contains(text)
        .endsWith("(the last good certificate stays in force)");
  }

  private @Nullable SslContext look() {
    files.look();
    return files.server();
  }

  private ClientTls lookAtPeer() {
    files.look();
    return mn();
  }

  private ClientTls mn() {
    return Objects.requireNonNull(files.peers().get("mn"));
  }

  private BridgeConfig serving() {
    return config(
        "{region: {name: fsn1}, dns: {tls: {listen: [127.0.0.1:8853], certificate: tls.crt, key:"
            + " tls.key}}}");
  }

  private BridgeConfig config(String yaml) {
    if (ConfigReader.read(yaml, directory, Map.of())
        instanceof ConfigResult.Valid(BridgeConfig config, _)) {
      return config;
    }
    throw new AssertionError(yaml);
  }

  private void write(X509Bundle bundle) throws Exception {
    Files.writeString(directory.resolve("tls.crt"), bundle.getCertificatePathPEM());
    Files.writeString(directory.resolve("tls.key"), bundle.getPrivateKeyPEM());
  }

  private static X509Bundle bundle(int validForDays) throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=bridge")
        .notBefore(NOW.instant().minus(9, ChronoUnit.DAYS))
        .notAfter(NOW.instant().plus(validForDays, ChronoUnit.DAYS))
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }
}
