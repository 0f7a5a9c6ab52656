package io.regionbridge.router.uapi;

import io.regionbridge.router.linux.Capability;
import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
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
   * A client of the device with this interface name.
   *
   * @param directory of the sockets, {@link #SOCKET_DIRECTORY} as a rule
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
   * @throws ErrnoException ENOENT or ECONNREFUSED when no implementation serves it, EACCES when the
   *     socket may not be opened, EPROTO for an answer that makes no sense, ETIMEDOUT for none
   *     within five seconds, or what the implementation says
   * @throws IOException if the connection breaks
   */
  public Device get() throws IOException {
    String doing = "reading " + name + " from " + socket;
    UapiDecoder answer = exchange(doing, UapiEncoder.get());
    try {
      return answer.device();
    } catch (UapiDecoder.BadLine e) {
      throw new ErrnoException(doing, Errno.EPROTO, e.getMessage());
    }
  }

  /**
   * Changes the device.
   *
   * @throws ErrnoException as {@link #get} does; EINVAL when the implementation refuses a value,
   *     with the parts before it in force
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
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    try (SocketChannel channel = connect(doing);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
      ByteBuffer out = ByteBuffer.wrap(request);
      while (out.hasRemaining()) {
        if (channel.write(out) == 0) {
          await(selector, deadline, doing);
        }
      }
      key.interestOps(SelectionKey.OP_READ);
      UapiDecoder answer = read(channel, selector, deadline, doing);
      int errno = answer.errno().orElse(0);
      if (errno != 0) {
        throw new ErrnoException(doing, new Errno(errno), null, lacking(new Errno(errno)));
      }
      return answer;
    }
  }

  private SocketChannel connect(String doing) throws IOException {
    if (!Files.exists(socket)) {
      throw new ErrnoException(doing, Errno.ENOENT, "there is no such socket");
    }
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (IOException e) {
      channel.close();
      // The JDK gives the system's words, not its number.
      if (!Files.isWritable(socket)) {
        throw new ErrnoException(doing, Errno.EACCES, null, Capability.CAP_DAC_OVERRIDE);
      }
      throw new ErrnoException(doing, Errno.ECONNREFUSED, e.getMessage());
    }
  }

  private UapiDecoder read(SocketChannel channel, Selector selector, long deadline, String doing)
      throws IOException {
    UapiDecoder answer = new UapiDecoder(name);
    ByteBuffer in = ByteBuffer.allocate(64 << 10);
    try {
      boolean ended = false;
      while (!ended) {
        int length = channel.read(in.clear());
        if (length == 0) {
          await(selector, deadline, doing);
        }
        ended = length < 0 || answer.read(in.flip());
      }
    } catch (UapiDecoder.BadLine e) {
      throw new ErrnoException(doing, Errno.EPROTO, e.getMessage());
    } finally {
      Arrays.fill(in.array(), (byte) 0);
    }
    if (answer.errno().isEmpty()) {
      throw new ErrnoException(doing, Errno.EPROTO, "the answer ended without errno=");
    }
    return answer;
  }

  private static void await(Selector selector, long deadline, String doing) throws IOException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new ErrnoException(doing, Errno.ETIMEDOUT, null);
    }
    selector.select(millis);
    selector.selectedKeys().clear();
  }

  private static @Nullable Capability lacking(Errno errno) {
    return errno.equals(Errno.EPERM) ? Capability.CAP_NET_ADMIN : null;
  }
}
