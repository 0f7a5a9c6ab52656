package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.zones.ClientRanges;
import io.regionbridge.api.zones.CompiledZones;
import io.regionbridge.api.zones.PeerZones;
import io.regionbridge.api.zones.ReplicaZones;
import io.regionbridge.api.zones.ZoneCompiler;
import io.regionbridge.api.zones.ZoneSettings;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ZoneTable;
import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.feed.FeedServer;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.HostAddresses;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Name;

/**
 * The one thread that makes zone tables. Level-triggered: a call of {@link #lookAgain} says nothing
 * about what changed, and many such calls may become one pass, which compares all that is known now
 * with what the last table was made from. What did not change is shared with the last table, and if
 * nothing did, none is published.
 */
final class TablePublisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TablePublisher.class);

  /** For changes without a notification: addresses that come and go with interfaces. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  /** Of a machine whose addresses change all the time, the older ones are forgotten. */
  private static final int MOST_OWN = 256;

  /** Peers' directories change many times a second: each table takes in what has come so far. */
  private static final Duration SETTLE = Duration.ofMillis(5);

  /** A heap of more octets than this has grown while the directory was read. */
  private static final long GROWN_HEAP = 32L << 20;

  /** Each table has a price, whatever it says that is new. */
  private static final Duration SPACING = Duration.ofMillis(20);

  private final Supplier<BridgeConfig> config;
  private final ControlPlane control;
  private final Supplier<List<InetSocketAddress>> listen;
  private final FeedServer feed;
  private final Replicas replicas;
  private final AllNames allNames;
  private final Clock clock;
  private final Loop loop;
  private final Set<Cidr> own = new HashSet<>();
  private final NodeResolvers node = new NodeResolvers(Path.of("/etc/resolv.conf"));
  private final CountDownLatch loaded = new CountDownLatch(1);
  private volatile @Nullable CompiledZones zones;
  private Consumer<ZoneTable> publish = _ -> {};
  private Runnable around = () -> {};

  // Owned by the thread that makes the pass: the caller of first(), then the thread.
  private ZoneTable table = ZoneTable.empty();
  private @Nullable Inputs last;
  private @Nullable ZoneSettings compiledWith;
  private @Nullable ZoneCompiler compiler;
  private @Nullable Surroundings surroundings;
  private @Nullable Outside outside;
  private @Nullable Rules rules;
  private Peers peers = new Peers(Map.of(), Map.of());
  private final ReplicaZones replicaZones = new ReplicaZones();

  /**
   * What the zones of peers are made from, without their directories, which change many times a
   * second while this stays for hours.
   *
   * @param taken the apexes of other zones
   */
  private record Surroundings(
      BridgeConfig config,
      Topology topology,
      List<InetSocketAddress> listen,
      HostAddresses host,
      List<Name> taken) {}

  /**
   * The peers without their directories.
   *
   * @param served those zones whose apex no other zone has taken
   */
  private record Peers(
      Map<Relayed, List<ForwardZone>> zones, Map<Relayed, List<ForwardZone>> served) {}

  /** What the zones of a peer are made from; {@code reverse} are the ranges that are its alone. */
  private record Relayed(
      PeerRegion peer, List<Cidr> reverse, List<InetSocketAddress> siblings, List<Cidr> never) {}

  /** What decides who may ask and who is asked for names of no region. */
  private record Outside(
      BridgeConfig config,
      Topology topology,
      List<InetSocketAddress> listen,
      HostAddresses host,
      List<Cidr> overlay,
      List<InetSocketAddress> resolvers) {}

  /** What follows from {@link Outside}. */
  private record Rules(
      ClientRanges clients, Optional<ForwardZone> resolvers, List<Name> clusterDomains) {}

  /**
   * All that a table is made from; the same inputs make the same table. Local zones are equal only
   * if they are the same object.
   */
  private record Inputs(
      List<LocalZone> local,
      List<ForwardZone> forward,
      ClientRanges clients,
      boolean complete,
      Optional<ForwardZone> resolvers,
      List<Name> clusterDomains) {}

  /**
   * Starts nothing yet.
   *
   * @param listen where DNS is served now
   * @param clock for serial numbers
   */
  TablePublisher(
      Supplier<BridgeConfig> config,
      ControlPlane control,
      Supplier<List<InetSocketAddress>> listen,
      FeedServer feed,
      Replicas replicas,
      AllNames allNames,
      Clock clock,
      Loops loops) {
    this.config = config;
    this.control = control;
    this.listen = listen;
    this.feed = feed;
    this.replicas = replicas;
    this.allNames = allNames;
    this.clock = clock;
    loop = loops.loop("zones", Timing.onCall(SETTLE, LOOK_AGAIN).spaced(SPACING), this::look);
  }

  /** Makes the first table, on the caller's thread. */
  ZoneTable first() {
    pass();
    return table;
  }

  /**
   * Starts to make tables on a thread of its own.
   *
   * @param around runs in each round before a table is made
   */
  void start(Consumer<ZoneTable> publish, Runnable around) {
    this.publish = publish;
    this.around = around;
    loop.start();
  }

  /** Something may have changed. Any thread. */
  void lookAgain() {
    loop.lookAgain();
  }

  /** The local zones of the last table; null before the first. Any thread. */
  @Nullable CompiledZones zones() {
    return zones;
  }

  /** Open until a table was published that holds all of the directory. */
  CountDownLatch loaded() {
    return loaded;
  }

  private void look() {
    around.run();
    pass();
  }

  private void pass() {
    BridgeConfig current = config.get();
    Topology topology = control.topology();
    List<InetSocketAddress> at = listen.get();
    ZoneSettings settings = Settings.zones(current, topology.local(), at);
    Directory services = control.directory();
    CompiledZones compiled = compile(settings, services);
    Directory given =
        feed.publish(
            services,
            settings.peers(),
            current.get(ConfigKeys.REGION_NAME),
            current.get(ConfigKeys.REGION_DOMAIN).toString(),
            current.get(ConfigKeys.DNS_TTL));
    List<LocalZone> local = new ArrayList<>(compiled.reverse());
    local.addFirst(compiled.domain());
    followPeers(current, topology, at, local);
    Map<String, FollowerState> states = replicas.states();
    List<ForwardZone> forward = replicated(states);
    Map<String, LocalZone> domains = new HashMap<>(replicaZones.domains());
    domains.put(current.get(ConfigKeys.REGION_NAME), compiled.domain());
    local.addAll(
        allNames.zones(
            current, settings, services, given, topology, states, domains, clock.instant()));
    Rules terms = rules(current, topology, at);
    Inputs inputs =
        new Inputs(
            local,
            forward,
            terms.clients(),
            topology.complete(),
            terms.resolvers(),
            terms.clusterDomains());
    if (!inputs.equals(last)) {
      table =
          table
              .next(local, inputs.forward(), inputs.clients().policy(), inputs.complete())
              .following(inputs.resolvers().orElse(null), inputs.clusterDomains());
      last = inputs;
      publish.accept(table);
    }
    zones = compiled;
    if (compiled.domain().loaded() && loaded.getCount() > 0) {
      returnHeap();
      loaded.countDown();
    }
  }

  /**
   * Returns the memory that reading a large directory took: nothing else would collect it for
   * hours. The bridge becomes ready only after this, so few clients notice the pause.
   */
  private static void returnHeap() {
    if (Runtime.getRuntime().totalMemory() > GROWN_HEAP) {
      System.gc();
    }
  }

  private Rules rules(BridgeConfig current, Topology topology, List<InetSocketAddress> at) {
    Outside now =
        new Outside(
            current,
            topology,
            at,
            control.host(),
            control.overlayRanges(),
            current.get(ConfigKeys.DNS_UPSTREAM).orElseGet(node::addresses));
    Rules known = rules;
    if (known == null || !now.equals(outside)) {
      known =
          new Rules(
              ClientRanges.of(
                  current.get(ConfigKeys.DNS_ALLOW), topology, now.overlay(), now.host(), at),
              resolvers(now),
              topology.local().clusterDomains().stream().map(TablePublisher::absolute).toList());
      outside = now;
      rules = known;
    }
    return known;
  }

  /** Who is asked for the names of no region that aliases lead to: never this bridge itself. */
  private Optional<ForwardZone> resolvers(Outside now) {
    List<InetSocketAddress> asked =
        now.resolvers().stream().filter(address -> !now.listen().contains(address)).toList();
    return asked.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ForwardZone.resolvers(
                asked, AddressSet.of(ClientRanges.prefixes(never(now.topology())))));
  }

  private static Name absolute(String domain) {
    return Name.fromConstantString(domain + ".");
  }

  private CompiledZones compile(ZoneSettings settings, Directory services) {
    if (compiler == null || !settings.equals(compiledWith)) {
      compiler = new ZoneCompiler(settings);
      compiledWith = settings;
    }
    return compiler.compile(services, clock.instant());
  }

  /**
   * What no peer is believed to have. What this machine had stays among it: the overlay's address
   * goes while its agent restarts, and answers that were kept under other rules would go with it.
   */
  private List<Cidr> never(Topology topology) {
    if (own.size() > MOST_OWN) {
      own.clear();
    }
    control.host().node().forEach(address -> own.add(Cidr.host(address)));
    return Stream.concat(ClientRanges.nodes(topology, control.host()).stream(), own.stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** Makes the zones of all peers, and follows their directories, if anything of them changed. */
  private void followPeers(
      BridgeConfig current,
      Topology topology,
      List<InetSocketAddress> listen,
      List<LocalZone> local) {
    List<Name> taken = new ArrayList<>(allNames.domains(current));
    local.forEach(zone -> taken.add(zone.apex()));
    Surroundings now = new Surroundings(current, topology, listen, control.host(), taken);
    if (now.equals(surroundings)) {
      return;
    }
    List<InetSocketAddress> siblings = siblings(topology, listen);
    List<Cidr> never = never(topology);
    Topology.Disputes disputes = topology.disputes();
    Map<Relayed, List<ForwardZone>> made = new LinkedHashMap<>();
    for (PeerRegion peer : topology.peers()) {
      Relayed relayed =
          new Relayed(
              peer,
              disputes.undisputed(peer, peer.podCidrs()),
              siblings,
              PeerZones.relevant(peer, never));
      List<ForwardZone> known = peers.zones().get(relayed);
      if (known == null && peer.contain() && !PeerZones.contained(peer)) {
        log.warn(
            "region {}: contain is on, but neither podCIDRs nor serviceCIDRs are known, so its"
                + " answers are not checked",
            peer.name());
      }
      made.put(
          relayed,
          known != null ? known : PeerZones.of(peer, relayed.reverse(), siblings, relayed.never()));
    }
    Set<Name> apexes = new HashSet<>(taken);
    Map<Relayed, List<ForwardZone>> served = new LinkedHashMap<>();
    List<ForwardZone> domains = new ArrayList<>();
    made.forEach((relayed, all) -> {
      List<ForwardZone> free = all.stream().filter(zone -> apexes.add(zone.apex())).toList();
      served.put(relayed, free.equals(all) ? all : free);
      if (free.contains(all.getFirst())) {
        domains.add(all.getFirst());
      }
    });
    peers = new Peers(made, served);
    surroundings = now;
    replicas.follow(current, domains);
  }

  /** The zones of all peers that are served, with a replica where there is one. */
  private List<ForwardZone> replicated(Map<String, FollowerState> states) {
    replicaZones.retain(states.keySet());
    List<ForwardZone> served = new ArrayList<>();
    peers
        .served()
        .forEach((relayed, zones) -> {
          FollowerState state = states.get(relayed.peer().name());
          served.addAll(
              state == null || zones.isEmpty()
                  ? zones
                  : replicaZones.with(zones, relayed.reverse(), state, clock.instant()));
        });
    return served;
  }

  /** Where the other bridges of the region answer. */
  private static List<InetSocketAddress> siblings(
      Topology topology, List<InetSocketAddress> listen) {
    return topology.local().gateways().stream()
        .flatMap(gateway ->
            gateway.nodeAddress().stream()
                .map(address -> new InetSocketAddress(address, gateway.dnsPort())))
        .filter(address -> !listen.contains(address))
        .toList();
  }

  /** Stops. No table is published after this returns. */
  @Override
  public void close() {
    loop.close();
  }
}
