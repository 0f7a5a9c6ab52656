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
import io.regionbridge.api.reports.BridgeState;
import io.regionbridge.api.reports.Introspection;
import io.regionbridge.api.reports.LoopReports;
import io.regionbridge.api.reports.QueryLog;
import io.regionbridge.api.reports.TunnelReports;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.api.tls.TlsFiles;
import io.regionbridge.api.zones.CompiledZones;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.egress.EgressEngine;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.feed.FollowerState;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.overlay.ManagedTunnel;
import io.regionbridge.router.overlay.OverlayWatch;
import io.regionbridge.router.topology.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bridge, from start to end. Start: the overlay's watch, first zone table, DNS, the source of
 * regions and Services, HTTP, and the watcher of the configuration file; it is ready once the
 * directory is complete. End: it says that it is not ready, gives its role away, answers for a
 * while what still comes in, and closes everything in reverse.
 *
 * <p>Each state has one owner. The source writes what regions and Services there are, the watcher
 * what is configured; the control loop reads all of it and publishes zone tables; the event loops
 * answer from those. Everything else only reads.
 *
 * <p>Thread-safe.
 */
public final class Bridge implements BridgeState, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Bridge.class);

  private final Clock clock = Clock.systemUTC();
  private final Loops loops = new Loops();
  private final AtomicLong reloadFailures = new AtomicLong();
  private final List<InetSocketAddress> tlsListen = new ArrayList<>();
  private final String node;
  private final Optional<InetAddress> nodeAddress;
  private final HostWatch host;
  private final DirectoryServer feed = new DirectoryServer(new SecureRandom().nextLong());
  private final Replicas replicas = new Replicas(this::look, loops);
  private final TablePublisher control;
  private final OverlayWatch overlay;
  private final TlsFiles tls;
  private final DnsBridge dns;
  private final Introspection introspection;
  private final QueryLog queries;
  private final HttpServer http;
  private final Doors doors;
  private final @Nullable ConfigWatcher watcher;
  private volatile BridgeConfig config;
  private volatile List<InetSocketAddress> listen;
  private volatile RegionSource source;
  private volatile @Nullable ManagedTunnel tunnel;
  private volatile Directory directory = Directory.EMPTY;
  private volatile List<ConfigProblem> refused = List.of();
  private volatile List<String> waiting = List.of();
  private volatile boolean draining;

  private final Opening opening;
  private volatile boolean closed;

  /**
   * Starts a bridge with a configuration that stays as it is.
   *
   * @throws IOException naming what cannot be had, such as an address; nothing is left running then
   */
  public static Bridge start(BridgeConfig config) throws IOException {
    return new Bridge(config, Optional.empty(), System.getenv());
  }

  /**
   * Starts a bridge that follows its configuration file.
   *
   * @param config what is in the file now
   * @param environment variables that tell where in a cluster this is
   * @throws IOException naming what cannot be had, such as an address; nothing is left running then
   */
  public static Bridge start(BridgeConfig config, ConfigFile file, Map<String, String> environment)
      throws IOException {
    return new Bridge(config, Optional.of(file), environment);
  }

  /**
   * One in an environment other than the process's own.
   *
   * @throws IOException naming what cannot be had, such as an address; nothing is left running then
   */
  static Bridge start(BridgeConfig config, Map<String, String> environment) throws IOException {
    return new Bridge(config, Optional.empty(), environment);
  }

  private Bridge(BridgeConfig config, Optional<ConfigFile> file, Map<String, String> environment)
      throws IOException {
    this.config = config;
    boolean clustered = config.kubernetes().enabled();
    Optional<ClusterPlace> place =
        clustered ? Optional.of(ClusterPlace.of(environment)) : Optional.empty();
    node = place.isPresent() ? place.get().node() : ClusterPlace.node(environment);
    nodeAddress = place.flatMap(ClusterPlace::address);
    opening = new Opening(clustered && config.dns().listen().isEmpty());
    host = new HostWatch();
    control =
        new TablePublisher(
            this::config,
            this::directory,
            this::regions,
            () -> listen,
            host::addresses,
            feed,
            replicas,
            clock,
            loops);
    source =
        new PendingSource(() -> ConfiguredRegions.withoutCluster(config(), overlay().ranges()));
    overlay = OverlayWatch.start(ConfiguredRegions.overlay(config, node), this::look, loops);
    listen = wanted();
    tls = TlsFiles.read(config, clock, loops);
    List<AutoCloseable> started = new ArrayList<>(List.of(replicas, tls, overlay));
    try {
      if (!clustered) {
        // Reads on a thread of its own while the sockets are opened here.
        source =
            new StandaloneSource(
                node, this::config, overlay, this::take, control::lookAgain, loops);
        started.addFirst(source);
      }
      dns =
          DnsBridge.start(
              Settings.threads(config.dns(), Runtime.getRuntime().availableProcessors()),
              config.dns().cache().maxEntries(),
              opening.done() ? listen : List.of(),
              Settings.dataPlane(config.dns()),
              control.first(),
              tls.peers());
      started.addFirst(dns);
      for (InetSocketAddress address : config.dns().tls().listen()) {
        tlsListen.add(dns.listenTls(address, tls::server));
      }
      tls.watch(dns::secure);
      introspection = new Introspection(this, clock);
      started.addFirst(introspection);
      queries = new QueryLog(dns, clock);
      started.addFirst(queries);
      http = HttpServer.start(sites());
      started.addFirst(http);
      doors =
          new Doors(
              dns,
              http,
              address -> Sites.peers(config.admin(), address, introspection, feed),
              http.addresses().stream().skip(1).toList());
      if (place.isPresent()) {
        source = cluster(place.get());
        started.addFirst(source);
      }
      if (config.overlay().mode() == BridgeConfig.OverlayMode.MANAGE) {
        tunnel = tunnel();
        started.addFirst(tunnel);
      }
      control.start(dns::publish, this::lookAround);
      started.addFirst(control);
      watcher = file.map(f -> ConfigWatcher.start(f, config, new Reload(), loops)).orElse(null);
    } catch (IOException | RuntimeException e) {
      close(started);
      throw e;
    }
  }

  private ManagedTunnel tunnel() {
    return ManagedTunnel.start(
        node,
        () -> ConfiguredRegions.overlay(config, node),
        new ManagedTunnel.Ties(
            source.keys(), source::topology, source::settled, source::accepted, overlay::announce),
        loops);
  }

  private RegionSource cluster(ClusterPlace place) throws IOException {
    List<InetSocketAddress> at = opening.done() ? dns.addresses() : listen;
    InetSocketAddress reached =
        at.stream()
            .filter(address -> !address.getAddress().isLoopbackAddress())
            .findFirst()
            .orElse(at.getFirst());
    return new ClusterSource(
        place,
        new ClusterSource.Ties(
            this::config,
            new InetSocketAddress(place.address().orElse(reached.getAddress()), reached.getPort()),
            overlay,
            new DataPlaneHealth(dns),
            () -> !draining && opening.done(),
            this::take,
            control::lookAgain,
            loops));
  }

  private List<Site> sites() throws IOException {
    List<Site> sites =
        new ArrayList<>(List.of(Sites.admin(config.admin(), introspection, queries, feed)));
    overlay.addresses().stream()
        .filter(address -> listen.stream().anyMatch(l -> l.getAddress().equals(address)))
        .flatMap(address -> Sites.peers(config.admin(), address, introspection, feed).stream())
        .forEach(sites::add);
    return sites;
  }

  private void take(Directory next) {
    directory = next;
    control.lookAgain();
  }

  /** Something is known now that was not before. */
  private void look() {
    host.changed();
    source.lookAgain();
    control.lookAgain();
  }

  /** On the control loop's thread, at each look: what depends on the machine's addresses. */
  private void lookAround() {
    ManagedTunnel made = tunnel;
    if (made != null) {
      made.lookAgain();
    }
    if (opening.waits()) {
      if (opening.settles(source, directory)) {
        control.lookAgain(); // to open when the table that this look makes is in force
      }
      return;
    }
    doors.follow(
        config.dns().listen().isEmpty() ? Optional.of(wanted()) : Optional.empty(),
        overlay.addresses(),
        host.addresses());
    listen = dns.addresses();
    opening.open();
    introspection.look();
  }

  private List<InetSocketAddress> wanted() {
    return ListenAddresses.of(config.dns(), host.addresses(), nodeAddress, overlay.addresses());
  }

  private TablePublisher.Regions regions() {
    return new TablePublisher.Regions(topology(), overlay.ranges());
  }

  private final class Reload implements ConfigListener {
    @Override
    public void changed(BridgeConfig next, ConfigChange change) {
      refused = List.of();
      waiting = change.waiting();
      tls.follow(next); // before anybody could be asked in the clear
      config = config.withLive(next);
      dns.configure(Settings.dataPlane(config.dns()));
      if (change.live().contains(ConfigKeys.LOG_LEVEL.path())) {
        Logging.level(config.get(ConfigKeys.LOG_LEVEL));
      }
      look();
    }

    @Override
    public void refused(List<ConfigProblem> problems) {
      refused = problems;
      reloadFailures.incrementAndGet();
    }
  }

  @Override
  public BridgeConfig config() {
    return config;
  }

  @Override
  public Directory directory() {
    return directory;
  }

  @Override
  public Topology topology() {
    return source.topology();
  }

  @Override
  public boolean active() {
    return source.active();
  }

  @Override
  public EgressReport egress() {
    return source.egress();
  }

  @Override
  public List<BridgeStatus.Tunnel> tunnels() {
    return TunnelReports.of(overlay.tunnels(topology().peers()));
  }

  @Override
  public Map<String, Instant> handshakes() {
    return overlay.handshakes(topology().peers());
  }

  @Override
  public Optional<Instant> keyExpiry() {
    return overlay.keyExpiry();
  }

  @Override
  public List<String> directoryProblems() {
    return source.problems();
  }

  @Override
  public List<Condition> surroundings() {
    List<Condition> conditions = new ArrayList<>();
    boolean carries = active() && egress().engine() == EgressEngine.ROUTES;
    overlay
        .findings(config.kubernetes().enabled(), topology().local().podCidrs().cidrs(), carries)
        .forEach(f -> conditions.add(condition(f)));
    conditions.add(LoopReports.condition(loops()));
    conditions.addAll(source.conditions());
    ManagedTunnel made = tunnel;
    if (made != null) {
      made.findings().forEach(finding -> conditions.add(condition(finding)));
    }
    List<String> conflicts = topology().conflicts().stream().map(Objects::toString).toList();
    conditions.add(
        conflicts.isEmpty()
            ? Condition.yes(
                ConditionType.REGIONS_DISTINCT, "Distinct", "no two regions claim the same")
            : Condition.no(
                ConditionType.REGIONS_DISTINCT, "Conflict", String.join("; ", conflicts)));
    if (!doors.problem().isEmpty()) {
      conditions.add(Condition.no(ConditionType.LISTENING, "CannotListen", doors.problem()));
    }
    return conditions;
  }

  private static Condition condition(Finding finding) {
    return new Condition(
        finding.type(), finding.state().text(), finding.reason(), finding.message());
  }

  @Override
  public Optional<TunnelRecord> ends() {
    return tunnel == null ? Optional.empty() : Optional.of(source.ends());
  }

  @Override
  public boolean knows(String key) {
    ManagedTunnel made = tunnel;
    return made != null && made.knows(key);
  }

  @Override
  public Optional<CompiledZones> zones() {
    return Optional.ofNullable(control.zones());
  }

  @Override
  public List<ConfigProblem> refusedConfig() {
    return refused;
  }

  @Override
  public List<String> waitingConfig() {
    return waiting;
  }

  @Override
  public long reloadFailures() {
    return reloadFailures.get();
  }

  @Override
  public Map<String, FollowerState> replicas() {
    return replicas.states();
  }

  @Override
  public DnsBridge dns() {
    return dns;
  }

  @Override
  public List<LoopHealth> loops() {
    List<LoopHealth> all = new ArrayList<>(loops.health());
    all.addAll(EventLoops.health(dns.loopSilences()));
    return all;
  }

  private OverlayWatch overlay() {
    return overlay;
  }

  @Override
  public List<String> notReady() {
    List<String> reasons = new ArrayList<>();
    if (draining) {
      reasons.add("the bridge is stopping");
    }
    if (!opening.done()) {
      reasons.add("DNS is not served before the regions are known");
    }
    if (control.loaded().getCount() > 0) {
      reasons.add("the first full list of the local Services is not in");
      reasons.addAll(directoryProblems());
    }
    return reasons;
  }

  /**
   * Waits until the bridge is ready for the first time.
   *
   * @return false if it is not after this time
   */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    return control.loaded().await(atMost.toNanos(), TimeUnit.NANOSECONDS)
        && opening.await(end - System.nanoTime());
  }

  @Override
  public List<InetSocketAddress> dnsAddresses() {
    return dns.addresses();
  }

  /** Where DNS over TLS is served, as bound. */
  public List<InetSocketAddress> tlsAddresses() {
    return List.copyOf(tlsListen);
  }

  @Override
  public TlsFiles tls() {
    return tls;
  }

  /** Where HTTP is served, as bound; the admin address first. */
  public List<InetSocketAddress> httpAddresses() {
    return http.addresses();
  }

  /**
   * Says that the bridge is not ready any more, gives the role of the active gateway away at once,
   * and goes on answering for as long as is configured: whoever sends queries here needs that time
   * to notice.
   */
  public void drain() throws InterruptedException {
    draining = true;
    Duration time = config.dns().drain();
    long end = System.nanoTime() + time.toNanos();
    log.info("stopping: not ready any more, queries are answered for {} ms", time.toMillis());
    source.resign();
    TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
  }

  /** Stops at once. Does nothing the second time. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<AutoCloseable> parts =
        new ArrayList<>(List.of(source, control, replicas, http, queries, introspection, dns, tls));
    if (watcher != null) {
      parts.addFirst(watcher);
    }
    ManagedTunnel made = tunnel;
    if (made != null) {
      parts.addFirst(made);
    }
    parts.addLast(overlay);
    close(parts);
  }

  private static void close(List<AutoCloseable> parts) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        log.warn("cannot close {}", part.getClass().getSimpleName(), e);
      }
    }
  }
}
