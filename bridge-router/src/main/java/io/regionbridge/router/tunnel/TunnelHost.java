package io.regionbridge.router.tunnel;

import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;

/**
 * A system that has, or can have, a tunnel: the seam between plans and effects. A refusal is an
 * {@link io.regionbridge.router.linux.ErrnoException}. Used by one thread.
 */
public interface TunnelHost extends AutoCloseable {
  /** What there is of an interface; nothing is no error. */
  ObservedTunnel observe(String interfaceName) throws IOException;

  /**
   * Carries out one step.
   *
   * @param key the private key, for steps that set it
   */
  void apply(String interfaceName, TunnelChange change, PrivateKey key) throws IOException;

  @Override
  void close();
}
