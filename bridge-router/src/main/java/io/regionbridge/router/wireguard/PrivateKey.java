package io.regionbridge.router.wireguard;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.KeyAgreement;

/** A Curve25519 private key (RFC 7748, section 5): the identity of a device. */
public final class PrivateKey extends SecretKey {
  /** The u-coordinate of the base point (RFC 7748, section 4.1). */
  private static final BigInteger BASE_POINT = BigInteger.valueOf(9);

  private PrivateKey(byte[] octets) {
    super(octets);
  }

  /** A new key from the system's source of randomness, clamped as {@code wg genkey} does. */
  public static PrivateKey generate() {
    byte[] octets = new byte[LENGTH];
    new SecureRandom().nextBytes(octets);
    octets[0] &= (byte) 248;
    octets[LENGTH - 1] &= 127;
    octets[LENGTH - 1] |= 64;
    return new PrivateKey(octets);
  }

  /** The key that a base64 text spells: 44 characters, canonical (RFC 4648, section 3.5). */
  public static Optional<PrivateKey> parse(CharSequence base64) {
    return fromBase64(base64).map(PrivateKey::new);
  }

  /** The key that 64 hexadecimal digits spell. */
  public static Optional<PrivateKey> parseHex(CharSequence hex) {
    return fromHex(hex).map(PrivateKey::new);
  }

  /** Copies exactly 32 octets; IllegalArgumentException for another number. */
  public static PrivateKey of(byte[] octets) {
    return new PrivateKey(octets.clone());
  }

  /** The public key that belongs to this one: X25519 with the base point. */
  public PublicKey publicKey() {
    byte[] scalar = bytes();
    try {
      KeyFactory factory = KeyFactory.getInstance("X25519");
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(
          factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
      agreement.doPhase(
          factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BASE_POINT)),
          true);
      return PublicKey.of(agreement.generateSecret());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks X25519", e);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  @Override
  public String toString() {
    return "private key";
  }
}
