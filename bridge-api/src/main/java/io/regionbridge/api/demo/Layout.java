package io.regionbridge.api.demo;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the demo's gateways listen: four loopback addresses on one port, or one address on four.
 *
 * @param remark why it is not the usual place, or empty
 */
record Layout(List<InetSocketAddress> mn, List<InetSocketAddress> fsn1, String remark) {
  private static final List<String> HOSTS =
      List.of("127.0.0.11", "127.0.0.12", "127.0.0.21", "127.0.0.22");
  private static final List<Integer> PORTS = List.of(1053, 2053, 3053, 11053, 21053);

  /** What a gateway's HTTP port is above its DNS port: 8053 with the usual one. */
  private static final int HTTP = 7000;

  private static final InetAddress ONE = InetAddress.ofLiteral("127.0.0.1");

  /** Finds the first place that is free, or throws an IOException. */
  static Layout find() throws IOException {
    List<String> taken = new ArrayList<>();
    for (int port : PORTS) {
      List<InetSocketAddress> all =
          HOSTS.stream().map(h -> new InetSocketAddress(InetAddress.ofLiteral(h), port)).toList();
      Optional<InetSocketAddress> busy = all.stream().filter(a -> !isFree(a)).findFirst();
      if (busy.isEmpty()) {
        return of(all, remark(taken, port));
      }
      taken.add(busy.get().getAddress().getHostAddress() + ":" + port);
    }
    // Systems other than Linux have 127.0.0.1 alone.
    for (int port : PORTS) {
      List<InetSocketAddress> all = new ArrayList<>();
      for (int i = 0; i < HOSTS.size(); i++) {
        all.add(new InetSocketAddress(ONE, port + i));
      }
      if (all.stream().allMatch(Layout::isFree)) {
        return of(all, "the addresses 127.0.0.11 to 127.0.0.22 cannot be had, so 127.0.0.1 it is");
      }
    }
    throw new IOException("no free port for the demo on loopback: tried " + PORTS);
  }

  private static Layout of(List<InetSocketAddress> all, String remark) {
    return new Layout(all.subList(0, 2), all.subList(2, 4), remark);
  }

  private static String remark(List<String> taken, int port) {
    return taken.isEmpty()
        ? ""
        : "%s is taken, so the gateways listen on port %d".formatted(taken.getFirst(), port);
  }

  /** Where a gateway's bridge serves HTTP. */
  static InetSocketAddress admin(InetSocketAddress gateway) {
    return new InetSocketAddress(gateway.getAddress(), gateway.getPort() + HTTP);
  }

  private static boolean isFree(InetSocketAddress address) {
    try (DatagramSocket udp = new DatagramSocket(address);
        ServerSocket tcp = new ServerSocket();
        ServerSocket http = new ServerSocket()) {
      tcp.bind(address);
      http.bind(admin(address));
      return udp.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
