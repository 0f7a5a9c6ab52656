package io.regionbridge.router.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The addresses of this machine at one moment.
 *
 * @param interfaces by name, of each interface that is up, without link-local addresses, which
 *     cannot be announced
 * @param route the source address of the default route, if there is one
 */
public record HostAddresses(
    Map<String, List<InetAddress>> interfaces, Optional<InetAddress> route) {
  /** RFC 5737: documentation only. A socket connected to it sends nothing, but has a route. */
  private static final InetSocketAddress ELSEWHERE =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 53);

  /**
   * Where Linux has a directory for each interface of the reader's own network namespace; {@code
   * /sys/class/net} is that of whoever mounted it.
   */
  private static final Path SYSTEM = Path.of("/proc/sys/net/ipv4/conf");

  public HostAddresses {
    interfaces = Collections.unmodifiableMap(new LinkedHashMap<>(interfaces));
  }

  /** Asks the operating system. */
  public static HostAddresses read() {
    Map<String, List<InetAddress>> interfaces = new LinkedHashMap<>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        List<InetAddress> addresses =
            Collections.list(each.getInetAddresses()).stream()
                .filter(address -> !address.isLinkLocalAddress())
                .toList();
        if (!addresses.isEmpty() && each.isUp()) {
          interfaces.put(each.getName(), addresses);
        }
      }
    } catch (SocketException e) {
      throw new UncheckedIOException("cannot list the network interfaces", e);
    }
    return new HostAddresses(interfaces, readRoute());
  }

  private static Optional<InetAddress> readRoute() {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(ELSEWHERE);
      InetAddress local = socket.getLocalAddress();
      return local.isAnyLocalAddress() || local.isLoopbackAddress()
          ? Optional.empty()
          : Optional.of(local);
    } catch (IOException | UncheckedIOException noRoute) {
      return Optional.empty();
    }
  }

  /** Whether this machine has an address. */
  public boolean has(InetAddress address) {
    return interfaces.values().stream().anyMatch(all -> all.contains(address));
  }

  /** Whether an interface exists now, in whatever state; much cheaper than {@link #read}. */
  public static boolean exists(String interfaceName) {
    if (Files.isDirectory(SYSTEM)) {
      return Files.exists(SYSTEM.resolve(interfaceName));
    }
    try {
      return NetworkInterface.getByName(interfaceName) != null;
    } catch (SocketException e) {
      return false;
    }
  }

  /** All addresses but loopback's: what this node is known by. */
  public List<InetAddress> node() {
    List<InetAddress> addresses = new ArrayList<>();
    interfaces.values().forEach(addresses::addAll);
    addresses.removeIf(InetAddress::isLoopbackAddress);
    return addresses;
  }
}
