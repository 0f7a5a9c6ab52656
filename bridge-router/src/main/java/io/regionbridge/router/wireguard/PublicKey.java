package io.regionbridge.router.wireguard;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A Curve25519 public key (RFC 7748): what a peer is known by. Immutable; prints as base64. */
public final class PublicKey extends Key implements Comparable<PublicKey> {
  private PublicKey(byte[] octets) {
    super(octets);
  }

  /** The key that a base64 text spells: 44 characters, canonical (RFC 4648, section 3.5). */
  public static Optional<PublicKey> parse(CharSequence base64) {
    return fromBase64(base64).map(PublicKey::new);
  }

  /** The key that 64 hexadecimal digits spell. */
  public static Optional<PublicKey> parseHex(CharSequence hex) {
    return fromHex(hex).map(PublicKey::new);
  }

  /** Copies exactly 32 octets; IllegalArgumentException for another number. */
  public static PublicKey of(byte[] octets) {
    return new PublicKey(octets.clone());
  }

  @Override
  public int hashCode() {
    return octetsHash();
  }

  @Override
  public int compareTo(PublicKey other) {
    return toString().compareTo(other.toString());
  }

  /** The base64 form, as {@link #parse} reads it. */
  @Override
  public String toString() {
    return new String(base64(), StandardCharsets.US_ASCII);
  }
}
