package io.regionbridge.router.wireguard;

import java.security.SecureRandom;
import java.util.Optional;

/** A symmetric key shared with one peer and mixed into every handshake with it. */
public final class PresharedKey extends SecretKey {
  private PresharedKey(byte[] octets) {
    super(octets);
  }

  /** A new key from the system's source of randomness. */
  public static PresharedKey generate() {
    byte[] octets = new byte[LENGTH];
    new SecureRandom().nextBytes(octets);
    return new PresharedKey(octets);
  }

  /** The key that a base64 text spells: 44 characters, canonical (RFC 4648, section 3.5). */
  public static Optional<PresharedKey> parse(CharSequence base64) {
    return fromBase64(base64).map(PresharedKey::new);
  }

  /** The key that 64 hexadecimal digits spell. */
  public static Optional<PresharedKey> parseHex(CharSequence hex) {
    return fromHex(hex).map(PresharedKey::new);
  }

  /** Copies exactly 32 octets; IllegalArgumentException for another number. */
  public static PresharedKey of(byte[] octets) {
    return new PresharedKey(octets.clone());
  }

  @Override
  public String toString() {
    return "preshared key";
  }
}
