package io.regionbridge.api.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys in every form that OpenSSL writes them in, each with its certificate. */
final class PemReaderIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir Path directory;

  @ParameterizedTest(name = "{0}, {2}")
  @CsvSource({
    "RSA, genpkey -algorithm rsa, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE",
    "RSA, genpkey -algorithm rsa, rsa -traditional, BEGIN RSA PRIVATE",
    "EC, ecparam -genkey -noout -name prime256v1, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE",
    "EC, ecparam -genkey -noout -name prime256v1, ec, BEGIN EC PRIVATE",
    "EC, ecparam -genkey -noout -name secp521r1, ec, BEGIN EC PRIVATE",
    "EdDSA, genpkey -algorithm ed25519, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE",
  })
  void readsAKeyAndItsCertificate(String algorithm, String generate, String form, String head)
      throws Exception {
    Path made = directory.resolve("made.pem");
    Path key = directory.resolve("tls.key");
    Path certificate = directory.resolve("tls.crt");
    openssl(generate + " -out " + made);
    openssl(form + " -in " + made + " -out " + key);
    openssl("req -x509 -new -subj /CN=bridge -days 2 -key " + key + " -out " + certificate);
    assertThat(Files.readString(key)).contains(head);

    KeyAndChain read = new PemReader(Clock.systemUTC()).keyAndChain(certificate, key);

    assertThat(read.key().getAlgorithm()).isEqualTo(algorithm);
    assertThat(read).asString().startsWith("CN=bridge, valid until ");
  }

  private static void openssl(String arguments) {
    Path openssl = NativeTool.find("openssl");
    try (NativeProcess process = NativeProcess.start(openssl, arguments.split(" "))) {
      assertThat(process.awaitEnd(TIMEOUT)).as(process.output()).isZero();
    }
  }
}
