package io.regionbridge.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceList;
import io.fabric8.kubernetes.api.model.ServiceListBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.ServiceResource;
import io.regionbridge.router.diagnosis.RightsReview;
import io.regionbridge.router.diagnosis.RightsWatch;
import io.regionbridge.router.directory.manifest.ManifestDirectory;
import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.discovery.ObjectKey;
import io.regionbridge.router.discovery.ObjectSink;
import io.regionbridge.router.discovery.ResourceWatch;
import io.regionbridge.router.file.FileWatcher;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.overlay.ManagedTunnel;
import io.regionbridge.router.overlay.OverlayWatch;
import io.regionbridge.router.path.PathProbes;
import io.regionbridge.router.peers.OverlayDiscovery;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.tunnel.FileKeyStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each loop, made to throw, is named and goes on as soon as it can. */
@Timeout(120)
class BackgroundLoopsTest {
  private final Loops loops = new Loops();

  /** Whether what the loop under test calls throws. */
  private volatile boolean broken = true;

  @TempDir private Path directory;

  @Test
  void overlayDiscovery() {
    OverlayView overlay =
        new OverlayView() {
          @Override
          public Optional<InetAddress> address() {
            return Optional.empty();
          }

          @Override
          public Optional<String> publicKey() {
            return Optional.empty();
          }

          @Override
          public List<Peer> peers() {
            fail();
            return List.of();
          }
        };
    try (OverlayDiscovery discovery = new OverlayDiscovery(overlay, 1, 2, () -> {}, loops)) {
      discovery.start();
      namedUntilMended("overlay-discovery");
    }
  }

  @Test
  void overlayWatch() {
    RegionSettings.Overlay settings =
        settings(RegionSettings.OverlayMode.OBSERVE, Optional.of("lo"));
    AtomicInteger told = new AtomicInteger();
    Runnable listener =
        () -> {
          fail();
          told.incrementAndGet();
        };
    try (OverlayWatch watch = new OverlayWatch(settings, listener, loops)) {
      watch.start();
      namedUntilMended("overlay-watch");
      assertThat(told).hasPositiveValue();
    }
  }

  @Test
  void tunnel() {
    ManagedTunnel.Callbacks callbacks =
        new ManagedTunnel.Callbacks(
            new FileKeyStore(directory),
            () -> {
              throw new IllegalStateException("not asked for");
            },
            () -> true,
            _ -> Set.of(),
            _ -> {});
    try (ManagedTunnel _ =
        ManagedTunnel.start(
            "node",
            () -> {
              fail();
              return settings(RegionSettings.OverlayMode.MANAGE, Optional.empty());
            },
            callbacks,
            loops)) {
      namedUntilMended("tunnel");
    }
  }

  @Test
  void manifests() {
    AtomicInteger told = new AtomicInteger();
    try (ManifestDirectory _ =
        ManifestDirectory.start(
            List.of(),
            () -> Long.MAX_VALUE,
            _ -> {
              fail();
              told.incrementAndGet();
            },
            loops)) {
      namedUntilMended("manifests");
      assertThat(told).hasPositiveValue();
    }
  }

  @Test
  void pathProbes() {
    try (PathProbes probes =
        new PathProbes(
            () -> {
              fail();
              return Optional.empty();
            },
            () -> {},
            loops)) {
      probes.start();
      namedUntilMended("path-probes");
    }
  }

  @Test
  void files() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    AtomicInteger changes = new AtomicInteger();
    Runnable listener =
        () -> {
          fail();
          changes.incrementAndGet();
        };
    try (FileWatcher _ = FileWatcher.watch("files", List.of(file), listener, loops)) {
      Await.that(
          "it is named",
          () -> {
            append(file);
            return health("files").state() == LoopHealth.State.FAILING;
          });
      broken = false;
      Await.that("the change is reported after all", () -> changes.get() > 0);
      Await.that("it goes on", () -> health("files").good());
    }
  }

  @Test
  void resourceWatch() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    Loops clocked = new Loops(now::get);
    Semaphore tries = new Semaphore(0);
    CountDownLatch listed = new CountDownLatch(1);
    ObjectSink<Service> sink =
        new ObjectSink<>() {
          @Override
          public void put(Service object) {}

          @Override
          public void remove(ObjectKey key) {}

          @Override
          public void retain(Set<ObjectKey> present) {
            tries.release();
            fail();
            listed.countDown();
          }
        };
    try (ResourceWatch<Service> watch =
        new ResourceWatch<>(
            "services", 250, noServices(), sink, () -> {}, Clock.systemUTC(), clocked)) {
      watch.start();
      tries.acquire(3); // so two have failed
      LoopHealth failing = clocked.health().getFirst();
      assertThat(failing.name()).isEqualTo("watch-services");
      assertThat(failing.state()).isEqualTo(LoopHealth.State.FAILING);
      assertThat(failing.problem()).endsWith("thrown by the test");
      broken = false;
      listed.await();
      now.addAndGet(Duration.ofSeconds(6).toNanos()); // the round goes on: it watches
      assertThat(clocked.health()).allMatch(LoopHealth::good);
    }
  }

  /** Lists nothing, and watches where nothing ever happens. */
  @SuppressWarnings("unchecked")
  private FilterWatchListDeletable<Service, ServiceList, ServiceResource<Service>> noServices() {
    Watch silent = () -> {};
    return (FilterWatchListDeletable<Service, ServiceList, ServiceResource<Service>>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {FilterWatchListDeletable.class},
            (_, method, _) ->
                method.getName().equals("list")
                    ? new ServiceListBuilder()
                        .withNewMetadata()
                        .withResourceVersion("1")
                        .endMetadata()
                        .build()
                    : silent);
  }

  /** A proxy before the API server that answers in HTML is the server's fault, not the loop's. */
  @Test
  void rights() throws IOException {
    AtomicInteger answers = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body =
              (broken
                      ? "<html><body>gateway</body></html>"
                      : """
                      {"status": {"incomplete": false, "resourceRules":
                        [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]}}
                      """)
                  .getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
          answers.incrementAndGet();
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    try (KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder().withMasterUrl(url).build())
                .build();
        RightsWatch rights =
            new RightsWatch(
                new RightsReview(client, "region-bridge", Optional.empty(), false),
                () -> {},
                loops)) {
      rights.start();
      Await.that("it is asked twice", () -> answers.get() >= 2);
      assertThat(rights.finding()).isEmpty();
      assertThat(loops.health()).allMatch(LoopHealth::good);
      broken = false;
      Await.that(
          "rights are looked at again",
          () -> rights.finding().filter(f -> f.state() == State.TRUE).isPresent());
    } finally {
      server.stop(0);
    }
  }

  private static void append(Path file) {
    try {
      Files.writeString(file, "x", StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void namedUntilMended(String loop) {
    Await.that(loop + " is named", () -> health(loop).state() == LoopHealth.State.FAILING);
    assertThat(health(loop).problem()).contains("thrown by the test");
    broken = false;
    Await.that(loop + " goes on", () -> health(loop).good() && health(loop).failures() > 0);
  }

  private LoopHealth health(String loop) {
    return loops.health().stream().filter(h -> h.name().equals(loop)).findFirst().orElseThrow();
  }

  private void fail() {
    if (broken) {
      throw new IllegalStateException("thrown by the test");
    }
  }

  private static RegionSettings.Overlay settings(
      RegionSettings.OverlayMode mode, Optional<String> name) {
    return new RegionSettings.Overlay(mode, name, Optional.empty(), Map.of(), 0, Duration.ZERO);
  }
}
