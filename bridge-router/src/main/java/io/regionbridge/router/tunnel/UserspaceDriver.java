package io.regionbridge.router.tunnel;

import io.regionbridge.router.uapi.UapiClient;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import java.io.IOException;

/** A device of a userspace implementation, by its socket. */
record UserspaceDriver(UapiClient client) implements TunnelDriver {
  @Override
  public Kind kind() {
    return Kind.USERSPACE;
  }

  @Override
  public Device read() throws IOException {
    return client.get();
  }

  @Override
  public void apply(DeviceUpdate update) throws IOException {
    client.set(update);
  }

  @Override
  public void close() {
    // each call has a connection of its own
  }
}
