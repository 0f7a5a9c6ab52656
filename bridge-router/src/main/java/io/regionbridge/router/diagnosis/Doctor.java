package io.regionbridge.router.diagnosis;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.directory.manifest.ManifestInspection;
import io.regionbridge.router.kubernetes.ClusterPlace;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.settings.RegionSettings.Release;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code doctor} checks: a cluster, and this machine, which is judged by what was found in the
 * cluster before; and what other commands ask of this machine. Only reads. Used by one thread.
 */
public final class Doctor {
  private static final Logger log = LoggerFactory.getLogger(Doctor.class);

  private static final String MANIFEST = "manifest";
  private static final int LOOPBACK_MTU = 65_536;

  private Optional<ClusterFacts> cluster = Optional.empty();

  /**
   * The next hop of packets.
   *
   * @param device the interface that they leave by; empty: several or none
   * @param gateway the router, if there is one
   * @param mtu of that interface, in octets; 0: unknown
   */
  public record NextHop(String device, Optional<InetAddress> gateway, int mtu) {}

  /**
   * Checks a cluster; a check comes after those that it depends on.
   *
   * @param client of the user
   * @param asBridge with the rights of the bridge's ServiceAccount; may be the same
   * @throws KubernetesClientException if the API server does not answer at all, or not to us
   */
  public List<Check> checkCluster(
      KubernetesClient client, KubernetesClient asBridge, Release release, Clock clock) {
    ClusterFacts facts =
        new ClusterProbe(client, asBridge, "the bridge's ServiceAccount", release, clock).look();
    cluster = Optional.of(facts);
    return ClusterChecks.of(facts);
  }

  /** The check of a cluster that does not answer. */
  public static List<Check> unreachable(String server, String reason) {
    return ClusterChecks.unreachable(server, reason);
  }

  /**
   * Checks this machine's kernel and how it treats traffic for peers.
   *
   * @param configured name of the overlay's interface, if not a usual one
   * @param sent ranges that policies in force send to peers
   * @param pods this region's pod ranges
   * @param tunnelUp whether the tunnel to a peer is up
   */
  public List<Check> checkNode(
      Optional<String> configured,
      List<Cidr> sent,
      List<Cidr> pods,
      boolean tunnelUp,
      Map<String, String> environment) {
    HostFacts host = HostFacts.read(configured);
    List<Check> checks = new ArrayList<>(HostChecks.of(host));
    Optional<String> ciliumDevices = cluster.flatMap(ClusterFacts::ciliumDevices);
    host.overlay()
        .ifPresent(overlay ->
            checks.addAll(
                egress(
                    overlay,
                    sent,
                    pods,
                    tunnelUp,
                    ciliumDevices,
                    cluster.flatMap(ClusterFacts::ciliumMtu))));
    cluster
        .flatMap(facts ->
            node(environment).map(name -> PolicyChecks.ofNode(facts.cilium(), name, addresses())))
        .ifPresent(checks::addAll);
    return checks;
  }

  /**
   * Checks manifests before they are served: unreadable parts are failures, probable mistakes are
   * warnings. Messages name file, line, object and field. Returns the failures first.
   *
   * @param files all exist
   * @param podCidrs the region's pod ranges; none: endpoints are not compared with them
   * @param serviceCidrs the same for ClusterIPs
   * @param suggester finds the nearest of some words, if one is near
   */
  public static List<Check> checkManifests(
      List<Path> files,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      BiFunction<String, Collection<String>, Optional<String>> suggester) {
    ManifestInspection found = ManifestInspection.inspect(files, podCidrs, serviceCidrs, suggester);
    List<Check> checks = new ArrayList<>();
    found.errors().forEach(error -> checks.add(Check.failure(MANIFEST, error.toString(), "")));
    found
        .warnings()
        .forEach(warning -> checks.add(Check.warning(MANIFEST, warning.asWarning(), "")));
    return checks;
  }

  /**
   * Asks the kernel for the route to an address from this network namespace, if there is one. Needs
   * no privilege.
   *
   * @throws IOException if the kernel does not answer
   */
  public static Optional<NextHop> routeTo(InetAddress address) throws IOException {
    if (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null) {
      return Optional.of(new NextHop("lo", Optional.empty(), LOOPBACK_MTU));
    }
    try (RouteNetlink netlink = RouteNetlink.open()) {
      Optional<Route> route = netlink.routeTo(address);
      if (route.isEmpty()) {
        return Optional.empty();
      }
      int index = route.get().interfaceIndex();
      Optional<Link> link =
          netlink.links().stream().filter(each -> each.index() == index).findFirst();
      return Optional.of(
          new NextHop(
              link.map(Link::name).orElse(""),
              route.get().gateway(),
              link.map(Link::mtu).orElse(0)));
    }
  }

  /**
   * Describes this node's links, addresses and routes of all tables, for a bug report.
   *
   * @throws IOException if the kernel does not answer
   */
  public static String describeNetwork() throws IOException {
    return HostReport.network();
  }

  /** Describes the kernel's settings that matter here, for a bug report. */
  public static String describeSettings() {
    return HostReport.settings();
  }

  /** Describes the overlay's devices with their peers, for a bug report; no private keys. */
  public static String describeWireGuard() {
    return HostReport.wireGuard();
  }

  private static Optional<String> node(Map<String, String> environment) {
    try {
      return Optional.of(ClusterPlace.node(environment));
    } catch (IOException e) {
      return Optional.empty(); // not Linux
    }
  }

  /** All that this machine has. */
  private static Set<String> addresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(IpLiteral::format)
          .collect(Collectors.toSet());
    } catch (SocketException e) {
      log.debug("cannot list the addresses", e);
      return Set.of();
    }
  }

  private static List<Check> egress(
      String overlay,
      List<Cidr> ranges,
      List<Cidr> pods,
      boolean tunnelUp,
      Optional<String> ciliumDevices,
      Optional<Integer> ciliumMtu) {
    try {
      return EgressChecks.of(
          EgressFacts.read(overlay, ranges, pods, tunnelUp, ciliumDevices, ciliumMtu));
    } catch (IOException e) {
      return List.of(
          Check.warning(
              "egress route",
              "the kernel does not tell its routes: " + e.getMessage(),
              "ip route; run doctor on the router node itself"));
    }
  }
}
