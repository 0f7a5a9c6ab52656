package io.regionbridge.router.tunnel;

import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.netlink.WireGuardNetlink;
import io.regionbridge.router.tailscale.TailscaleStatus;
import io.regionbridge.router.uapi.UapiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the driver for an interface.
 *
 * @param uapiSockets the directory of userspace implementations' sockets
 * @param tailscaleSockets of tailscaled's local API; the first that exists is used
 */
public record TunnelDrivers(Path uapiSockets, List<Path> tailscaleSockets) {
  /** Where everything is on an ordinary system. */
  public static final TunnelDrivers SYSTEM =
      new TunnelDrivers(UapiClient.SOCKET_DIRECTORY, TailscaleStatus.SOCKETS);

  /** The driver for an interface of this system; see {@link #open}. */
  public static Optional<TunnelDriver> forInterface(String name) throws IOException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      Optional<Link> link = netlink.link(name);
      return link.isEmpty() ? Optional.empty() : SYSTEM.open(link.get());
    }
  }

  /**
   * The driver for a link, if a known program runs it: the kernel's for kind {@code wireguard},
   * else that of the socket with the link's name, else tailscaled's for a link named as it names
   * its own.
   */
  public Optional<TunnelDriver> open(Link link) throws IOException {
    if (link.kind().equals(Optional.of("wireguard"))) {
      return Optional.of(new KernelDriver(link.name(), WireGuardNetlink.open()));
    }
    if (tailscale(link)) {
      Optional<Path> socket = tailscaleSockets.stream().filter(Files::exists).findFirst();
      if (socket.isPresent()) {
        return Optional.of(new TailscaleDriver(link.name(), new TailscaleStatus(socket.get())));
      }
    }
    UapiClient client = new UapiClient(link.name(), uapiSockets);
    // What a closed directory holds is found out, and said, by trying.
    boolean closed = Files.isDirectory(uapiSockets) && !Files.isExecutable(uapiSockets);
    if (closed || Files.exists(client.socket())) {
      return Optional.of(new UserspaceDriver(client));
    }
    return Optional.empty();
  }

  /** Why {@link #open} finds nothing. */
  TunnelProblem nobody(Link link) {
    return tailscale(link)
        ? TunnelProblem.noDriver(
            link.name(), tailscaleSockets.getFirst(), "the host's /run at /host/run")
        : TunnelProblem.noDriver(link.name(), uapiSockets, "that directory");
  }

  private static boolean tailscale(Link link) {
    return link.name().startsWith("tailscale");
  }
}
