package io.regionbridge.router.tunnel;

import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.util.Optional;

/**
 * Where a node's private key is kept. Whoever gets a key closes it.
 *
 * <p>Rotation takes two steps, so that no more than a handshake is lost. {@link #prepareNext} makes
 * the key to come; its public half is published beside the present one, and peers add it without
 * ranges. {@link #promoteNext} makes it the present one; the handshake that follows tells the peers
 * ({@link TunnelPlanner}), which move the ranges over.
 */
public interface KeyStore {
  /** The present key; made when there is none yet. */
  PrivateKey current() throws IOException;

  /** The key to come, if a rotation has begun. */
  Optional<PrivateKey> next() throws IOException;

  /** Makes the key to come, unless there is one. */
  PrivateKey prepareNext() throws IOException;

  /**
   * Makes the next key the current one, and forgets the old. Throws an IOException if there is no
   * next key.
   */
  void promoteNext() throws IOException;
}
