package io.regionbridge.api.region;

import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.KeyStore;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What is known before a source has started: what is configured. */
public final class PendingSource implements RegionSource {
  private final Supplier<Topology> configured;

  /** One that tells what is configured at the time. */
  public PendingSource(Supplier<Topology> configured) {
    this.configured = configured;
  }

  @Override
  public Topology topology() {
    return configured.get();
  }

  @Override
  public boolean settled() {
    return false;
  }

  @Override
  public void lookAgain() {}

  @Override
  public List<String> problems() {
    return List.of();
  }

  @Override
  public List<Condition> conditions() {
    return List.of();
  }

  @Override
  public KeyStore keys() {
    throw new IllegalStateException("a tunnel is made after the source of regions has started");
  }

  @Override
  public TunnelRecord ends() {
    throw new IllegalStateException("a tunnel is made after the source of regions has started");
  }

  @Override
  public Set<InetAddress> accepted(String publicKey) {
    return Set.of();
  }

  @Override
  public boolean active() {
    return false;
  }

  @Override
  public void resign() {}

  @Override
  public void close() {}
}
