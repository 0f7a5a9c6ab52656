package io.regionbridge.router.wireguard;

import java.util.Arrays;

/**
 * A key that must not be seen. Its text form says only what kind it is. Closing it overwrites the
 * octets; it cannot be used after that. Safe for use by several threads, as long as none uses it
 * while another closes it.
 */
public abstract sealed class SecretKey extends Key implements AutoCloseable
    permits PrivateKey, PresharedKey {
  private volatile boolean closed;

  SecretKey(byte[] octets) {
    super(octets);
  }

  @Override
  final byte[] octets() {
    if (closed) {
      throw new IllegalStateException("the " + this + " has been wiped");
    }
    return super.octets();
  }

  /** Overwrites the octets. Closing twice does nothing. */
  @Override
  public final void close() {
    if (!closed) {
      Arrays.fill(super.octets(), (byte) 0);
      closed = true;
    }
  }

  /** The same for all keys of a kind: a hash of the octets would tell something of them. */
  @Override
  public final int hashCode() {
    return getClass().hashCode();
  }
}
