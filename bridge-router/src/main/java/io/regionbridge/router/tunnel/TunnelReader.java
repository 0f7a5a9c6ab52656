package io.regionbridge.router.tunnel;

import java.time.Instant;

/** Reads what there is of one interface. Used by one thread. */
interface TunnelReader extends AutoCloseable {
  /** The interface as it is; one that cannot be read is a view that says so. */
  TunnelView look(Instant now);

  @Override
  void close();
}
