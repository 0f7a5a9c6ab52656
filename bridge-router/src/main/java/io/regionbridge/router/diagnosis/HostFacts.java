package io.regionbridge.router.diagnosis;

import io.regionbridge.router.egress.routes.LinuxRouteHost;
import io.regionbridge.router.linux.KernelFile;
import io.regionbridge.router.netlink.VxlanFilter;
import io.regionbridge.router.tunnel.HostSettings;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node says of itself.
 *
 * @param overlay the overlay's interface; empty: none of the usual or configured name
 * @param settings of the kernel that prevent forwarding
 * @param netAdmin whether this process may read and change the kernel's WireGuard devices
 * @param userspace whether the device belongs to a program, whose socket is read
 * @param vxlanFiltered whether encapsulated packets are accepted from nodes only; empty: no device
 *     accepts any, or the rules cannot be read
 * @param connections tracked by the kernel, if known
 */
public record HostFacts(
    Optional<String> overlay,
    boolean up,
    int mtu,
    List<HostSettings.Finding> settings,
    boolean netAdmin,
    boolean userspace,
    Optional<Connections> connections,
    Optional<Boolean> vxlanFiltered) {
  private static final Logger log = LoggerFactory.getLogger(HostFacts.class);
  private static final List<String> KNOWN_NAMES = List.of("wt0", "tailscale0", "wg0");
  private static final int CAP_NET_ADMIN = 12; // include/uapi/linux/capability.h

  /**
   * The kernel's connection tracking table: entries in use, and the limit beyond which packets are
   * dropped.
   */
  public record Connections(long count, long most) {}

  public HostFacts {
    settings = List.copyOf(settings);
  }

  /**
   * Looks at this machine.
   *
   * @param configured name of the overlay's interface, if not a usual one
   */
  public static HostFacts read(Optional<String> configured) {
    for (String name : configured.map(List::of).orElse(KNOWN_NAMES)) {
      try {
        NetworkInterface found = NetworkInterface.getByName(name);
        if (found != null) {
          return new HostFacts(
              Optional.of(name),
              found.isUp(),
              found.getMTU(),
              HostSettings.SYSTEM.check(name, false),
              mayAdminister(),
              Files.exists(Path.of("/var/run/wireguard", name + ".sock")),
              followed(),
              lookAtFilter());
        }
      } catch (SocketException e) {
        log.debug("{} went while it was looked at", name, e);
      }
    }
    return new HostFacts(
        Optional.empty(),
        false,
        0,
        List.of(),
        mayAdminister(),
        false,
        Optional.empty(),
        lookAtFilter());
  }

  private static Optional<Boolean> lookAtFilter() {
    try (VxlanFilter filter = VxlanFilter.open()) {
      return NetworkInterface.getByName(LinuxRouteHost.VXLAN) == null
          ? Optional.empty()
          : Optional.of(filter.inForce());
    } catch (IOException e) {
      return Optional.empty(); // it needs CAP_NET_ADMIN
    }
  }

  private static Optional<Connections> followed() {
    Path netfilter = Path.of("/proc/sys/net/netfilter");
    try {
      return Optional.of(
          new Connections(
              Long.parseLong(KernelFile.read(netfilter.resolve("nf_conntrack_count"))),
              Long.parseLong(KernelFile.read(netfilter.resolve("nf_conntrack_max")))));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // the module is not loaded
    }
  }

  private static boolean mayAdminister() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("CapEff:"))
          .map(line -> Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16))
          .anyMatch(capabilities -> (capabilities >>> CAP_NET_ADMIN & 1) == 1);
    } catch (IOException e) {
      return false; // not Linux
    }
  }
}
