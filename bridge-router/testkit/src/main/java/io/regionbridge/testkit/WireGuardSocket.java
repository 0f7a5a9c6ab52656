package io.regionbridge.testkit;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The socket by which a device of wireguard-go is read and configured. */
public final class WireGuardSocket {
  /** Where wireguard-go makes them; on Linux it cannot be told to do otherwise. */
  public static final Path DIRECTORY = Path.of("/var/run/wireguard");

  private WireGuardSocket() {}

  /**
   * Whether a device that is being made can be asked. Better not found out by {@code wg}, which
   * takes a socket that nobody listens on yet for one that was left behind, and removes it.
   */
  public static boolean listens(String device) {
    Path socket = DIRECTORY.resolve(device + ".sock");
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }
}
