package io.regionbridge.api.e2e;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Lets programs in a network namespace reach a server on the test's own loopback, at the same port
 * of theirs. A socket belongs to the namespace that its thread was in when it was opened; so one
 * thread goes there, opens it, and ends.
 */
final class NamespaceRelay implements AutoCloseable {
  private static final int O_RDONLY = 0;
  private static final int CLONE_NEWNET = 0x40000000;

  private final ServerSocket listener;
  private final int port;

  /** What of the C library is needed. */
  interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int open(String path, int flags);

    int setns(int fd, int type);

    int close(int fd);
  }

  private NamespaceRelay(ServerSocket listener, int port) {
    this.listener = listener;
    this.port = port;
  }

  static NamespaceRelay start(NetworkNamespace in, int port) {
    CompletableFuture<ServerSocket> opened = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            enter(in.name());
            opened.complete(new ServerSocket(port, 64, InetAddress.ofLiteral("127.0.0.1")));
          } catch (IOException | RuntimeException e) {
            opened.completeExceptionally(e);
          }
        });
    NamespaceRelay relay;
    try {
      relay = new NamespaceRelay(opened.join(), port);
    } catch (CompletionException e) {
      throw new UncheckedIOException(new IOException("cannot listen in " + in.name(), e));
    }
    Thread.ofPlatform().daemon().start(relay::accept);
    return relay;
  }

  private static void enter(String name) throws IOException {
    int fd = C.LIBRARY.open("/run/netns/" + name, O_RDONLY);
    boolean entered = fd >= 0 && C.LIBRARY.setns(fd, CLONE_NEWNET) == 0;
    C.LIBRARY.close(fd);
    if (!entered) {
      throw new IOException("cannot enter " + name);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket inside = listener.accept();
        Socket outside = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        Thread.startVirtualThread(() -> carry(inside, outside));
        Thread.startVirtualThread(() -> carry(outside, inside));
      }
    } catch (IOException closed) {
      // nobody is relayed any more
    }
  }

  private static void carry(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException over) {
      // one side has hung up
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
