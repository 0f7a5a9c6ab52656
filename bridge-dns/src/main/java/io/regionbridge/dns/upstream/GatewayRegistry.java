package io.regionbridge.dns.upstream;

import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.ZoneRoute;
import io.regionbridge.dns.zone.ZoneTable;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * The health of every gateway that the current zone table names. Outlives tables: a gateway that
 * stays keeps what is known of it. Thread-safe.
 */
public final class GatewayRegistry {
  /** A gateway by region and address. */
  public record Key(String region, InetSocketAddress address) {}

  /** A gateway and the domain that it is probed with. */
  record Probed(GatewayHealth health, Name apex) {}

  private final Map<Key, Probed> gateways = new ConcurrentHashMap<>();
  private final LongSupplier clock;
  private volatile RelaySettings settings;
  private volatile Map<String, ClientTls> tls = Map.of();
  private volatile Collection<Probed> probed = List.of();
  private volatile Runnable prober = () -> {};
  private volatile Runnable listener = () -> {};
  private final GatewayHealth.Watcher watcher = new Watcher();

  /**
   * Creates an empty registry.
   *
   * @param clock nanoseconds that never go back
   */
  public GatewayRegistry(RelaySettings settings, LongSupplier clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Sets the callback for urgent work of the prober: other gateways, a suspect one, an answer of
   * one that was down. It must return soon and is called on any thread.
   */
  void onNews(Runnable look) {
    prober = look;
  }

  /**
   * Sets the callback for changes of a gateway's state, and for when replies stop or come back. It
   * must return soon and is called on any thread.
   */
  public void onChange(Runnable changed) {
    listener = changed;
  }

  private final class Watcher implements GatewayHealth.Watcher {
    @Override
    public void lookSoon() {
      prober.run();
    }

    @Override
    public void changed() {
      listener.run();
    }
  }

  /** How questions are relayed. */
  public RelaySettings settings() {
    return settings;
  }

  /** Changes how questions are relayed from now on. */
  public void settings(RelaySettings next) {
    settings = next;
    watcher.lookSoon();
  }

  /** Regions whose gateways are asked over TLS from now on; all others are asked in the clear. */
  public void secure(Map<String, ClientTls> regions) {
    tls = Map.copyOf(regions);
  }

  @Nullable ClientTls tls(String region) {
    return tls.get(region);
  }

  /** Adds the gateways that the table names and drops all others. */
  public synchronized void follow(ZoneTable table) {
    Map<Key, Name> named = new LinkedHashMap<>();
    Set<Key> siblings = new HashSet<>();
    for (ZoneRoute.Forward forward : table.forwards()) {
      ForwardZone zone = forward.zone();
      for (InetSocketAddress address : zone.gateways()) {
        // The first zone of a region is its domain; reverse zones come after.
        named.putIfAbsent(new Key(zone.region(), address), zone.apex());
      }
      for (InetSocketAddress address : zone.siblings()) {
        Key key = new Key(zone.region(), address);
        if (named.putIfAbsent(key, zone.apex()) == null) {
          siblings.add(key);
        }
      }
    }
    gateways.keySet().retainAll(named.keySet());
    named.forEach((key, apex) ->
        gateways.compute(
            key,
            (k, before) ->
                new Probed(
                    before != null
                        ? before.health()
                        : new GatewayHealth(
                            k.region(), k.address(), siblings.contains(k), clock, watcher),
                    apex)));
    probed = List.copyOf(gateways.values());
    watcher.lookSoon();
  }

  GatewayHealth health(String region, InetSocketAddress address, boolean sibling) {
    Probed known = gateways.get(new Key(region, address));
    // A loop may still use a table whose gateway was just dropped: it gets a record of its own,
    // soon forgotten.
    return known != null
        ? known.health()
        : new GatewayHealth(region, address, sibling, clock, GatewayHealth.Watcher.NONE);
  }

  /** Those to probe: the same object until there are others. */
  Collection<Probed> probed() {
    return probed;
  }

  /** All gateways, without siblings. */
  public List<GatewayHealth> all() {
    return gateways.values().stream().map(Probed::health).filter(g -> !g.sibling()).toList();
  }
}
