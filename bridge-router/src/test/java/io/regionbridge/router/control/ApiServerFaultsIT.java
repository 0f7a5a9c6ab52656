package io.regionbridge.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.testkit.FaultProxy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a control plane makes of an API server that is slow, throttles, forgets or is away. */
@Timeout(400)
class ApiServerFaultsIT {
  private static final String SERVICES = "/api/v1/namespaces/default/services/";
  private static final String REGION = "/apis/region-bridge.io/v1alpha1/regions/mn";

  private static TestCluster cluster;
  private final AtomicReference<Directory> directory = new AtomicReference<>(Directory.EMPTY);
  private final AtomicReference<Optional<Topology>> topology =
      new AtomicReference<>(Optional.empty());
  private final AtomicInteger changesOfActive = new AtomicInteger();
  private FaultProxy proxy;
  private @Nullable ClusterControl plane;

  @BeforeAll
  static void startCluster() {
    cluster = TestCluster.start();
    cluster
        .server()
        .apply(
            "/api/v1/nodes/router-1",
            "{apiVersion: v1, kind: Node, metadata: {name: router-1, labels: {netbird-router:"
                + " 'true'}}}");
    cluster
        .server()
        .apply(
            REGION,
            "{apiVersion: region-bridge.io/v1alpha1, kind: Region, metadata: {name: mn},"
                + " spec: {gateways: [192.0.2.9]}}");
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void start() {
    service("stays");
    proxy = FaultProxy.before(cluster.server());
  }

  @AfterEach
  void stop() {
    if (plane != null) {
      proxy.heal();
      plane.close();
    }
    proxy.close();
  }

  @Test
  void anApiServerThatComesLaterIsNoticedAndUntilThenNobodySaysThatThereAreNoPeers() {
    proxy.vanish();
    startPlane();
    await("it is found silent", () -> topology.get().isPresent());
    assertThat(topology.get().orElseThrow().complete()).isFalse();
    assertThat(plane().leadership().mine()).isFalse();
    proxy.heal();
    await("the peer is known", () -> topology.get().orElseThrow().peer("mn").isPresent());
    await("so are all", () -> topology.get().orElseThrow().complete());
    await("the Services, too", () -> known("stays"));
    await("everything is current", this::current);
  }

  @Test
  void oneThatAnswersAfterTwoSecondsLosesNothingAndNobodyItsRole() {
    proxy.late(Duration.ofSeconds(2));
    startPlane();
    await("the Services are known", () -> known("stays"));
    await("this node is active", () -> plane().leadership().mine());
    await("everything is current", this::current);
    service("late");
    await("changes come through", () -> known("late"));
    remove("late");
    await("all of them", () -> !known("late"));
    assertThat(plane().leadership().mine()).isTrue();
  }

  @Test
  void oneThatThrottlesIsLeftInPeaceAndEverythingElseGoesOn() {
    startPlane();
    await("everything is current", this::current);
    proxy.answer(line -> line.contains("/services?"), 429, "Retry-After: 1\r\n");
    proxy.forget();
    proxy.drop();
    await("that is said", () -> failure("services") == ReadFailure.Reason.THROTTLED);
    await(
        "the rest is watched again",
        () ->
            plane().watches().get("endpointslices.discovery.k8s.io")
                instanceof WatchStatus.Current);
    assertThat(known("stays")).as("what was known stays").isTrue();
    long first = System.nanoTime();
    await("it was tried three times", () -> tries() >= 3);
    assertThat(Duration.ofNanos(System.nanoTime() - first)).isGreaterThan(Duration.ofSeconds(1));
    service("meanwhile");
    remove("stays");
    proxy.heal();
    await("what changed meanwhile is seen", () -> known("meanwhile") && !known("stays"));
    remove("meanwhile");
  }

  @Test
  void oneThatForgotWhereTheWatchWasIsListedAnewAndNoChangeIsLost() {
    startPlane();
    await("everything is current", this::current);
    service("gone");
    await("the Service is known", () -> known("gone"));
    proxy.answer(line -> line.contains("watch=true"), 410, "");
    proxy.drop();
    remove("gone");
    service("new");
    await("lists alone show it", () -> known("new") && !known("gone"));
    proxy.heal();
    await("it is watched again", this::current);
    remove("new");
    await("watches show it", () -> !known("new"));

    // The server's own memory: after a restart it knows nothing of the versions before.
    proxy.vanish();
    service("before");
    remove("stays");
    cluster.server().kill();
    cluster.server().restart();
    service("after");
    proxy.heal();
    await("all of it is seen", () -> known("before") && known("after") && !known("stays"));
    remove("before");
    remove("after");
    await("it is watched", () -> !known("before") && !known("after"));
  }

  @Test
  void aSilentOneCostsNobodyItsRoleAndWhatIsKnownIsMarkedStale() {
    startPlane();
    await("this node is active", () -> plane().leadership().mine());
    await("everything is current", this::current);
    proxy.vanish();
    await(
        "it says so",
        () ->
            TestPlane.finding(plane(), "APIServerCurrent")
                .filter(c -> c.state() == State.FALSE && c.message().contains("stale"))
                .isPresent());
    assertThat(plane().leadership().mine()).isTrue();
    assertThat(known("stays")).isTrue();
    assertThat(topology.get().orElseThrow().complete()).isTrue();
    assertThat(topology.get().orElseThrow().peer("mn")).isPresent();
    proxy.heal();
    await("it is well again", this::current);
    assertThat(changesOfActive).hasValueLessThanOrEqualTo(2); // nobody, then this node
  }

  private void startPlane() {
    plane =
        new TestPlane()
            .onDirectory(directory::set)
            .onTopology(next -> {
              Optional<Topology> before = topology.getAndSet(Optional.of(next));
              if (!before.map(t -> t.local().active()).equals(Optional.of(next.local().active()))) {
                changesOfActive.incrementAndGet();
              }
            })
            .start(TestCluster.client(proxy.kubeconfig(cluster.bridgeKubeconfig())));
  }

  /** Of a busy machine: what is tried again waits for some seconds each time. */
  private static void await(String what, BooleanSupplier condition) {
    Await.that(what, Duration.ofMinutes(2), condition);
  }

  private ClusterControl plane() {
    return Objects.requireNonNull(plane);
  }

  private boolean current() {
    return TestPlane.finding(plane(), "APIServerCurrent")
        .filter(found -> found.state() == State.TRUE)
        .isPresent();
  }

  private ReadFailure.@Nullable Reason failure(String resource) {
    return plane().watches().get(resource) instanceof WatchStatus.Failing failing
        ? failing.failure().reason()
        : null;
  }

  private boolean known(String service) {
    return directory.get().service(new ServiceKey("default", service)) != null;
  }

  private long tries() {
    return proxy.requests().stream().filter(line -> line.contains("/services?")).count();
  }

  private static void service(String name) {
    cluster
        .server()
        .apply(
            SERVICES + name,
            "{apiVersion: v1, kind: Service, metadata: {name: %s}, spec: {ports: [{port: 80}]}}"
                .formatted(name));
  }

  private static void remove(String name) {
    cluster.server().request("DELETE", SERVICES + name, "application/json", "");
  }
}
