package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import java.util.List;

/**
 * Reads and changes WireGuard devices of the kernel by generic netlink. Needs CAP_NET_ADMIN in the
 * network namespace, for reading too. Calls of several threads queue up.
 */
public final class WireGuardNetlink implements AutoCloseable {
  private final NetlinkSocket socket;
  private final int family;

  private WireGuardNetlink(NetlinkSocket socket, int family) {
    this.socket = socket;
    this.family = family;
  }

  /**
   * Opens a socket in the calling thread's network namespace.
   *
   * @throws ErrnoException ENOENT when the kernel has no WireGuard, not even as a module that it
   *     could load
   */
  public static WireGuardNetlink open() throws ErrnoException {
    NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.GENERIC);
    try {
      return new WireGuardNetlink(socket, GenericNetlink.family(socket, WireGuardApi.FAMILY));
    } catch (ErrnoException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Reads a device, all of it, consistently: when it changes meanwhile, the reading starts again.
   *
   * @throws ErrnoException ENODEV for no such interface, EOPNOTSUPP for one that is no WireGuard
   *     device, EPERM without CAP_NET_ADMIN
   */
  public Device get(String interfaceName) throws ErrnoException {
    WireGuardDecoder decoder = new WireGuardDecoder();
    try {
      socket.dump(
          WireGuardEncoder.get(family, interfaceName),
          "reading WireGuard device " + interfaceName,
          decoder);
    } finally {
      socket.wipe(); // the private key was in it
    }
    return decoder.device();
  }

  /**
   * Changes a device. A large update goes in several messages; when one is refused, those before it
   * are in force, so look again.
   *
   * @throws ErrnoException as {@link #get} does; EADDRINUSE for a port that is taken; EINVAL, with
   *     the kernel's message if it has one
   */
  public void set(String interfaceName, DeviceUpdate update) throws ErrnoException {
    List<MessageWriter> messages = WireGuardEncoder.set(family, interfaceName, update);
    try {
      for (MessageWriter message : messages) {
        socket.request(message, "changing WireGuard device " + interfaceName);
      }
    } finally {
      messages.forEach(MessageWriter::wipe);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
