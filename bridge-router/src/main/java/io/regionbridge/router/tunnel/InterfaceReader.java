package io.regionbridge.router.tunnel;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one interface of this system. Keeps the driver from look to look, until the interface is
 * another one. Used by one thread.
 */
final class InterfaceReader implements TunnelReader {
  private final String interfaceName;
  private final TunnelDrivers drivers;
  private final RouteNetlink netlink;
  private @Nullable TunnelDriver driver;
  private int driverIndex;

  InterfaceReader(String interfaceName, TunnelDrivers drivers) throws IOException {
    this.interfaceName = interfaceName;
    this.drivers = drivers;
    netlink = RouteNetlink.open();
  }

  @Override
  public TunnelView look(Instant now) {
    List<TunnelProblem> problems = new ArrayList<>();
    Optional<Link> link = Optional.empty();
    List<InterfaceAddress> addresses = List.of();
    Optional<TunnelDriver.Reading> reading = Optional.empty();
    try {
      link = netlink.link(interfaceName);
      if (link.isEmpty()) {
        drop();
        problems.add(TunnelProblem.missing(interfaceName));
      } else {
        Link present = link.get();
        if (!present.up()) {
          problems.add(TunnelProblem.down(interfaceName));
        }
        addresses =
            netlink.addresses().stream()
                .filter(a -> a.interfaceIndex() == present.index())
                .toList();
        reading = reading(present, problems);
      }
    } catch (IOException e) {
      drop();
      problems.add(TunnelProblem.of(e));
    }
    return new TunnelView(
        interfaceName,
        link,
        addresses,
        Optional.ofNullable(driver).map(TunnelDriver::kind),
        reading.map(TunnelDriver.Reading::device),
        reading.flatMap(TunnelDriver.Reading::tailnet),
        problems,
        now);
  }

  @Override
  public void close() {
    drop();
    netlink.close();
  }

  private Optional<TunnelDriver.Reading> reading(Link link, List<TunnelProblem> problems)
      throws IOException {
    if (driver == null || driverIndex != link.index()) {
      drop();
      driver = drivers.open(link).orElse(null);
      driverIndex = link.index();
    }
    if (driver == null) {
      problems.add(drivers.nobody(link));
      return Optional.empty();
    }
    try {
      return Optional.of(accepted(link, driver.look()));
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENODEV)) {
        // It went away since its link was read; the notification of that is under way.
        problems.add(TunnelProblem.missing(interfaceName));
        return Optional.empty();
      }
      throw e;
    }
  }

  /** With the ranges alone that tailscaled has made routes for. */
  private TunnelDriver.Reading accepted(Link link, TunnelDriver.Reading reading)
      throws ErrnoException {
    if (reading.tailnet().isEmpty()) {
      return reading;
    }
    Set<Cidr> routed =
        netlink.routes().stream()
            .filter(route -> route.interfaceIndex() == link.index())
            .map(Route::destination)
            .collect(Collectors.toSet());
    return new TunnelDriver.Reading(
        reading.tailnet().get().accepted(reading.device(), routed), reading.tailnet());
  }

  private void drop() {
    if (driver != null) {
      driver.close();
      driver = null;
    }
  }
}
