package io.regionbridge.router.tunnel;

import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import java.io.IOException;

/**
 * Reads and changes the WireGuard device of one interface, whatever runs it. A refusal is an {@link
 * io.regionbridge.router.linux.ErrnoException}. Safe for several threads, which may wait for each
 * other.
 */
public interface TunnelDriver extends AutoCloseable {
  /** What runs a device. */
  enum Kind {
    /** The Linux kernel. */
    KERNEL,
    /** A process that serves the cross-platform userspace API. */
    USERSPACE,
    /** tailscaled, which can be read only. */
    TAILSCALE
  }

  Kind kind();

  /** The device as it is now. */
  Device read() throws IOException;

  /**
   * Changes the device. After a failure some of the update may be in force: look again.
   *
   * @throws IOException EOPNOTSUPP if this kind of device takes no changes
   */
  void apply(DeviceUpdate update) throws IOException;

  @Override
  void close();
}
