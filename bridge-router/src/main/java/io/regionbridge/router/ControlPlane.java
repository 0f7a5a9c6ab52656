package io.regionbridge.router;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.diagnosis.RightsReview;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ControlLoop;
import io.regionbridge.router.discovery.NodeFacts;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.egress.EgressEngine;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.egress.EgressSettings;
import io.regionbridge.router.election.GatewayElection;
import io.regionbridge.router.election.Leadership;
import io.regionbridge.router.election.Reach;
import io.regionbridge.router.election.ReachObserver;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.SecretKeyStore;
import io.regionbridge.router.kubernetes.StatusWriter;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.peers.OverlayDiscovery;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.peers.PeerClusters;
import io.regionbridge.router.peers.PeerEnds;
import io.regionbridge.router.peers.RegionClaims;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.topology.TopologyBuilder;
import io.regionbridge.router.tunnel.KeyStore;
import io.regionbridge.router.wireguard.PrivateKey;
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
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
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
public final class ControlPlane implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);

  /** Changes of the directory that come together make one snapshot. */
  private static final Duration DIRECTORY_SETTLE = Duration.ofMillis(5);

  private static final Duration SETTLE = Duration.ofMillis(50);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String CURRENT = "APIServerCurrent";

  /** Groups of resources that a cluster need not have. */
  private static final List<String> OPTIONAL =
      List.of(".cilium.io", ".netbird.io", "servicecidrs.networking.k8s.io");

  private static final Finding STARTING =
      new Finding(CURRENT, State.UNKNOWN, "Connecting", "the API server has not answered yet");

  /**
   * What is fixed while the process lives.
   *
   * @param node this node's name
   * @param nodeAddress its address in the cluster, for signs of life
   * @param namespace where the Lease and the Secrets of peers are
   * @param electionPort where router nodes ask each other for signs of life; UDP
   * @param dnsPort where this bridge, and others unless they say otherwise, serve DNS
   * @param httpPort where bridges answer on the overlay
   * @param memory how long after the start what was written before is kept although nobody has said
   *     yet that it still holds: as long as it may take to hear from all peers
   * @param options what the bridge does for the cluster only if it is wished
   */
  public record Settings(
      String node,
      InetAddress nodeAddress,
      String namespace,
      String routerLabel,
      int electionPort,
      int dnsPort,
      int httpPort,
      Duration memory,
      Options options) {
    /** Long enough to hear from every peer. */
    public static final Duration MEMORY = Duration.ofSeconds(30);

    /** With the usual memory, and no options. */
    public Settings(
        String node,
        InetAddress nodeAddress,
        String namespace,
        String routerLabel,
        int electionPort,
        int dnsPort,
        int httpPort) {
      this(
          node,
          nodeAddress,
          namespace,
          routerLabel,
          electionPort,
          dnsPort,
          httpPort,
          MEMORY,
          Options.NONE);
    }

    /** The same with options. */
    public Settings with(Options wished) {
      return new Settings(
          node,
          nodeAddress,
          namespace,
          routerLabel,
          electionPort,
          dnsPort,
          httpPort,
          memory,
          wished);
    }

    /** Where signs of life are asked for unless something else is configured. */
    public static final int ELECTION_PORT = 8054;
  }

  /**
   * What the bridge does for the cluster only if it is wished.
   *
   * @param forwardTo the Service that CoreDNS forwards to; empty: it forwards to the router nodes
   * @param netBird the namespace of NetBird's routers, if they are to be kept on the host network
   */
  public record Options(Optional<ServiceKey> forwardTo, Optional<String> netBird) {
    /** None of it. */
    public static final Options NONE = new Options(Optional.empty(), Optional.empty());
  }

  /**
   * What others tell the control plane; each is asked anew at every look.
   *
   * @param region what is configured of the local region
   * @param configured the peers that the configuration declares
   * @param overlay the overlay's device
   * @param health what the data plane knows of peers' gateways
   * @param fit whether this node could be the active gateway: overlay up, DNS serving
   * @param egress what is configured of egress
   */
  public record Sources(
      Supplier<TopologyBuilder.Settings> region,
      Supplier<List<PeerClaim>> configured,
      OverlayView overlay,
      GatewayHealth health,
      BooleanSupplier fit,
      Supplier<EgressSettings> egress) {
    /** The same without egress. */
    public Sources(
        Supplier<TopologyBuilder.Settings> region,
        Supplier<List<PeerClaim>> configured,
        OverlayView overlay,
        GatewayHealth health,
        BooleanSupplier fit) {
      this(region, configured, overlay, health, fit, () -> EgressSettings.of(EgressEngine.NONE));
    }
  }

  /** Who is told. Calls come one at a time for each kind, and must not block for long. */
  public interface Listener {
    /** The Services of the local region, whenever they are others. */
    void directory(Directory directory);

    /**
     * The regions, whenever they are others; first when the API server was heard or found silent.
     */
    void topology(Topology topology);
  }

  private final Settings settings;
  private final Sources sources;
  private final Listener listener;
  private final Clock clock;
  private final KubernetesClient client;
  private final StatusWriter statuses;
  private final EgressControl egress;
  private final SharedObjects shared;
  private final KeyStore keys;
  private final PeerEnds ends = new PeerEnds();
  private final PeerClusters peerClusters;
  private final ControlLoop directories;
  private final ControlLoop topologies;
  private final ClusterWatcher watcher;
  private final OverlayDiscovery overlay;
  private final GatewayElection election;
  private final ReachObserver eyes = new ReachObserver();
  private final AtomicBoolean resigned = new AtomicBoolean();
  private volatile Optional<Topology> topology = Optional.empty();
  private volatile List<Condition> conditions = List.of();
  private Directory directory = Directory.EMPTY;

  /** What the last look could not write. Of the look's thread. */
  private final List<String> unwritten = new ArrayList<>();

  private ControlPlane(
      Settings settings, Sources sources, KubernetesClient client, Listener listener, Clock clock)
      throws IOException {
    this.settings = settings;
    this.sources = sources;
    this.client = client;
    this.listener = listener;
    this.clock = clock;
    statuses = new StatusWriter(client, clock);
    egress = new EgressControl(settings, sources, client, clock);
    keys = new SecretKeyStore(client, settings.namespace(), settings.node());
    Gate gate = new Gate();
    peerClusters = new PeerClusters(client, settings.namespace(), gate::topologies, clock);
    shared =
        new SharedObjects(settings, sources, client, statuses, egress, peerClusters, ends, clock);
    election =
        GatewayElection.start(
            new GatewayElection.Settings(
                settings.node(),
                new InetSocketAddress(settings.nodeAddress(), settings.electionPort()),
                this::otherRouters,
                sources.fit(),
                this::reach),
            client,
            settings.namespace(),
            _ -> gate.topologies(),
            clock);
    watcher =
        ClusterWatcher.local(
            client,
            settings.routerLabel(),
            settings.options().netBird(),
            gate::topologies,
            gate::directories,
            clock);
    overlay =
        OverlayDiscovery.start(
            sources.overlay(), settings.httpPort(), settings.dnsPort(), gate::topologies);
    directories =
        ControlLoop.start("directory", DIRECTORY_SETTLE, LOOK_AGAIN, this::lookAtDirectory);
    topologies = ControlLoop.start("topology", SETTLE, LOOK_AGAIN, this::look);
    gate.open(this);
  }

  /** Keeps calls back until all that they lead to is there. */
  private static final class Gate {
    private volatile Optional<ControlPlane> plane = Optional.empty();

    private void open(ControlPlane built) {
      plane = Optional.of(built);
      directories();
      topologies();
    }

    private void directories() {
      plane.ifPresent(p -> p.directories.lookAgain());
    }

    private void topologies() {
      plane.ifPresent(p -> p.topologies.lookAgain());
    }
  }

  /**
   * Starts one. Never waits for the API server.
   *
   * @param kubeconfig the file that names the API server; empty: that of the cluster that the
   *     process runs in, by its ServiceAccount
   * @throws IOException if the address for signs of life cannot be bound, or the file makes no
   *     sense
   */
  public static ControlPlane start(
      Settings settings, Sources sources, Optional<Path> kubeconfig, Listener listener)
      throws IOException {
    return start(settings, sources, ClusterClient.local(kubeconfig), listener);
  }

  /**
   * The same with another client, which is closed in the end.
   *
   * @throws IOException if the address for signs of life cannot be bound
   */
  public static ControlPlane start(
      Settings settings, Sources sources, KubernetesClient client, Listener listener)
      throws IOException {
    try {
      return new ControlPlane(settings, sources, client, listener, Clock.systemUTC());
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  /** The regions as last published. Any thread. */
  public Optional<Topology> topology() {
    return topology;
  }

  /** Who is the active gateway. Any thread. */
  public Leadership leadership() {
    return election.leadership();
  }

  /** How the control plane fares. Any thread. */
  public List<Condition> conditions() {
    return conditions;
  }

  /** How far each resource of the local API server is known, by its RBAC name. Any thread. */
  public Map<String, WatchStatus> watches() {
    return watcher.view().statuses();
  }

  /** What this process may do of all that it has to; the API server is asked each time. */
  public RightsReview rights() {
    return new RightsReview(client, settings.namespace());
  }

  /** Where this node's WireGuard key is kept. Any thread. */
  public KeyStore keys() {
    return keys;
  }

  /** Which gateways of peers have said that they know a key of this node. Any thread. */
  public Set<InetAddress> accepted(String publicKey) {
    return overlay.accepted(publicKey);
  }

  /** How egress stands. Any thread. */
  public EgressReport egress() {
    return egress.report();
  }

  /** Something that {@link Sources} tells has changed. Any thread. */
  public void lookAgain() {
    topologies.lookAgain();
  }

  /**
   * Hands the role of the active gateway over if it is here, and never takes it again. Everything
   * else goes on. Waits for some seconds at most; does nothing the second time.
   */
  public void resign() {
    if (!resigned.getAndSet(true)) {
      election.close();
    }
  }

  /** Hands the role of the active gateway over if it is here, and stops. */
  @Override
  public void close() {
    topologies.close();
    resign();
    directories.close();
    overlay.close();
    peerClusters.close();
    watcher.close();
    client.close();
  }

  private void lookAtDirectory() {
    Directory next = watcher.directory();
    if (next.generation() != directory.generation()) {
      directory = next;
      listener.directory(next);
    }
  }

  private void look() {
    ClusterView view = watcher.view();
    if (!view.settled()) {
      conditions = Conditions.merge(conditions, List.of(STARTING), 0, clock.instant());
      return;
    }
    List<PeerClaim> claims = new ArrayList<>(sources.configured().get());
    Map<RegionFacts, List<String>> problems = new LinkedHashMap<>();
    for (RegionFacts region : view.regions()) {
      RegionClaims.Reading reading = RegionClaims.of(region);
      claims.add(reading.claim());
      problems.put(region, reading.problems());
    }
    claims.addAll(peerClusters.look(view.regions()));
    claims.addAll(overlay.claims());
    Directory services = watcher.directory();
    Topology next =
        new TopologyBuilder(sources.region().get())
            .build(view, claims, election.leadership().active(), ClusterIpSpan.of(services, view))
            .map(peer -> ends.follow(peer, remembered(view, peer.name()), overlay.tunnels()));
    if (!topology.equals(Optional.of(next))) {
      tell(next);
      topology = Optional.of(next);
      listener.topology(next);
    }
    unwritten.clear();
    writeRouterNode(view, next);
    if (election.leadership().mine()) {
      election.whileActive(
          PATIENCE, () -> shared.keep(view, next, services, problems, unwritten::add));
    } else {
      shared.standBy(view, next);
    }
    conditions = Conditions.merge(conditions, findings(view), 0, clock.instant());
  }

  private static Optional<TunnelRecord> remembered(ClusterView view, String region) {
    return view.regions().stream()
        .filter(facts -> facts.name().equals(region))
        .findFirst()
        .flatMap(RegionFacts::tunnel);
  }

  private void tell(Topology next) {
    log.info(
        "regions: {} gateways here, active {}; peers {}",
        next.local().gateways().size(),
        next.local().active().orElse("none"),
        next.peers().stream().map(p -> p.name() + "(" + p.gateways().size() + ")").toList());
    next.conflicts().stream()
        .filter(conflict -> topology.isEmpty() || !topology.get().conflicts().contains(conflict))
        .forEach(conflict -> log.warn("{}", conflict));
  }

  /** Whether any peer answers through this node's tunnel. On any thread, several times a second. */
  private synchronized Reach reach() {
    List<GatewayHealth.State> probed =
        topology.stream()
            .flatMap(known -> known.peers().stream())
            .flatMap(peer ->
                peer.gateways().stream()
                    .flatMap(g -> sources.health().of(peer.name(), g.address()).stream()))
            .toList();
    return eyes.look(sight(probed), System.nanoTime());
  }

  private static ReachObserver.Sight sight(List<GatewayHealth.State> probed) {
    if (probed.isEmpty()) {
      return ReachObserver.Sight.NOBODY_ASKED;
    }
    List<GatewayHealth.State> up = probed.stream().filter(GatewayHealth.State::up).toList();
    return up.isEmpty()
        ? ReachObserver.Sight.SILENCE
        : up.stream().allMatch(GatewayHealth.State::late)
            ? ReachObserver.Sight.DOUBT
            : ReachObserver.Sight.ANSWERS;
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

  /** What this node says of itself; nobody else writes it, so no permit is needed. */
  private void writeRouterNode(ClusterView view, Topology next) {
    Optional<NodeFacts> node =
        view.routers().stream().filter(n -> n.name().equals(settings.node())).findFirst();
    if (node.isEmpty()) {
      return;
    }
    Optional<RouterNodeFacts> said =
        view.routerNodes().stream().filter(r -> r.name().equals(settings.node())).findFirst();
    statuses
        .routerNode(
            settings.node(),
            node.get().uid(),
            RouterNodeReport.spec(settings, sources.overlay(), next.local()),
            RouterNodeReport.status(
                election.leadership().mine(),
                sources.fit().getAsBoolean(),
                election.leadership().transitions(),
                said.flatMap(this::rotationTaken),
                egress.published(view, next),
                said.map(RouterNodeFacts::conditions).orElse(List.of()),
                clock.instant()))
        .ifPresent(unwritten::add);
  }

  /** Takes a request to rotate this node's key up, if there is one; the last one that was. */
  private Optional<String> rotationTaken(RouterNodeFacts node) {
    Optional<String> wanted = node.wantedRotation();
    if (wanted.isEmpty() || !sources.overlay().managed()) {
      return node.takenRotation();
    }
    try (PrivateKey key = keys.prepareNext()) {
      log.info("the key is to be rotated ({}); the next one is {}", wanted.get(), key.publicKey());
    } catch (IOException e) {
      log.warn("the key cannot be rotated yet: {}", e.getMessage());
      return node.takenRotation();
    }
    return wanted;
  }

  private List<Finding> findings(ClusterView view) {
    List<Finding> findings = new ArrayList<>(shared.findings());
    List<String> failing =
        view.failures().stream()
            .filter(
                f -> !(missing(f) && OPTIONAL.stream().anyMatch(f.failure().resource()::endsWith)))
            .map(f -> f.failure() + " (since " + f.since() + (f.known() ? ", stale)" : ")"))
            .toList();
    findings.add(
        failing.isEmpty()
            ? new Finding(CURRENT, State.TRUE, "Watching", "everything is watched")
            : new Finding(CURRENT, State.FALSE, "Incomplete", String.join("; ", failing)));
    findings.add(
        unwritten.isEmpty()
            ? new Finding("StatusWritten", State.TRUE, "Written", "objects say what is the case")
            : new Finding(
                "StatusWritten", State.FALSE, "NotWritten", String.join("; ", unwritten)));
    findings.add(
        election.leadership().active().isPresent()
            ? new Finding(
                "ActiveGateway",
                State.TRUE,
                "Elected",
                election.leadership().active().get() + " is the active gateway")
            : new Finding(
                "ActiveGateway",
                State.FALSE,
                "Nobody",
                election.problem().orElse("no router node is fit, or none is heard")));
    return findings;
  }

  private static boolean missing(WatchStatus.Failing failing) {
    return failing.failure().reason() == ReadFailure.Reason.NOT_INSTALLED;
  }
}
