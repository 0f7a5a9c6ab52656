package io.regionbridge.api.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.regionbridge.router.file.PrivateKeyText;
import io.regionbridge.router.loop.FailureReason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads certificates and keys, and finds out whether they can be used. */
final class PemReader {
  private static final int MOST_OCTETS = 1 << 20;

  private final Clock clock;

  PemReader(Clock clock) {
    this.clock = clock;
  }

  /**
   * Reads a certificate chain and its key.
   *
   * @throws TlsFileException naming the file that cannot be used, and why
   */
  KeyAndChain keyAndChain(Path certificate, Path key) throws TlsFileException {
    KeyAndChain read = keyAndChain(certificate, octets(certificate), key, octets(key));
    Optional<TlsFileException> expired = expired(certificate, read);
    if (expired.isPresent()) {
      throw expired.get();
    }
    return read;
  }

  /** What to say of a certificate whose time is over. */
  Optional<TlsFileException> expired(Path certificate, KeyAndChain read) {
    Instant end = read.chain().getFirst().getNotAfter().toInstant();
    return end.isBefore(clock.instant())
        ? Optional.of(
            new TlsFileException(
                certificate, "the certificate expired at " + end, "have it renewed"))
        : Optional.empty();
  }

  /** What somebody else has read from these files, expired or not. */
  static KeyAndChain keyAndChain(
      Path certificate, byte[] certificateOctets, Path key, byte[] keyOctets)
      throws TlsFileException {
    List<X509Certificate> chain = certificates(certificate, certificateOctets);
    X509Certificate own = chain.getFirst();
    try {
      PrivateKey secret = PrivateKeyText.read(new String(keyOctets, ISO_8859_1));
      if (!belongTogether(secret, own.getPublicKey())) {
        throw new TlsFileException(
            key,
            "is not the key of the first certificate in " + certificate,
            "put the certificate of this key first, or write the key of that certificate");
      }
      return new KeyAndChain(secret, chain);
    } catch (GeneralSecurityException e) {
      throw new TlsFileException(
          key, String.valueOf(e.getMessage()), "write an RSA, EC or EdDSA key in PEM");
    }
  }

  /** The certificates in a file, one or more. */
  List<X509Certificate> certificates(Path file) throws TlsFileException {
    return certificates(file, octets(file));
  }

  private static List<X509Certificate> certificates(Path file, byte[] octets)
      throws TlsFileException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      factory
          .generateCertificates(new ByteArrayInputStream(octets))
          .forEach(certificate -> certificates.add((X509Certificate) certificate));
    } catch (GeneralSecurityException e) {
      throw new TlsFileException(
          file, "a certificate in it is damaged", "write certificates in PEM, one after the other");
    }
    if (certificates.isEmpty()) {
      throw new TlsFileException(
          file, "no certificate is in it", "write certificates in PEM, one after the other");
    }
    return List.copyOf(certificates);
  }

  private static byte[] octets(Path file) throws TlsFileException {
    try {
      if (Files.size(file) > MOST_OCTETS) {
        throw new TlsFileException(file, "is larger than 1 MiB", "name the right file");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new TlsFileException(file, "there is no such file", "write it, or name another");
    } catch (AccessDeniedException e) {
      throw new TlsFileException(
          file, "it may not be read", "let the user of this process read it");
    } catch (IOException e) {
      throw new TlsFileException(
          file, "it cannot be read: " + FailureReason.of(e), "name a PEM file");
    }
  }

  /** What one signs the other verifies. */
  private static boolean belongTogether(PrivateKey secret, PublicKey known)
      throws GeneralSecurityException {
    String kind = secret.getAlgorithm();
    if (!kind.equals(known.getAlgorithm())) {
      return false;
    }
    String algorithm =
        switch (kind.toUpperCase(Locale.ROOT)) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> kind;
        };
    byte[] sample = "region-bridge".getBytes(US_ASCII);
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(secret);
    signer.update(sample);
    byte[] signature = signer.sign();
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(known);
    verifier.update(sample);
    return verifier.verify(signature);
  }
}
