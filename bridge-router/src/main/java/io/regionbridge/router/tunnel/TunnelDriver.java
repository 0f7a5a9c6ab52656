package io.regionbridge.router.tunnel;

import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import java.io.IOException;
import java.util.Optional;

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

  /** What a driver reads at once, with what tailscaled says. */
  record Reading(Device device, Optional<Tailnet> tailnet) {}

  /** The device as it is now. */
  Device read() throws IOException;

  /** The device with what its agent says besides. */
  default Reading look() throws IOException {
    return new Reading(read(), Optional.empty());
  }

  /**
   * Changes the device. After a failure some of the update may be in force.
   *
   * @throws IOException EOPNOTSUPP if the device is read-only
   */
  void apply(DeviceUpdate update) throws IOException;

  @Override
  void close();
}
