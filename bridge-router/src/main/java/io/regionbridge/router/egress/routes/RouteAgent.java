package io.regionbridge.router.egress.routes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.discovery.GatewayView;
import io.regionbridge.router.discovery.GatewayWatcher;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.egress.AliasTranslation;
import io.regionbridge.router.egress.GatewayRules;
import io.regionbridge.router.egress.GatewayTranslation;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.ClusterPlace;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.netlink.GatewayRule;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.RouteMonitor;
import io.regionbridge.router.settings.RegionSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one node. Looks whenever the objects change, whenever the kernel's routes do, and
 * twice a minute for what nobody tells.
 */
public final class RouteAgent implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RouteAgent.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  private final String node;
  private final Supplier<RegionSettings.Encapsulation> encapsulation;
  private final KubernetesClient client;
  private final LinuxRouteHost host;
  private final RouteActuator actuator;
  private final GatewayWatcher watcher;
  private final Loop loop;
  private final RouteMonitor monitor;
  private final GatewayTranslation translation = new GatewayTranslation();
  private Optional<RemoteTraffic> last = Optional.empty();
  private volatile Optional<List<String>> problems = Optional.empty();

  private RouteAgent(
      String node,
      Supplier<RegionSettings.Encapsulation> encapsulation,
      KubernetesClient client,
      String namespace,
      String lease,
      LinuxRouteHost host,
      Clock clock,
      Loops loops)
      throws ErrnoException {
    this.node = node;
    this.encapsulation = encapsulation;
    this.client = client;
    this.host = host;
    this.actuator = new RouteActuator(host);
    this.loop = loops.loop("routes", Timing.every(LOOK_AGAIN), this::look);
    this.monitor = RouteMonitor.start("routes-monitor", this::lookAgain, loops);
    this.watcher = GatewayWatcher.start(client, namespace, lease, this::lookAgain, clock, loops);
  }

  /**
   * Starts an agent in the calling thread's network namespace. Never waits for the API server.
   *
   * @param encapsulation asked at each look
   * @throws IOException if the kernel does not answer, or kubeconfig or environment are invalid
   */
  public static RouteAgent start(
      Map<String, String> environment,
      Supplier<RegionSettings.Encapsulation> encapsulation,
      Loops loops)
      throws IOException {
    ClusterPlace place = ClusterPlace.of(environment);
    KubernetesClient client = ClusterClient.local(place.kubeconfig()).api();
    try {
      return start(
          place.node(),
          encapsulation,
          client,
          place.namespace(),
          OwnNames.LEASE,
          LinuxRouteHost.open(),
          loops);
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /** The same with another client, which is closed in the end. */
  static RouteAgent start(
      String node,
      Supplier<RegionSettings.Encapsulation> encapsulation,
      KubernetesClient client,
      String namespace,
      String lease,
      LinuxRouteHost host,
      Loops loops)
      throws IOException {
    RouteAgent agent =
        new RouteAgent(
            node, encapsulation, client, namespace, lease, host, Clock.systemUTC(), loops);
    agent.loop.start();
    return agent;
  }

  /** The node's name. */
  public String node() {
    return node;
  }

  /** Must be called when the configuration has changed. Any thread. */
  public void lookAgain() {
    loop.lookAgain();
  }

  /**
   * Takes everything away that agents and bridges ever made of this node's routes and rules; none
   * must run meanwhile.
   */
  public static List<String> cleanUp() throws IOException {
    GatewayTranslation.cleanUp();
    AliasTranslation.cleanUp();
    try (LinuxRouteHost host = LinuxRouteHost.open()) {
      return new RouteActuator(host).cleanUp();
    }
  }

  /** Stops, and leaves the routes as they are. */
  @Override
  public void close() {
    loop.close();
    monitor.close();
    watcher.close();
    client.close();
    host.close();
  }

  private void look() {
    GatewayView view = watcher.view();
    Optional<RemoteTraffic> traffic = RemoteTraffic.of(view, last);
    if (traffic.isEmpty()) {
      return; // nobody has said anything yet: what an agent before this one made stays
    }
    last = traffic;
    List<String> found = new ArrayList<>();
    try {
      Optional<RouterNodeFacts> router = view.router(node);
      List<InterfaceAddress> addresses = host.addresses();
      found.addAll(
          actuator.actuate(
              RoutePlanner.plan(
                  node,
                  router.isPresent(),
                  traffic.get(),
                  addresses,
                  host.foreign(),
                  host.source(traffic.get().address()),
                  router.flatMap(RouterNodeFacts::nodes),
                  encapsulation.get())));
      translation
          .reconcile(rules(router, traffic.get(), addresses))
          .filter(finding -> finding.state() != Conditions.State.TRUE)
          .ifPresent(finding -> found.add(finding.message()));
    } catch (IOException e) {
      found.add(String.valueOf(e.getMessage()));
    }
    if (!Optional.of(found).equals(problems)) {
      found.forEach(problem -> log.warn("{}", problem));
      if (found.isEmpty() && traffic.get().destinations().isEmpty()) {
        log.info("nothing to route: the active gateway serves no other region's ranges yet");
      } else if (found.isEmpty()) {
        log.info("traffic for {} goes to {}", traffic.get().destinations(), traffic.get().node());
      }
    }
    problems = Optional.of(found);
  }

  /** What a router node does with packets between the overlay and pods. */
  private List<GatewayRule> rules(
      Optional<RouterNodeFacts> router, RemoteTraffic traffic, List<InterfaceAddress> addresses)
      throws IOException {
    Optional<InetAddress> own =
        router.map(facts -> facts.spec().overlayAddress()).flatMap(IpLiteral::parse);
    Optional<OverlayEnd> overlay =
        own.isPresent() ? OverlayEnd.of(own.get(), addresses, host.links()) : Optional.empty();
    return overlay
        .map(end ->
            GatewayRules.of(
                RegionSettings.Engine.ROUTES,
                traffic.destinations(),
                end.link(),
                traffic.pods(),
                end.ranges()))
        .orElse(List.of());
  }
}
