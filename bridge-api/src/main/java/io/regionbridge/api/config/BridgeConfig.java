package io.regionbridge.api.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one bridge process: valid as a whole, immutable, compared by value. Made by
 * {@link ConfigReader}; {@link ConfigKeys} says what each key holds, its default, and whether a
 * running process can take it over.
 *
 * <p>An empty list or {@link Optional} of an address, range or interface means "discover it".
 */
public final class BridgeConfig {
  private final Values values;

  /** Of values without problems. */
  BridgeConfig(Values values) {
    this.values = values;
  }

  /** The value of one key of the file itself. */
  public <T> T get(ConfigKey<T> key) {
    return values.get(key);
  }

  /** The namespace of the routers of NetBird's operator, if the bridge manages them. */
  public Optional<String> netBird() {
    return get(ConfigKeys.NETBIRD_HOST_NETWORK)
        ? Optional.of(get(ConfigKeys.NETBIRD_NAMESPACE))
        : Optional.empty();
  }

  /** This one, but with what another has for the keys that a running process can take over. */
  public BridgeConfig withLive(BridgeConfig next) {
    return new BridgeConfig(values.withLive(next.values));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BridgeConfig config && values.equals(config.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
