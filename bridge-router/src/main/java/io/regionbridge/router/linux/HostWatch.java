package io.regionbridge.router.linux;

import io.regionbridge.router.net.HostAddresses;
import java.time.Duration;

/**
 * The addresses of this machine, read anew when somebody says that they have changed, and every now
 * and then: reading them on a node with hundreds of pods takes longer than making a zone table.
 */
public final class HostWatch {
  private static final long AGE = Duration.ofSeconds(5).toNanos();

  private record Read(HostAddresses addresses, long at) {}

  private volatile Read last = new Read(HostAddresses.read(), System.nanoTime());
  private volatile boolean stale;

  /** The addresses, at most five seconds old. Any thread. */
  public HostAddresses addresses() {
    Read read = last;
    if (stale || System.nanoTime() - read.at() > AGE) {
      stale = false;
      read = new Read(HostAddresses.read(), System.nanoTime());
      last = read;
    }
    return read.addresses();
  }

  /** Must be called when the addresses may have changed. Any thread. */
  public void changed() {
    stale = true;
  }
}
