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
import io.regionbridge.api.reports.Introspection;
import io.regionbridge.api.reports.QueryLog;
import io.regionbridge.api.tls.TlsFiles;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.feed.FeedServer;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.settings.RegionSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Starts the parts of a bridge, each after those that it reads. A part gets references only to what
 * is made before it: nothing here is called back before it is there. Used once, by one thread.
 */
final class BridgeStart {
  /** Conditions change with time and with gateways, too, so they are looked at once a second. */
  private static final Duration CONDITIONS = Duration.ofSeconds(1);

  private final Clock clock = Clock.systemUTC();
  private final long heap = Runtime.getRuntime().maxMemory();
  private final Loops loops = new Loops();
  private final FeedServer feed = new FeedServer(new SecureRandom().nextLong());
  private final DirectoryServer directory = new DirectoryServer(feed);
  private final AtomicReference<List<InetSocketAddress>> listen = new AtomicReference<>(List.of());
  private final BridgeConfig first;
  private final LiveConfig config;
  private final Parts parts;
  private final Map<String, String> environment;
  private final DnsGate gate;
  private volatile @Nullable Translated translated;

  /** What a configuration says of the regions. */
  private record Translated(BridgeConfig from, RegionSettings to) {}

  /** What the started bridge is asked by. */
  record Started(
      LiveState state,
      TablePublisher tables,
      DnsGate gate,
      HttpServer http,
      List<InetSocketAddress> tlsListen) {
    Started {
      tlsListen = List.copyOf(tlsListen);
    }
  }

  /** Starts nothing yet. What is started is added to {@code parts}. */
  BridgeStart(BridgeConfig first, Map<String, String> environment, Parts parts) {
    this.first = first;
    this.parts = parts;
    config = new LiveConfig(first);
    this.environment = environment;
    boolean clustered = first.get(ConfigKeys.KUBERNETES_ENABLED);
    gate = new DnsGate(clustered && first.get(ConfigKeys.DNS_LISTEN).isEmpty());
  }

  /**
   * Starts everything, and follows {@code file} if there is one.
   *
   * @throws IOException naming what cannot be had; what has been started is in the parts
   */
  Started run(Optional<ConfigFile> file) throws IOException {
    Signal changed = new Signal();
    ControlPlane control =
        parts.add(
            ControlPlane.start(
                environment,
                first.get(ConfigKeys.KUBERNETES_ENABLED),
                this::regionSettings,
                changed,
                loops));
    Replicas replicas =
        parts.add(new Replicas(MemoryPlan.of(first, heap).replicas(0), changed, loops));
    AllNames allNames = new AllNames();
    listen.set(wanted(control));
    TablePublisher tables =
        new TablePublisher(
            config::get, control, listen::get, feed, replicas, allNames, clock, loops);
    changed.subscribe(tables::lookAgain);
    TlsFiles tls = parts.add(TlsFiles.read(first, clock, loops));
    DnsBridge dns =
        parts.add(
            DnsBridge.start(
                Settings.threads(first, Runtime.getRuntime().availableProcessors()),
                first.get(ConfigKeys.DNS_CACHE_MAX_ENTRIES),
                gate.isOpen() ? listen.get() : List.of(),
                Settings.dataPlane(first, MemoryPlan.of(first, heap)),
                tables.first(),
                tls.peers()));
    List<InetSocketAddress> tlsListen = new ArrayList<>();
    for (InetSocketAddress address : first.get(ConfigKeys.DNS_TLS_LISTEN)) {
      tlsListen.add(dns.listenTls(address, tls::server));
    }
    tls.watch(dns::secure);
    parts.add(allNames.watch(dns, tables::lookAgain, loops));
    MemoryShares memory =
        new MemoryShares(
            config::get,
            control::directory,
            new MemoryShares.Part(replicas::limit, replicas::octets),
            new MemoryShares.Part(dns::limitCache, dns::cacheOctets),
            heap);
    LiveState state =
        new LiveState(config, control, tls, tables, replicas, allNames, memory, dns, gate, loops);
    Introspection introspection = parts.add(new Introspection(state, clock));
    QueryLog queries = parts.add(new QueryLog(dns, clock));
    HttpServer http = parts.add(HttpServer.start(sites(control, introspection, queries)));
    parts.add((AutoCloseable) control::leave);
    control.join(
        gate.isOpen() ? dns.addresses() : listen.get(),
        new DataPlaneHealth(dns),
        allNames::regions,
        state::serves);
    ListeningSockets sockets =
        new ListeningSockets(
            dns,
            http,
            address -> Sites.peers(first, address, introspection, directory),
            http.addresses().stream().skip(1).toList());
    Loop conditions =
        loops.loop("conditions", Timing.every(CONDITIONS).onVirtualThread(), introspection::look);
    tables.start(
        dns::publish,
        () -> {
          memory.look();
          followHost(control, state, tables, sockets);
        });
    parts.add(tables);
    conditions.start();
    parts.add(conditions);
    file.ifPresent(f ->
        parts.add(ConfigWatcher.start(f, first, new Reload(tls, dns, control, tables), loops)));
    return new Started(state, tables, gate, http, tlsListen);
  }

  private List<InetSocketAddress> wanted(ControlPlane control) {
    return ListenAddresses.of(
        config.get(), control.host(), control.nodeAddress(), control.overlayAddresses());
  }

  /** Asked many times a second: the same object for the same configuration. */
  private RegionSettings regionSettings() {
    BridgeConfig now = config.get();
    Translated last = translated;
    if (last == null || !last.from().equals(now)) {
      last = new Translated(now, Settings.regions(now, MemoryPlan.of(now, heap).directory()));
      translated = last;
    }
    return last.to();
  }

  private List<Site> sites(ControlPlane control, Introspection introspection, QueryLog queries)
      throws IOException {
    List<Site> sites =
        new ArrayList<>(List.of(Sites.admin(first, introspection, queries, directory)));
    control.overlayAddresses().stream()
        .filter(
            address -> listen.get().stream().anyMatch(bound -> bound.getAddress().equals(address)))
        .flatMap(address -> Sites.peers(first, address, introspection, directory).stream())
        .forEach(sites::add);
    return sites;
  }

  /** At each look of the publisher, on its thread: what depends on the machine's addresses. */
  private void followHost(
      ControlPlane control, LiveState state, TablePublisher tables, ListeningSockets sockets) {
    if (gate.isWaiting()) {
      if (gate.mayOpen(control)) {
        tables.lookAgain(); // to open when the table that this look makes is in force
      }
      return;
    }
    sockets.follow(
        first.get(ConfigKeys.DNS_LISTEN).isEmpty()
            ? Optional.of(wanted(control))
            : Optional.empty(),
        control.overlayAddresses(),
        control.host());
    state.listenProblem(sockets.problem());
    listen.set(state.dnsAddresses());
    gate.open();
  }

  /** On the thread that watches the file. */
  private final class Reload implements ConfigListener {
    private final TlsFiles tls;
    private final DnsBridge dns;
    private final ControlPlane control;
    private final TablePublisher tables;

    Reload(TlsFiles tls, DnsBridge dns, ControlPlane control, TablePublisher tables) {
      this.tls = tls;
      this.dns = dns;
      this.control = control;
      this.tables = tables;
    }

    @Override
    public void changed(BridgeConfig next, ConfigChange change) {
      tls.follow(next); // before anybody could be asked in the clear
      config.changed(next, change);
      BridgeConfig now = config.get();
      dns.configure(Settings.dataPlane(now, MemoryPlan.of(now, heap)));
      if (change.live().contains(ConfigKeys.LOG_LEVEL.path())) {
        Logging.setLevel(config.get().get(ConfigKeys.LOG_LEVEL));
      }
      control.lookAgain();
      tables.lookAgain();
    }

    @Override
    public void refused(List<ConfigProblem> problems) {
      config.refused(problems);
    }
  }
}
