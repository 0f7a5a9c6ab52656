package io.regionbridge.router.peers;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** An overlay that has these peers; this node has no address on it. */
public record FakeOverlay(List<Peer> peers, Optional<String> nextPublicKey) implements OverlayView {
  public FakeOverlay {
    peers = List.copyOf(peers);
  }

  /** One on which no key is being rotated. */
  public static FakeOverlay of(Peer... peers) {
    return new FakeOverlay(List.of(peers), Optional.empty());
  }

  @Override
  public Optional<InetAddress> address() {
    return Optional.empty();
  }

  @Override
  public Optional<String> publicKey() {
    return Optional.empty();
  }
}
