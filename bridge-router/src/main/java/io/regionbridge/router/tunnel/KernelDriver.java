package io.regionbridge.router.tunnel;

import io.regionbridge.router.netlink.WireGuardNetlink;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import java.io.IOException;

/** A device of the kernel, by generic netlink. */
record KernelDriver(String interfaceName, WireGuardNetlink netlink) implements TunnelDriver {
  @Override
  public Kind kind() {
    return Kind.KERNEL;
  }

  @Override
  public Device read() throws IOException {
    return netlink.get(interfaceName);
  }

  @Override
  public void apply(DeviceUpdate update) throws IOException {
    netlink.set(interfaceName, update);
  }

  @Override
  public void close() {
    netlink.close();
  }
}
