package io.regionbridge.dns.server;

import io.netty.handler.ssl.SslContext;
import io.regionbridge.dns.net.HostPort;
import io.regionbridge.dns.socket.SocketFailure;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The addresses that are served, each on every loop. */
public final class Listeners {
  private static final int MOST_CHOICES = 16;

  private final List<DnsLoop> loops;
  private final ConnectionLimiter limiter;
  private final List<InetSocketAddress> addresses = new CopyOnWriteArrayList<>();

  /** None yet. */
  public Listeners(List<DnsLoop> loops, Supplier<TcpLimits> limits) {
    this.loops = loops;
    this.limiter = new ConnectionLimiter(limits);
  }

  /**
   * Serves an address over UDP and TCP. Throws an IOException that names it if it cannot be bound.
   */
  public void bind(InetSocketAddress address) throws IOException {
    try {
      addresses.add(DnsLoop.bind(loops, claim(address), limiter));
    } catch (IOException e) {
      throw cannotListen(address, e);
    }
  }

  /**
   * Serves an address over TLS (RFC 7858), and returns the bound address.
   *
   * @param tls asked for each new client; null turns it away
   * @throws IOException naming the address that cannot be bound
   */
  public InetSocketAddress bindTls(InetSocketAddress address, Supplier<@Nullable SslContext> tls)
      throws IOException {
    try {
      return DnsLoop.bindTls(loops, claim(address), limiter, tls);
    } catch (IOException e) {
      throw cannotListen(address, e);
    }
  }

  /**
   * Stops serving a bound address over UDP and TCP, if it is served; open connections still answer
   * queries under way.
   */
  public void unbind(InetSocketAddress address) throws IOException {
    if (addresses.remove(address)) {
      for (DnsLoop loop : loops) {
        OnLoop.call(
            loop.sockets().loop(),
            () -> {
              loop.unbind(address);
              return address;
            });
      }
    }
  }

  private static IOException cannotListen(InetSocketAddress address, IOException e) {
    return new IOException(
        "cannot listen on " + HostPort.text(address) + ": " + SocketFailure.reason(e), e);
  }

  /**
   * The loops share each port among themselves, and the kernel would let another process of the
   * same user join in: it would silently take part of the queries. So a port that somebody holds
   * already is an error here. Port 0 becomes one that is free for UDP and TCP alike.
   */
  private static InetSocketAddress claim(InetSocketAddress address) throws IOException {
    for (int tries = 1; ; tries++) {
      try (DatagramSocket udp = new DatagramSocket(null);
          ServerSocket tcp = new ServerSocket()) {
        udp.setReuseAddress(false);
        udp.bind(address);
        InetSocketAddress bound = (InetSocketAddress) udp.getLocalSocketAddress();
        tcp.bind(bound);
        return bound;
      } catch (IOException e) {
        // The port that the kernel chose for UDP may be taken for TCP: it chooses again.
        if (address.getPort() != 0 || tries == MOST_CHOICES) {
          throw e;
        }
      }
    }
  }

  /** The addresses as bound. */
  public List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  /** Open TCP connections. */
  public int connections() {
    return limiter.open();
  }

  /** TCP connections that were turned away since all places were taken by busy ones. */
  public long connectionsRefused() {
    return limiter.refused();
  }
}
