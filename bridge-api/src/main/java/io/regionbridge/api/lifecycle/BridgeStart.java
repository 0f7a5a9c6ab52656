package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigChange;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigListener;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigWatcher;
import io.regionbridge.api.endpoints.Sites;
import io.regionbridge.api.feed.DirectoryServer;
import io.regionbridge.api.http.HttpServer;
import io.regionbridge.api.http.HttpServer.Site;
import io.regionbridge.api.log.Logging;
import io.regionbridge.api.region.ClusterPlace;
import io.regionbridge.api.region.ClusterSource;
import io.regionbridge.api.region.ConfiguredRegions;
import io.regionbridge.api.region.PendingSource;
import io.regionbridge.api.region.RegionSource;
import io.regionbridge.api.region.StandaloneSource;
import io.regionbridge.api.reports.Introspection;
import io.regionbridge.api.reports.QueryLog;
import io.regionbridge.api.tls.TlsFiles;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.overlay.ManagedTunnel;
import io.regionbridge.router.overlay.OverlayWatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Starts the parts of a bridge, each after those that it reads. A part is told of others only by
 * what is made before it: nothing here is called back before it is there. Used once, by one thread.
 */
final class BridgeStart {
  private final Clock clock = Clock.systemUTC();
  private final long heap = Runtime.getRuntime().maxMemory();
  private final Loops loops = new Loops();
  private final HostWatch host = new HostWatch();
  private final DirectoryServer feed = new DirectoryServer(new SecureRandom().nextLong());
  private final AtomicReference<Directory> directory = new AtomicReference<>(Directory.EMPTY);
  private final AtomicReference<RegionSource> source = new AtomicReference<>();
  private final AtomicReference<List<InetSocketAddress>> listen = new AtomicReference<>(List.of());
  private final BridgeConfig first;
  private final LiveConfig config;
  private final Parts parts;
  private final Optional<ClusterPlace> place;
  private final String node;
  private final Opening opening;

  /**
   * What a bridge is asked by later.
   *
   * @param tlsListen where DNS over TLS is served, as bound
   */
  record Started(
      LiveState state,
      TablePublisher tables,
      Opening opening,
      HttpServer http,
      List<InetSocketAddress> tlsListen) {
    Started {
      tlsListen = List.copyOf(tlsListen);
    }
  }

  /**
   * Starts nothing yet.
   *
   * @param parts takes what is started
   */
  BridgeStart(BridgeConfig first, Map<String, String> environment, Parts parts) throws IOException {
    this.first = first;
    this.parts = parts;
    config = new LiveConfig(first);
    boolean clustered = first.kubernetes().enabled();
    place = clustered ? Optional.of(ClusterPlace.of(environment)) : Optional.empty();
    node = place.isPresent() ? place.get().node() : ClusterPlace.node(environment);
    opening = new Opening(clustered && first.dns().listen().isEmpty());
  }

  /**
   * Starts everything.
   *
   * @param file is followed, if there is one
   * @throws IOException naming what cannot be had; what has been started is in the parts
   */
  Started run(Optional<ConfigFile> file) throws IOException {
    // Whoever is told before the source has started is told in vain: a source begins with a look.
    Signal changed = new Signal();
    OverlayWatch overlay =
        parts.add(OverlayWatch.start(ConfiguredRegions.overlay(first, node), changed, loops));
    Replicas replicas =
        parts.add(new Replicas(MemoryPlan.of(first, heap).replicas(0), changed, loops));
    AllNames allNames = new AllNames();
    source.set(
        new PendingSource(() -> ConfiguredRegions.withoutCluster(config.get(), overlay.ranges())));
    listen.set(wanted(overlay));
    TablePublisher tables =
        new TablePublisher(
            config::get,
            directory::get,
            () -> new TablePublisher.Regions(source.get().topology(), overlay.ranges()),
            listen::get,
            host::addresses,
            feed,
            replicas,
            allNames,
            clock,
            loops);
    changed.tell(host::changed);
    changed.tell(() -> source.get().lookAgain());
    changed.tell(tables::lookAgain);
    TlsFiles tls = parts.add(TlsFiles.read(first, clock, loops));
    if (place.isEmpty()) {
      // Reads on a thread of its own while the sockets are opened here.
      source.set(
          parts.add(
              new StandaloneSource(
                  node,
                  config::get,
                  this::directoryRoom,
                  overlay,
                  taker(tables),
                  tables::lookAgain,
                  loops)));
    }
    DnsBridge dns =
        parts.add(
            DnsBridge.start(
                Settings.threads(first.dns(), Runtime.getRuntime().availableProcessors()),
                first.dns().cache().maxEntries(),
                opening.done() ? listen.get() : List.of(),
                Settings.dataPlane(first.dns(), MemoryPlan.of(first, heap)),
                tables.first(),
                tls.peers()));
    List<InetSocketAddress> tlsListen = new ArrayList<>();
    for (InetSocketAddress address : first.dns().tls().listen()) {
      tlsListen.add(dns.listenTls(address, tls::server));
    }
    tls.watch(dns::secure);
    parts.add(allNames.watch(dns::gateways, tables::lookAgain, loops));
    MemoryShares memory = new MemoryShares(config::get, directory::get, replicas, dns, heap);
    LiveState state =
        new LiveState(
            config, overlay, tls, tables, replicas, allNames, memory, dns, opening, loops, source,
            directory);
    Introspection introspection = parts.add(new Introspection(state, clock));
    QueryLog queries = parts.add(new QueryLog(dns, clock));
    HttpServer http = parts.add(HttpServer.start(sites(overlay, introspection, queries)));
    if (place.isPresent()) {
      source.set(parts.add(cluster(place.get(), overlay, dns, state, tables)));
    }
    if (first.overlay().mode() == BridgeConfig.OverlayMode.MANAGE) {
      state.manage(parts.add(tunnel(overlay)));
    }
    ListeningSockets sockets =
        new ListeningSockets(
            dns,
            http,
            address -> Sites.peers(first.admin(), address, introspection, feed),
            http.addresses().stream().skip(1).toList());
    tables.start(
        dns::publish,
        () -> {
          memory.look();
          followHost(overlay, state, tables, sockets, introspection);
        });
    parts.add(tables);
    file.ifPresent(
        f -> parts.add(ConfigWatcher.start(f, first, new Reload(tls, dns, changed), loops)));
    return new Started(state, tables, opening, http, tlsListen);
  }

  private List<InetSocketAddress> wanted(OverlayWatch overlay) {
    return ListenAddresses.of(
        config.get().dns(),
        host.addresses(),
        place.flatMap(ClusterPlace::address),
        overlay.addresses());
  }

  private Consumer<Directory> taker(TablePublisher tables) {
    return next -> {
      directory.set(next);
      tables.lookAgain();
    };
  }

  private long directoryRoom() {
    return MemoryPlan.of(config.get(), heap).directory();
  }

  private RegionSource cluster(
      ClusterPlace place,
      OverlayWatch overlay,
      DnsBridge dns,
      LiveState state,
      TablePublisher tables)
      throws IOException {
    List<InetSocketAddress> at = opening.done() ? dns.addresses() : listen.get();
    InetSocketAddress reached =
        at.stream()
            .filter(address -> !address.getAddress().isLoopbackAddress())
            .findFirst()
            .orElse(at.getFirst());
    return new ClusterSource(
        place,
        new ClusterSource.Ties(
            config::get,
            this::directoryRoom,
            new InetSocketAddress(place.address().orElse(reached.getAddress()), reached.getPort()),
            overlay,
            new DataPlaneHealth(dns),
            state::serves,
            taker(tables),
            tables::lookAgain,
            loops));
  }

  private ManagedTunnel tunnel(OverlayWatch overlay) {
    RegionSource known = source.get();
    return ManagedTunnel.start(
        node,
        () -> ConfiguredRegions.overlay(config.get(), node),
        new ManagedTunnel.Ties(
            known.keys(), known::topology, known::settled, known::accepted, overlay::announce),
        loops);
  }

  private List<Site> sites(OverlayWatch overlay, Introspection introspection, QueryLog queries)
      throws IOException {
    List<Site> sites =
        new ArrayList<>(List.of(Sites.admin(first.admin(), introspection, queries, feed)));
    overlay.addresses().stream()
        .filter(
            address -> listen.get().stream().anyMatch(bound -> bound.getAddress().equals(address)))
        .flatMap(address -> Sites.peers(first.admin(), address, introspection, feed).stream())
        .forEach(sites::add);
    return sites;
  }

  /** At each look of the publisher, on its thread: what depends on the machine's addresses. */
  private void followHost(
      OverlayWatch overlay,
      LiveState state,
      TablePublisher tables,
      ListeningSockets sockets,
      Introspection introspection) {
    state.tunnel().ifPresent(ManagedTunnel::lookAgain);
    if (opening.waits()) {
      if (opening.settles(source.get(), directory.get())) {
        tables.lookAgain(); // to open when the table that this look makes is in force
      }
      return;
    }
    sockets.follow(
        first.dns().listen().isEmpty() ? Optional.of(wanted(overlay)) : Optional.empty(),
        overlay.addresses(),
        host.addresses());
    state.listenProblem(sockets.problem());
    listen.set(state.dnsAddresses());
    opening.open();
    introspection.look();
  }

  /** On the thread that watches the file. */
  private final class Reload implements ConfigListener {
    private final TlsFiles tls;
    private final DnsBridge dns;
    private final Runnable changed;

    Reload(TlsFiles tls, DnsBridge dns, Runnable changed) {
      this.tls = tls;
      this.dns = dns;
      this.changed = changed;
    }

    @Override
    public void changed(BridgeConfig next, ConfigChange change) {
      tls.follow(next); // before anybody could be asked in the clear
      config.changed(next, change);
      BridgeConfig now = config.get();
      dns.configure(Settings.dataPlane(now.dns(), MemoryPlan.of(now, heap)));
      if (change.live().contains(ConfigKeys.LOG_LEVEL.path())) {
        Logging.level(config.get().get(ConfigKeys.LOG_LEVEL));
      }
      changed.run();
    }

    @Override
    public void refused(List<ConfigProblem> problems) {
      config.refused(problems);
    }
  }
}
