package io.regionbridge.router.linux;

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

/** Questions to a program that listens on a Unix domain socket ({@code unix(7)}). */
public final class UnixSocket {
  private static final int BUFFER = 64 << 10;

  private UnixSocket() {}

  /** Takes an answer as it arrives. */
  @FunctionalInterface
  public interface Answer {
    /** Takes the next octets, and returns whether the answer is complete. */
    boolean read(ByteBuffer in) throws IOException;
  }

  /**
   * Connects, sends a request and reads until the answer is complete or the other side has closed.
   * Overwrites its buffers afterwards; the request is the caller's.
   *
   * @param doing for errors, such as {@code "reading wg0"}
   * @param timeout for all of it
   * @throws ErrnoException ENOENT or ECONNREFUSED if nobody listens, EACCES without permission,
   *     ETIMEDOUT
   * @throws IOException if the connection breaks
   */
  public static void ask(Path socket, String doing, byte[] request, Duration timeout, Answer answer)
      throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    ByteBuffer in = ByteBuffer.allocate(BUFFER);
    try (SocketChannel channel = connect(socket, doing);
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
      boolean complete = false;
      while (!complete) {
        int length = channel.read(in.clear());
        if (length == 0) {
          await(selector, deadline, doing);
        }
        complete = length < 0 || answer.read(in.flip());
      }
    } finally {
      Arrays.fill(in.array(), (byte) 0);
    }
  }

  private static SocketChannel connect(Path socket, String doing) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (IOException e) {
      channel.close();
      // The JDK gives the system's words, not its number.
      Path directory = socket.toAbsolutePath().getParent();
      boolean closed =
          directory != null && Files.isDirectory(directory) && !Files.isExecutable(directory);
      if (!closed && !Files.exists(socket)) {
        throw new ErrnoException(doing, Errno.ENOENT, "there is no socket " + socket);
      } else if (closed || !Files.isWritable(socket)) {
        throw new ErrnoException(
            doing, Errno.EACCES, socket.toString(), Capability.CAP_DAC_OVERRIDE);
      }
      throw new ErrnoException(doing, Errno.ECONNREFUSED, socket + ": " + e.getMessage());
    }
  }

  private static void await(Selector selector, long deadline, String doing) throws IOException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new ErrnoException(doing, Errno.ETIMEDOUT, null);
    }
    selector.select(millis);
    selector.selectedKeys().clear();
  }
}
