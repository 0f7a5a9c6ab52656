package io.regionbridge.router.control;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.diagnosis.RightsReview;
import io.regionbridge.router.diagnosis.RightsWatch;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.egress.EgressInputs;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.election.GatewayElection;
import io.regionbridge.router.election.Leadership;
import io.regionbridge.router.election.PeerReachability;
import io.regionbridge.router.election.Reach;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.SecretKeyStore;
import io.regionbridge.router.kubernetes.StatusWriter;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.multicluster.ImportTotals;
import io.regionbridge.router.multicluster.MultiCluster;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.path.PathProbes;
import io.regionbridge.router.path.PathState;
import io.regionbridge.router.peers.DeclaredRegions;
import io.regionbridge.router.peers.OverlayDiscovery;
import io.regionbridge.router.peers.PeerClusters;
import io.regionbridge.router.peers.PeerEnds;
import io.regionbridge.router.peers.TunnelRecords;
import io.regionbridge.router.report.ControlFindings;
import io.regionbridge.router.report.PodRanges;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.topology.TunnelEnd;
import io.regionbridge.router.tunnel.KeyStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane of one router node: watches the local API server, the peers' ones and the
 * overlay, takes part in the election of the active gateway, and as such writes what all share.
 * Publishes what it finds as immutable snapshots.
 *
 * <p>Two loops own the state: one makes directories, so that an endpoint never waits for anything
 * slow; the other makes topologies, and writes. Everything else only says "look again".
 */
final class ClusterControl implements RegionSource {
  private static final Logger log = LoggerFactory.getLogger(ClusterControl.class);

  /** Changes of the directory that come together make one snapshot. */
  private static final Duration DIRECTORY_SETTLE = Duration.ofMillis(5);

  /** What the directory is made of. */
  private static final List<String> DIRECTORY =
      List.of("services", "endpointslices.discovery.k8s.io");

  private static final Duration SETTLE = Duration.ofMillis(50);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  /** An API server that lets many writes run into their time limits must not look like a fault. */
  private static final Duration LONGEST_LOOK = Duration.ofMinutes(10);

  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

  /** Gets changes. Calls come one at a time for each kind, and must not block for long. */
  interface Listener {
    /** The Services of the local region, after each change. */
    void directory(Directory directory);

    /** The regions, after each change; first when the API server has answered or has timed out. */
    void topology(Topology topology);
  }

  private final ControlSettings settings;
  private final ControlSources sources;
  private final Listener listener;
  private final KubernetesClient client;
  private final Optional<String> proxy;
  private final EgressControl egress;
  private final SharedObjects shared;
  private final OwnRouterNode ownNode;
  private final KeyStore keys;
  private final ClusterRegions regions;
  private final PeerClusters peerClusters;
  private final Loop directories;
  private final Loop topologies;
  private final ClusterWatcher watcher;
  private final Optional<MultiCluster> multiCluster;
  private final OverlayDiscovery overlay;
  private final GatewayElection election;
  private final PeerReachability reachability;
  private final PathProbes paths;
  private final RightsWatch rights;
  private final AtomicBoolean resigned = new AtomicBoolean();
  private volatile Optional<Topology> topology = Optional.empty();
  private volatile List<Finding> findings = List.of();
  private volatile Reach reach = Reach.UNKNOWN;
  private volatile Optional<Finding> imports = Optional.empty();
  private final PodRanges podRanges = new PodRanges();
  private Directory directory = Directory.EMPTY;

  /** What the last look could not write. Of the look's thread. */
  private final List<String> unwritten = new ArrayList<>();

  private ClusterControl(
      ControlSettings settings,
      ControlSources sources,
      ClusterClient cluster,
      Listener listener,
      Clock clock,
      Loops loops)
      throws IOException {
    this.settings = settings;
    this.sources = sources;
    this.client = cluster.api();
    this.proxy = cluster.proxy();
    this.listener = listener;
    directories =
        loops.loop("directory", Timing.onCall(DIRECTORY_SETTLE, LOOK_AGAIN), this::lookAtDirectory);
    topologies =
        loops.loop(
            "topology", Timing.onCall(SETTLE, LOOK_AGAIN).withRoundsOf(LONGEST_LOOK), this::look);
    StatusWriter statuses = new StatusWriter(client, clock);
    egress = new EgressControl(settings, sources, client, clock);
    keys = new SecretKeyStore(client, settings.namespace(), settings.node());
    reachability = new PeerReachability(sources.health());
    paths = new PathProbes(this::pathLook, topologies::lookAgain, loops);
    ownNode = new OwnRouterNode(settings, sources, statuses, keys, clock);
    peerClusters =
        new PeerClusters(client, settings.namespace(), topologies::lookAgain, clock, loops);
    PeerEnds ends = new PeerEnds();
    shared =
        new SharedObjects(settings, sources, client, statuses, egress, peerClusters, ends, clock);
    election =
        new GatewayElection(
            new GatewayElection.Settings(
                settings.node(),
                new InetSocketAddress(settings.nodeAddress(), settings.electionPort()),
                this::otherRouters,
                sources.fit(),
                this::reach),
            client,
            settings.namespace(),
            _ -> topologies.lookAgain(),
            clock,
            loops);
    watcher =
        new ClusterWatcher(
            client,
            settings.routerLabel(),
            settings.options().netBird(),
            sources.directoryRoom(),
            topologies::lookAgain,
            directories::lookAgain,
            clock,
            loops);
    multiCluster =
        settings
            .options()
            .multiCluster()
            .map(_ ->
                new MultiCluster(
                    client,
                    watcher.exports(),
                    new MultiCluster.Sources(sources.regions(), watcher::directory, () -> topology),
                    new ActivePermit(),
                    this::recordImports,
                    clock,
                    loops));
    overlay =
        new OverlayDiscovery(
            sources.overlay(),
            settings.httpPort(),
            settings.dnsPort(),
            topologies::lookAgain,
            loops);
    regions =
        new ClusterRegions(
            settings, sources, client.getMasterUrl().getHost(), peerClusters, overlay, ends);
    rights =
        new RightsWatch(
            new RightsReview(
                client,
                settings.namespace(),
                settings.options().netBird(),
                settings.options().multiCluster().isPresent()),
            topologies::lookAgain,
            loops);
  }

  private void recordImports(Finding finding) {
    if (!imports.equals(Optional.of(finding))) {
      imports = Optional.of(finding);
      topologies.lookAgain();
    }
  }

  private final class ActivePermit implements MultiCluster.Permit {
    @Override
    public boolean active() {
      return election.leadership().mine();
    }

    @Override
    public boolean whileActive(Runnable task) {
      return election.whileActive(WRITE_TIMEOUT, task);
    }
  }

  /** Whether this node reaches a peer. */
  private Reach reach() {
    Reach now = reachability.look(topology, this::cutOff, System.nanoTime());
    if (now != reach) {
      reach = now;
      topologies.lookAgain();
    }
    return now;
  }

  /**
   * Whether pods' packets came back from a region by this node, and do not any more. What never
   * came back says nothing of this node: the peer may not answer anybody.
   */
  private boolean cutOff(String region) {
    PathState path = paths.of(region);
    return path.silent() && path.worked();
  }

  /** What path probes are made from; empty while nothing is known. */
  private Optional<PathProbes.Look> pathLook() {
    return topology.map(known -> {
      List<Cidr> pods = known.local().podCidrs().cidrs();
      boolean translated =
          switch (sources.egress().get().engine()) {
            case AUTO, CILIUM -> true;
            case ROUTES, NONE -> false;
          };
      return new PathProbes.Look(
          pods,
          sources.overlay().link(),
          translated ? sources.overlay().address() : Optional.empty(),
          PathProbes.askers(
              sources.region().get().overlay(),
              known.peers(),
              pods,
              known.local().gateways().stream()
                  .flatMap(gateway -> gateway.nodeAddress().stream())
                  .toList()),
          known.peers(),
          overlay.podPaths());
    });
  }

  /**
   * Starts the control plane. Never waits for the API server.
   *
   * @param kubeconfig empty: the cluster that the process runs in, by its ServiceAccount
   * @throws IOException if the address for heartbeats cannot be bound, or the file is not usable
   */
  static ClusterControl start(
      ControlSettings settings,
      ControlSources sources,
      Optional<Path> kubeconfig,
      Listener listener,
      Loops loops)
      throws IOException {
    return start(settings, sources, ClusterClient.local(kubeconfig), listener, loops);
  }

  /** The same with another client, which is closed in the end. */
  static ClusterControl start(
      ControlSettings settings,
      ControlSources sources,
      ClusterClient cluster,
      Listener listener,
      Loops loops)
      throws IOException {
    try {
      ClusterControl plane =
          new ClusterControl(settings, sources, cluster, listener, Clock.systemUTC(), loops);
      plane.start();
      return plane;
    } catch (IOException | RuntimeException e) {
      cluster.api().close();
      throw e;
    }
  }

  private void start() {
    directories.start();
    topologies.start();
    paths.start();
    election.start();
    watcher.start();
    multiCluster.ifPresent(MultiCluster::start);
    overlay.start();
    rights.start();
  }

  @Override
  public Optional<Topology> topology() {
    return topology;
  }

  /** An address of the region as peers know it. */
  private InetAddress known(InetAddress own) {
    return topology
        .map(known -> known.local().aliases().known(IpAddress.of(own)).toInetAddress())
        .orElse(own);
  }

  /** The active gateway, as far as it is known. Any thread. */
  Leadership leadership() {
    return election.leadership();
  }

  @Override
  public Optional<InetSocketAddress> podPath() {
    return paths.answering().map(at -> new InetSocketAddress(known(at.getAddress()), at.getPort()));
  }

  @Override
  public List<Finding> findings() {
    return findings;
  }

  /** How far each resource of the local API server is known, by its RBAC name. Any thread. */
  Map<String, WatchStatus> watches() {
    return watcher.view().statuses();
  }

  @Override
  public List<String> directoryProblems() {
    Map<String, WatchStatus> watches = watches();
    Stream<String> failing =
        DIRECTORY.stream()
            .flatMap(resource -> Stream.ofNullable(watches.get(resource)))
            .filter(WatchStatus.Failing.class::isInstance)
            .map(status -> ((WatchStatus.Failing) status).failure().toString());
    return Stream.concat(failing, watcher.directoryProblem().stream()).toList();
  }

  @Override
  public Optional<ImportTotals> imports() {
    return multiCluster.flatMap(MultiCluster::totals);
  }

  @Override
  public boolean active() {
    return election.leadership().mine();
  }

  /**
   * The region's ends of tunnels as it announces them: what RouterNodes say, and of this node what
   * is so at the moment.
   */
  @Override
  public TunnelRecord ends() {
    Leadership leadership = election.leadership();
    List<TunnelEnd> known =
        topology.stream()
            .flatMap(regions -> regions.local().gateways().stream())
            .flatMap(gateway ->
                (gateway.node().equals(settings.node())
                        ? sources.overlay().end(settings.node(), leadership.mine())
                        : gateway.tunnel())
                    .stream())
            .toList();
    return TunnelRecords.of(Optional.empty(), leadership.transitions(), known);
  }

  @Override
  public KeyStore keys() {
    return keys;
  }

  @Override
  public Set<InetAddress> accepted(String publicKey) {
    return overlay.accepted(publicKey);
  }

  @Override
  public EgressReport egress() {
    return egress.report();
  }

  @Override
  public void lookAgain() {
    topologies.lookAgain();
  }

  @Override
  public void resign() {
    if (!resigned.getAndSet(true)) {
      election.close();
    }
  }

  /** Hands the role of the active gateway over if it is here, and stops. */
  @Override
  public void close() {
    rights.close();
    topologies.close();
    resign();
    directories.close();
    paths.close();
    multiCluster.ifPresent(MultiCluster::close);
    overlay.close();
    peerClusters.close();
    watcher.close();
    client.close();
  }

  private void lookAtDirectory() {
    Directory next = watcher.directory();
    if (next.generation() != directory.generation()) {
      listener.directory(next);
      directory = next; // afterwards: a change that could not be reported is reported again
    }
  }

  private void look() {
    ClusterView view = watcher.view();
    if (!view.settled()) {
      findings =
          Stream.concat(Stream.of(ControlFindings.STARTING), rights.finding().stream()).toList();
      return;
    }
    Directory services = watcher.directory();
    ClusterRegions.Look look = regions.look(view, services, election.leadership().active());
    Topology next = look.topology();
    if (!topology.equals(Optional.of(next))) {
      logChange(next);
      listener.topology(next);
      topology =
          Optional.of(next); // afterwards: a change that could not be reported is reported again
    }
    unwritten.clear();
    EgressInputs inputs = egress.plan(view, next);
    ownNode
        .reconcile(
            view,
            next,
            look.admitted().undeclared(),
            election.leadership(),
            reach,
            egress.published(inputs, next))
        .ifPresent(unwritten::add);
    if (election.leadership().mine()) {
      election.whileActive(
          WRITE_TIMEOUT,
          () ->
              shared.reconcile(
                  view,
                  next,
                  services,
                  inputs,
                  look.readings(),
                  look.admitted().identities(),
                  paths::of,
                  unwritten::add));
    } else {
      shared.standBy(inputs);
    }
    List<Finding> found = new ArrayList<>(shared.findings());
    egress.keepRules(inputs, next, reach);
    ControlFindings.paths(next.peers(), paths::of).ifPresent(found::add);
    egress.translate(inputs, next).ifPresent(found::add);
    found.add(ControlFindings.watched(view, proxy));
    found.add(podRanges.look(services, next.local()));
    found.add(ControlFindings.written(unwritten));
    List<String> flaws = new ArrayList<>(view.ignored(ClusterWatcher.REGIONS::equals));
    flaws.addAll(DeclaredRegions.flaws(look.readings()));
    found.add(ControlFindings.accepted(flaws, next.refusals()));
    rights.finding().ifPresent(found::add);
    imports.ifPresent(found::add);
    found.add(ControlFindings.elected(election.leadership(), election.problem()));
    findings = List.copyOf(found);
  }

  private void logChange(Topology next) {
    log.info(
        "regions: {} gateways here, active {}; peers {}",
        next.local().gateways().size(),
        next.local().active().orElse("none"),
        next.peers().stream().map(p -> p.name() + "(" + p.gateways().size() + ")").toList());
    next.conflicts().stream()
        .filter(conflict -> topology.isEmpty() || !topology.get().conflicts().contains(conflict))
        .forEach(conflict -> log.warn("{}", conflict));
  }

  private Map<String, InetSocketAddress> otherRouters() {
    Map<String, InetSocketAddress> others = new LinkedHashMap<>();
    topology.ifPresent(known ->
        known.local().gateways().stream()
            .filter(gateway -> !gateway.node().equals(settings.node()))
            .forEach(gateway ->
                gateway
                    .nodeAddress()
                    .ifPresent(address ->
                        others.put(
                            gateway.node(),
                            new InetSocketAddress(address, settings.electionPort())))));
    return others;
  }
}
