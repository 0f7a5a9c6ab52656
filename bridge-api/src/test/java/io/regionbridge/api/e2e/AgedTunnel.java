package io.regionbridge.api.e2e;

import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.WireGuardSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tunnel of wireguard-go that may say its handshakes to be older than they are, so that nobody
 * has to wait for one to expire. All else is as it is: this stands in front of the socket by which
 * the device is read (WireGuard's cross-platform interface), and changes that one number.
 */
final class AgedTunnel implements AutoCloseable {
  private static final Path SOCKETS = WireGuardSocket.DIRECTORY;
  private static final Pattern HANDSHAKE = Pattern.compile("last_handshake_time_sec=([1-9]\\d*)");

  private final NetworkNamespace in;
  private final String name;
  private final NativeProcess process;
  private final Path real;
  private final Path directory;
  private final ServerSocketChannel server;
  private volatile Duration older = Duration.ZERO;

  private AgedTunnel(
      NetworkNamespace in,
      String name,
      NativeProcess process,
      Path directory,
      ServerSocketChannel server) {
    this.in = in;
    this.name = name;
    this.process = process;
    this.real = SOCKETS.resolve(name + ".sock");
    this.directory = directory;
    this.server = server;
  }

  /**
   * Makes the device in a namespace.
   *
   * @param directory for the socket by which the device is read through this
   */
  static AgedTunnel make(NetworkNamespace in, String name, Path directory) throws IOException {
    NativeProcess process = in.start("wireguard-go", "-f", name);
    Served.await("a device", () -> WireGuardSocket.listens(name));
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve(name + ".sock")));
    AgedTunnel made = new AgedTunnel(in, name, process, directory, server);
    Thread.ofVirtual().name("aged-" + name).start(made::accept);
    return made;
  }

  /** What runs a program where the device is, and lets it read the device through this. */
  List<String> prefix() {
    List<String> line = new ArrayList<>(in.prefix());
    // A namespace of mounts comes with that of networks, for each program that is run in it.
    line.addAll(List.of("sh", "-c", "mount --bind \"$0\" " + SOCKETS + " && exec \"$@\""));
    line.add(directory.toString());
    return line;
  }

  /** Sets key, port and address, and gives the device its link. */
  String configure(int port, String address) throws IOException {
    Path key = Files.writeString(directory.resolve(name + ".key"), in.run("wg", "genkey"));
    in.sh("wg set %s listen-port %d private-key %s".formatted(name, port, key));
    in.sh("ip address add %s dev %s".formatted(address, name));
    in.sh("ip link set %s up".formatted(name));
    return in.sh("wg show %s public-key".formatted(name)).strip();
  }

  void peer(String key, String endpoint, String ranges) {
    in.sh("wg set %s peer %s endpoint %s allowed-ips %s".formatted(name, key, endpoint, ranges));
  }

  /** From now on, handshakes are told to be older by this much. */
  void age(Duration by) {
    older = by;
  }

  /** Kills the program: the device goes with it, and nobody answers the other side. */
  void kill() {
    process.kill();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        Thread.ofVirtual().name("aged-" + name).start(() -> relay(client));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  /** Requests and answers both end with an empty line; many may come on one connection. */
  private void relay(SocketChannel client) {
    try (client;
        SocketChannel device = SocketChannel.open(UnixDomainSocketAddress.of(real))) {
      BufferedReader requests = reader(client);
      BufferedReader answers = reader(device);
      boolean more = true;
      while (more) {
        more = pass(requests, device) && pass(answers, client);
      }
    } catch (IOException e) {
      return; // whoever asked sees the end of the connection
    }
  }

  private static BufferedReader reader(SocketChannel channel) {
    return new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));
  }

  private boolean pass(BufferedReader from, SocketChannel to) throws IOException {
    StringBuilder all = new StringBuilder();
    String line = from.readLine();
    while (line != null && !line.isEmpty()) {
      all.append(aged(line)).append('\n');
      line = from.readLine();
    }
    if (line != null) {
      Channels.newOutputStream(to)
          .write(all.append('\n').toString().getBytes(StandardCharsets.US_ASCII));
    }
    return line != null;
  }

  private String aged(String line) {
    Matcher handshake = HANDSHAKE.matcher(line);
    return handshake.matches()
        ? "last_handshake_time_sec=" + (Long.parseLong(handshake.group(1)) - older.toSeconds())
        : line;
  }

  @Override
  public void close() {
    process.close();
    try {
      server.close();
      Files.deleteIfExists(real);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
