package io.regionbridge.router.uapi;

import io.regionbridge.router.linux.Capability;
import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.linux.UnixSocket;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes one device of a userspace implementation. Each call opens a connection of its
 * own, as {@code wg(8)} does, so that a restarted implementation is found again. Immutable; calls
 * from several threads may overlap.
 */
public final class UapiClient {
  /** Where implementations put their sockets, one named {@code <interface>.sock} per device. */
  public static final Path SOCKET_DIRECTORY = Path.of("/var/run/wireguard");

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final Path socket;

  /**
   * Creates a client of a device.
   *
   * @param directory of the sockets, usually {@link #SOCKET_DIRECTORY}
   */
  public UapiClient(String interfaceName, Path directory) {
    name = interfaceName;
    socket = directory.resolve(interfaceName + ".sock");
  }

  public Path socket() {
    return socket;
  }

  /**
   * Reads the device.
   *
   * @throws ErrnoException ENOENT or ECONNREFUSED if no implementation serves it, EACCES without
   *     permission, EPROTO for an invalid answer, ETIMEDOUT after five seconds, or the
   *     implementation's error
   * @throws IOException if the connection breaks
   */
  public Device get() throws IOException {
    String doing = "reading " + name + " from " + socket;
    UapiDecoder answer = exchange(doing, UapiEncoder.get());
    try {
      return answer.device();
    } catch (UapiDecoder.BadLineException e) {
      throw new ErrnoException(doing, Errno.EPROTO, e.getMessage());
    }
  }

  /**
   * Changes the device.
   *
   * @throws ErrnoException as {@link #get} does; EINVAL if the implementation refuses a value,
   *     after applying the parts before it
   * @throws IOException if the connection breaks
   */
  public void set(DeviceUpdate update) throws IOException {
    byte[] request = UapiEncoder.set(update);
    try {
      exchange("changing " + name + " by " + socket, request);
    } finally {
      Arrays.fill(request, (byte) 0);
    }
  }

  private UapiDecoder exchange(String doing, byte[] request) throws IOException {
    UapiDecoder answer = new UapiDecoder(name);
    try {
      UnixSocket.ask(socket, doing, request, TIMEOUT, answer::read);
    } catch (UapiDecoder.BadLineException e) {
      throw new ErrnoException(doing, Errno.EPROTO, e.getMessage());
    }
    if (answer.errno().isEmpty()) {
      throw new ErrnoException(doing, Errno.EPROTO, "the answer ended without errno=");
    }
    Errno errno = new Errno(answer.errno().get());
    if (errno.number() != 0) {
      throw new ErrnoException(doing, errno, null, lacking(errno));
    }
    return answer;
  }

  private static @Nullable Capability lacking(Errno errno) {
    return errno.equals(Errno.EPERM) ? Capability.CAP_NET_ADMIN : null;
  }
}
