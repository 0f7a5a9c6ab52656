package io.regionbridge.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Ports for programs that cannot choose one themselves. A port was free for UDP and TCP a moment
 * ago; nothing reserves it, so take it only where port 0 will not do, and start the program at
 * once.
 */
public final class FreePorts {
  private static final int TRIES = 100;
  private static final Set<Integer> given = new HashSet<>();

  private FreePorts() {}

  /**
   * A port that is free for UDP and TCP on 127.0.0.1 and was not given to another test of this JVM.
   */
  public static int next() {
    return next(InetAddress.ofLiteral("127.0.0.1"));
  }

  /** The same on another local address. */
  public static synchronized int next(InetAddress address) {
    for (int i = 0; i < TRIES; i++) {
      try (ServerSocket tcp = new ServerSocket()) {
        tcp.bind(new InetSocketAddress(address, 0));
        int port = tcp.getLocalPort();
        if (!given.contains(port) && freeForUdp(address, port)) {
          given.add(port);
          return port;
        }
      } catch (IOException e) {
        throw new UncheckedIOException("no free port on " + address, e);
      }
    }
    throw new IllegalStateException("no port free for UDP and TCP on " + address);
  }

  private static boolean freeForUdp(InetAddress address, int port) {
    try (DatagramSocket udp = new DatagramSocket(new InetSocketAddress(address, port))) {
      return udp.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
