package io.regionbridge.router.wireguard;

/**
 * One thing wrong with a configuration file, as data; {@link #toString} puts it into words. Never
 * holds the text of a secret key.
 *
 * @param line counted from 1
 * @param section the section that the line is in, such as {@code Peer}; empty before the first
 * @param key the key on the line, as {@code wg(8)} spells it if it knows it; empty if there is none
 * @param reason what kind of problem it is
 * @param detail what was found and what is expected, in one clause
 */
public record ConfigProblem(int line, String section, String key, Reason reason, String detail) {
  /** The kinds of problem. */
  public enum Reason {
    /** Neither a section nor {@code key = value}. */
    MALFORMED_LINE,
    /** A key before the first section. */
    OUTSIDE_SECTION,
    /** A section other than Interface and Peer. */
    UNKNOWN_SECTION,
    /** A key that the section does not have. */
    UNKNOWN_KEY,
    /** A key that only {@code wg-quick(8)} reads. */
    WG_QUICK_KEY,
    /** The same key twice in one section, of which the second would silently win. */
    DUPLICATE_KEY,
    /** Two peers with one public key. */
    DUPLICATE_PEER,
    /** A section without a key that it needs. */
    MISSING_KEY,
    /** No 32 octets in canonical base64. */
    INVALID_KEY,
    /** No number, or one out of range. */
    INVALID_NUMBER,
    /** No numeric address with port. */
    INVALID_ENDPOINT,
    /** No address range. */
    INVALID_ALLOWED_IP
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("line ").append(line).append(": ");
    if (!section.isEmpty()) {
      text.append('[').append(section).append("] ");
    }
    if (!key.isEmpty()) {
      text.append(key).append(": ");
    }
    return text.append(detail).toString();
  }
}
