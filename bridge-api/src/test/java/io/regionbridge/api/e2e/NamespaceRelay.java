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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Lets programs in a network namespace reach a server on the test's own loopback, at the same port
 * of theirs, or the test a server on theirs. A socket belongs to the namespace that its thread was
 * in when it was opened; so one thread goes there, opens it, and ends.
 */
final class NamespaceRelay implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int O_RDONLY = 0;
  private static final int CLONE_NEWNET = 0x40000000;

  private final ServerSocket listener;
  private final Opener opener;

  /** Connects to the server. */
  @FunctionalInterface
  private interface Opener {
    Socket open() throws IOException;
  }

  /** What of the C library is needed. */
  interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int open(String path, int flags);

    int setns(int fd, int type);

    int close(int fd);
  }

  private NamespaceRelay(ServerSocket listener, Opener opener) {
    this.listener = listener;
    this.opener = opener;
    Thread.ofPlatform().daemon().start(this::accept);
  }

  /** For programs in the namespace. */
  static NamespaceRelay start(NetworkNamespace in, int port) {
    try {
      return new NamespaceRelay(
          within(in, () -> new ServerSocket(port, 64, LOOPBACK)), () -> new Socket(LOOPBACK, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For the test, to a server in the namespace. */
  static NamespaceRelay into(NetworkNamespace in, int port) throws IOException {
    return new NamespaceRelay(
        new ServerSocket(0, 64, LOOPBACK), () -> within(in, () -> new Socket(LOOPBACK, port)));
  }

  /** Where it listens. */
  int port() {
    return listener.getLocalPort();
  }

  private static <T> T within(NetworkNamespace in, Callable<T> open) throws IOException {
    CompletableFuture<T> opened = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            enter(in.name());
            opened.complete(open.call());
          } catch (Exception e) {
            opened.completeExceptionally(e);
          }
        });
    try {
      return opened.join();
    } catch (CompletionException e) {
      throw new IOException("cannot open a socket in " + in.name(), e);
    }
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
        try {
          Socket outside = opener.open();
          Thread.startVirtualThread(() -> carry(inside, outside));
          Thread.startVirtualThread(() -> carry(outside, inside));
        } catch (IOException refused) {
          inside.close();
        }
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
