package io.regionbridge.router.tunnel;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.tailscale.TailscaleStatus;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import java.io.IOException;
import java.util.Optional;

/** The device of tailscaled, as its local API tells of it. */
record TailscaleDriver(String interfaceName, TailscaleStatus status) implements TunnelDriver {
  @Override
  public Kind kind() {
    return Kind.TAILSCALE;
  }

  @Override
  public Device read() throws IOException {
    return look().device();
  }

  @Override
  public Reading look() throws IOException {
    TailscaleStatus.Reading reading = status.read(interfaceName);
    return new Reading(reading.device(), Optional.of(reading.tailnet()));
  }

  @Override
  public void apply(DeviceUpdate update) throws IOException {
    throw new ErrnoException(
        "changing " + interfaceName, Errno.EOPNOTSUPP, "tailscaled configures its device itself");
  }

  @Override
  public void close() {
    // each call has a connection of its own
  }
}
