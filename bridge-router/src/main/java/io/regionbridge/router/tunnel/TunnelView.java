package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The overlay's interface and device at one moment. Immutable, without secrets.
 *
 * @param interfaceName as configured, whether or not it exists
 * @param driver what runs the device
 * @param device empty when it could not be read; then a problem says why
 * @param tailnet where tailscaled runs the device
 * @param problems gravest first
 * @param at when this was seen
 */
public record TunnelView(
    String interfaceName,
    Optional<Link> link,
    List<InterfaceAddress> addresses,
    Optional<TunnelDriver.Kind> driver,
    Optional<Device> device,
    Optional<Tailnet> tailnet,
    List<TunnelProblem> problems,
    Instant at) {
  public TunnelView {
    addresses = List.copyOf(addresses);
    device = device.map(TunnelView::withoutSecrets);
    problems = List.copyOf(problems);
  }

  /** The peer of each range, according to the device. */
  public Map<Cidr, PublicKey> routes() {
    Map<Cidr, PublicKey> routes = new TreeMap<>();
    device.ifPresent(d ->
        d.peers().forEach(p -> p.allowedIps().forEach(range -> routes.put(range, p.publicKey()))));
    return routes;
  }

  /** Whether the other shows the same, but for its time. */
  public boolean sameAs(TunnelView other) {
    return interfaceName.equals(other.interfaceName)
        && link.equals(other.link)
        && addresses.equals(other.addresses)
        && driver.equals(other.driver)
        && device.equals(other.device)
        && tailnet.equals(other.tailnet)
        && problems.equals(other.problems);
  }

  private static Device withoutSecrets(Device device) {
    return new Device(
        device.name(),
        device.publicKey(),
        device.listenPort(),
        device.fwmark(),
        device.peers().stream().map(TunnelView::withoutSecrets).toList());
  }

  private static Peer withoutSecrets(Peer peer) {
    return new Peer(
        peer.publicKey(),
        Optional.empty(),
        peer.endpoint(),
        peer.persistentKeepalive(),
        peer.latestHandshake(),
        peer.rxBytes(),
        peer.txBytes(),
        peer.allowedIps());
  }
}
