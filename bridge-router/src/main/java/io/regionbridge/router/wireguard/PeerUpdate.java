package io.regionbridge.router.wireguard;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to change of one peer. Only what is said changes: a peer that exists keeps its session and
 * everything that the update leaves out. Immutable; made with {@link #add}, {@link #modify} or
 * {@link #remove}.
 */
public final class PeerUpdate {
  private final PublicKey publicKey;
  private final Kind kind;
  private final boolean replaceAllowedIps;
  private final @Nullable PresharedKey presharedKey;
  private final @Nullable PeerEndpoint endpoint;
  private final @Nullable Integer persistentKeepalive;
  private final List<Cidr> allowedIps;

  /** The kind of update. */
  public enum Kind {
    /** It is created unless it exists. */
    ADD,
    /** It is changed if it exists; nothing happens if it does not. */
    MODIFY,
    /** It is removed if it exists. */
    REMOVE
  }

  private PeerUpdate(Builder from) {
    publicKey = from.publicKey;
    kind = from.kind;
    replaceAllowedIps = from.replaceAllowedIps;
    presharedKey = from.presharedKey;
    endpoint = from.endpoint;
    persistentKeepalive = from.persistentKeepalive;
    allowedIps = List.copyOf(from.allowedIps);
  }

  /** Creates the peer, or changes it if it exists. */
  public static Builder add(PublicKey publicKey) {
    return new Builder(publicKey, Kind.ADD);
  }

  /** Changes the peer only if it exists: it cannot come back when something else removed it. */
  public static Builder modify(PublicKey publicKey) {
    return new Builder(publicKey, Kind.MODIFY);
  }

  /** Removes the peer and with it its session. */
  public static PeerUpdate remove(PublicKey publicKey) {
    return new Builder(publicKey, Kind.REMOVE).build();
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  public Kind kind() {
    return kind;
  }

  /** The new preshared key; one of all zeros takes the present one away; empty: as it is. */
  public Optional<PresharedKey> presharedKey() {
    return Optional.ofNullable(presharedKey);
  }

  /** The new endpoint; empty: as it is. */
  public Optional<PeerEndpoint> endpoint() {
    return Optional.ofNullable(endpoint);
  }

  /** The new interval in seconds, 0 for none; empty: as it is. */
  public Optional<Integer> persistentKeepalive() {
    return Optional.ofNullable(persistentKeepalive);
  }

  /** Whether {@link #allowedIps} are all that the peer has after the update. */
  public boolean replaceAllowedIps() {
    return replaceAllowedIps;
  }

  /** Ranges that this peer gets. One that another peer of the device has moves over to this one. */
  public List<Cidr> allowedIps() {
    return allowedIps;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerUpdate o
        && publicKey.equals(o.publicKey)
        && kind == o.kind
        && replaceAllowedIps == o.replaceAllowedIps
        && Objects.equals(presharedKey, o.presharedKey)
        && Objects.equals(endpoint, o.endpoint)
        && Objects.equals(persistentKeepalive, o.persistentKeepalive)
        && allowedIps.equals(o.allowedIps);
  }

  @Override
  public int hashCode() {
    return Objects.hash(publicKey, kind, endpoint, persistentKeepalive, allowedIps);
  }

  /** One line for logs and tests; secrets stay out of it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(kind.name().toLowerCase(Locale.ROOT)).append(" peer ").append(publicKey);
    if (presharedKey != null) {
      text.append(presharedKey.isZero() ? " preshared-key none" : " preshared-key set");
    }
    if (endpoint != null) {
      text.append(" endpoint ").append(endpoint);
    }
    if (persistentKeepalive != null) {
      text.append(" persistent-keepalive ").append(persistentKeepalive);
    }
    if (replaceAllowedIps || !allowedIps.isEmpty()) {
      text.append(replaceAllowedIps ? " allowed-ips " : " allowed-ips +").append(allowedIps);
    }
    return text.toString();
  }

  /** Collects an update. Not safe for use by several threads. */
  public static final class Builder {
    private final PublicKey publicKey;
    private final Kind kind;
    private boolean replaceAllowedIps;
    private @Nullable PresharedKey presharedKey;
    private @Nullable PeerEndpoint endpoint;
    private @Nullable Integer persistentKeepalive;
    private List<Cidr> allowedIps = List.of();

    private Builder(PublicKey publicKey, Kind kind) {
      this.publicKey = publicKey;
      this.kind = kind;
    }

    /** The update keeps the key itself, so it must not be closed before the update is applied. */
    public Builder presharedKey(PresharedKey key) {
      presharedKey = key;
      return this;
    }

    /** Takes the present preshared key away. */
    public Builder noPresharedKey() {
      presharedKey = PresharedKey.of(new byte[Key.LENGTH]);
      return this;
    }

    public Builder endpoint(PeerEndpoint to) {
      endpoint = to;
      return this;
    }

    /** Sets the seconds between keepalives, 0 for none; IllegalArgumentException above 65535. */
    public Builder persistentKeepalive(int seconds) {
      if (seconds < 0 || seconds > 0xffff) {
        throw new IllegalArgumentException("keepalive " + seconds + " is not within 0 to 65535 s");
      }
      persistentKeepalive = seconds;
      return this;
    }

    /** Adds ranges to those that the peer has. */
    public Builder addAllowedIps(List<Cidr> ranges) {
      replaceAllowedIps = false;
      allowedIps = ranges;
      return this;
    }

    /** Leaves the peer with these ranges and no other. */
    public Builder replaceAllowedIps(List<Cidr> ranges) {
      replaceAllowedIps = true;
      allowedIps = ranges;
      return this;
    }

    public PeerUpdate build() {
      return new PeerUpdate(this);
    }
  }
}
