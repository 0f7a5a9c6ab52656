package io.regionbridge.router.wireguard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to change of a device; what it leaves out stays. Immutable, made with {@link #builder}.
 *
 * <p>A driver carries the parts out in this order: private key, listen port, mark, then peers as
 * listed. Where a device takes it in several pieces, a failure can leave the first of them in
 * force: who applies an update looks again afterwards.
 */
public final class DeviceUpdate {
  private final @Nullable PrivateKey privateKey;
  private final @Nullable Integer listenPort;
  private final @Nullable Integer fwmark;
  private final List<PeerUpdate> peers;

  private DeviceUpdate(Builder from) {
    privateKey = from.privateKey;
    listenPort = from.listenPort;
    fwmark = from.fwmark;
    peers = List.copyOf(from.peers);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The new private key; all zeros to take it away; empty: as it is. */
  public Optional<PrivateKey> privateKey() {
    return Optional.ofNullable(privateKey);
  }

  /** The new UDP port, 0 for any free one; empty: as it is. */
  public Optional<Integer> listenPort() {
    return Optional.ofNullable(listenPort);
  }

  /** The new mark on packets that the device sends, 0 for none; empty: as it is. */
  public Optional<Integer> fwmark() {
    return Optional.ofNullable(fwmark);
  }

  public List<PeerUpdate> peers() {
    return peers;
  }

  /** Collects an update. Not safe for use by several threads. */
  public static final class Builder {
    private @Nullable PrivateKey privateKey;
    private @Nullable Integer listenPort;
    private @Nullable Integer fwmark;
    private final List<PeerUpdate> peers = new ArrayList<>();

    private Builder() {}

    /** The update keeps the key itself, so it must not be closed before the update is applied. */
    public Builder privateKey(PrivateKey key) {
      privateKey = key;
      return this;
    }

    /** Sets the UDP port, 0 for any free one; IllegalArgumentException above 65535. */
    public Builder listenPort(int port) {
      if (port < 0 || port > 0xffff) {
        throw new IllegalArgumentException("port " + port + " is not within 0 to 65535");
      }
      listenPort = port;
      return this;
    }

    public Builder fwmark(int mark) {
      fwmark = mark;
      return this;
    }

    public Builder peer(PeerUpdate update) {
      peers.add(update);
      return this;
    }

    public Builder peers(List<PeerUpdate> updates) {
      peers.addAll(updates);
      return this;
    }

    public DeviceUpdate build() {
      return new DeviceUpdate(this);
    }
  }
}
