package io.regionbridge.router.tunnel;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.uapi.UserspaceProcess;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This system: links, addresses and routes by rtnetlink, the device by the kernel, or by a
 * userspace implementation where the kernel has no WireGuard. Needs CAP_NET_ADMIN. Its routes bear
 * {@link #ROUTE_PROTOCOL}; it never touches another's.
 */
public final class LinuxTunnelHost implements TunnelHost {
  /**
   * Marks the routes that are ours; none of the numbers that {@code /etc/iproute2/rt_protos} has.
   */
  public static final int ROUTE_PROTOCOL = 114;

  /**
   * Lets the routes of agents go first: on a router node that is not the active gateway, pods'
   * traffic goes to the one that is, whose key alone the peers take it from.
   */
  static final int ROUTE_METRIC = 4096;

  private static final Logger log = LoggerFactory.getLogger(LinuxTunnelHost.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

  private final TunnelDrivers drivers;
  private final List<String> userspace;
  private final boolean stopUserspaceOnClose;
  private final RouteNetlink netlink;
  private @Nullable UserspaceProcess process;
  private @Nullable TunnelDriver driver;
  private int driverIndex;

  private LinuxTunnelHost(
      TunnelDrivers drivers,
      List<String> userspace,
      boolean stopUserspaceOnClose,
      RouteNetlink netlink) {
    this.drivers = drivers;
    this.userspace = List.copyOf(userspace);
    this.stopUserspaceOnClose = stopUserspaceOnClose;
    this.netlink = netlink;
  }

  /**
   * Opens its sockets in the calling thread's network namespace.
   *
   * @param userspace the command to start where the kernel has no WireGuard, such as {@code
   *     wireguard-go}; empty: none
   * @param stopUserspaceOnClose whether to stop it in the end; else the tunnel outlives this
   *     process
   */
  public static LinuxTunnelHost open(List<String> userspace, boolean stopUserspaceOnClose)
      throws IOException {
    return new LinuxTunnelHost(
        TunnelDrivers.SYSTEM, userspace, stopUserspaceOnClose, RouteNetlink.open());
  }

  @Override
  public ObservedTunnel observe(String interfaceName) throws IOException {
    Optional<Link> found = netlink.link(interfaceName);
    if (found.isEmpty()) {
      return ObservedTunnel.NONE;
    }
    Link link = found.get();
    Device device = driver(link).read();
    Set<OverlayAddress> addresses =
        netlink.addresses().stream()
            .filter(a -> a.interfaceIndex() == link.index())
            .filter(a -> !a.address().isLinkLocalAddress())
            .map(OverlayAddress::of)
            .collect(Collectors.toSet());
    return new ObservedTunnel(
        found,
        addresses,
        Optional.of(device),
        ours(link).stream().map(Route::destination).collect(Collectors.toSet()));
  }

  @Override
  public void apply(String interfaceName, TunnelChange change, PrivateKey key) throws IOException {
    switch (change) {
      case TunnelChange.CreateInterface() -> create(interfaceName);
      case TunnelChange.Configure c -> driver(link(interfaceName)).apply(update(c, key));
      case TunnelChange.SetMtu(int mtu) -> netlink.setMtu(link(interfaceName).index(), mtu);
      case TunnelChange.AddAddress(OverlayAddress address) ->
          netlink.addAddress(address.on(link(interfaceName).index()));
      case TunnelChange.SwitchOn() -> netlink.setUp(link(interfaceName).index(), true);
      case TunnelChange.AddRoute(Cidr destination) -> addRoute(link(interfaceName), destination);
      case TunnelChange.DeleteRoute(Cidr destination) -> {
        for (Route route : ours(link(interfaceName), r -> r.destination().equals(destination))) {
          netlink.deleteRoute(route);
        }
      }
      case TunnelChange.Withdraw(var peers) ->
          driver(link(interfaceName)).apply(DeviceUpdate.builder().peers(peers).build());
      case TunnelChange.DeleteAddress(OverlayAddress address) ->
          netlink.deleteAddress(address.on(link(interfaceName).index()));
    }
  }

  /** Leaves the tunnel as it is, so that it goes on while this process restarts. */
  @Override
  public void close() {
    dropDriver();
    netlink.close();
    if (process != null) {
      process.close();
    }
  }

  private void create(String interfaceName) throws IOException {
    try {
      netlink.createLink(interfaceName, "wireguard");
    } catch (ErrnoException e) {
      if (!e.errno().equals(Errno.EOPNOTSUPP) || userspace.isEmpty()) {
        throw e;
      }
      log.info("this kernel has no WireGuard; starting {} for {}", userspace, interfaceName);
      startUserspace(interfaceName);
    }
  }

  private void startUserspace(String interfaceName) throws IOException {
    try {
      process =
          UserspaceProcess.start(
              userspace, interfaceName, drivers.uapiSockets(), START_TIMEOUT, stopUserspaceOnClose);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException("starting " + userspace, Errno.EINTR, null);
    }
  }

  private static DeviceUpdate update(TunnelChange.Configure change, PrivateKey key) {
    DeviceUpdate.Builder update = DeviceUpdate.builder().peers(change.peers());
    if (change.setPrivateKey()) {
      update.privateKey(key);
    }
    change.listenPort().ifPresent(update::listenPort);
    change.fwmark().ifPresent(update::fwmark);
    return update.build();
  }

  /** A route that something else made for the same range is not taken over but named. */
  private void addRoute(Link link, Cidr destination) throws ErrnoException {
    try {
      netlink.addRoute(
          new Route(
              destination,
              link.index(),
              Optional.empty(),
              Optional.empty(),
              Route.MAIN,
              ROUTE_PROTOCOL,
              ROUTE_METRIC));
    } catch (ErrnoException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
      String holder =
          netlink.routes().stream()
              .filter(r -> r.destination().equals(destination) && r.table() == Route.MAIN)
              .findFirst()
              .map(r -> "interface " + r.interfaceIndex() + ", protocol " + r.protocol())
              .orElse("it is gone by now");
      throw new ErrnoException(
          "adding a route to " + destination + " through " + link.name(),
          Errno.EEXIST,
          "another one is in the way: " + holder);
    }
  }

  private List<Route> ours(Link link) throws ErrnoException {
    return ours(link, _ -> true);
  }

  private List<Route> ours(Link link, Predicate<Route> which) throws ErrnoException {
    return netlink.routes().stream()
        .filter(r ->
            r.interfaceIndex() == link.index()
                && r.protocol() == ROUTE_PROTOCOL
                && r.table() == Route.MAIN)
        .filter(which)
        .toList();
  }

  private Link link(String name) throws ErrnoException {
    return netlink
        .link(name)
        .orElseThrow(() -> new ErrnoException("finding interface " + name, Errno.ENODEV, null));
  }

  private TunnelDriver driver(Link link) throws IOException {
    if (driver == null || driverIndex != link.index()) {
      dropDriver();
      driver =
          drivers
              .open(link)
              .orElseThrow(() ->
                  new ErrnoException(
                      "managing interface " + link.name(),
                      Errno.EOPNOTSUPP,
                      "it is no WireGuard device; choose another name"));
      driverIndex = link.index();
    }
    return driver;
  }

  private void dropDriver() {
    if (driver != null) {
      driver.close();
      driver = null;
    }
  }
}
