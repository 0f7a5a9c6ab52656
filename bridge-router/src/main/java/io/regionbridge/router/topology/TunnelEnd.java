package io.regionbridge.router.topology;

import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A region's end of a tunnel: a router node whose WireGuard device a bridge makes.
 *
 * @param name of the gateway, unique in its region
 * @param publicKey base64
 * @param nextPublicKey announced before it is used; empty: the key stays
 * @param overlayAddress empty: that of the region's first gateway
 * @param endpoint where it is reached from outside; empty: it calls us
 * @param persistentKeepalive seconds between keepalives; 0: none
 * @param active whether the region's traffic goes through it
 */
public record TunnelEnd(
    String name,
    String publicKey,
    Optional<String> nextPublicKey,
    Optional<InetAddress> overlayAddress,
    Optional<InetSocketAddress> endpoint,
    int persistentKeepalive,
    boolean active) {
  /** Where WireGuard listens unless something else is said. */
  public static final int WIREGUARD_PORT = 51_820;

  /** An end without a next key. */
  public TunnelEnd(
      String name,
      String publicKey,
      Optional<InetAddress> overlayAddress,
      Optional<InetSocketAddress> endpoint,
      int persistentKeepalive,
      boolean active) {
    this(name, publicKey, Optional.empty(), overlayAddress, endpoint, persistentKeepalive, active);
  }

  /**
   * The end that a router node's bridge announces, if it has an overlay address and a valid key.
   */
  public static Optional<TunnelEnd> of(RouterNodeFacts node) {
    String key = node.spec().publicKey();
    Optional<InetAddress> address =
        Optional.ofNullable(node.spec().overlayAddress()).flatMap(IpLiteral::parse);
    return key == null || PublicKey.parse(key).isEmpty() || address.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TunnelEnd(
                node.name(),
                key,
                Optional.ofNullable(node.spec().nextPublicKey())
                    .filter(next -> PublicKey.parse(next).isPresent()),
                address,
                Optional.ofNullable(node.spec().endpoint()).flatMap(TunnelEnd::endpoint),
                0,
                "Active".equals(node.role())));
  }

  /** Where WireGuard is reached, ADDRESS or ADDRESS:PORT; empty if the text says no such thing. */
  public static Optional<InetSocketAddress> endpoint(String text) {
    return SocketLiteral.parse(text, WIREGUARD_PORT).get();
  }

  /** Whether a key is the one that it uses, or is about to use. */
  public boolean has(String key) {
    return publicKey.equals(key) || nextPublicKey.equals(Optional.of(key));
  }

  /** The same end, reached elsewhere. */
  public TunnelEnd at(Optional<InetSocketAddress> other, int keepalive) {
    return new TunnelEnd(name, publicKey, nextPublicKey, overlayAddress, other, keepalive, active);
  }

  /** The same end, active or not. */
  public TunnelEnd active(boolean now) {
    return new TunnelEnd(
        name, publicKey, nextPublicKey, overlayAddress, endpoint, persistentKeepalive, now);
  }
}
