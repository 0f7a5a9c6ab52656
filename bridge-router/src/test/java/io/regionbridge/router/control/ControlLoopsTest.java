package io.regionbridge.router.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.loop.Loops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The two loops that own the state of the control plane, made to throw, are named and go on. The
 * API server has no objects and answers nothing but lists. The clock stands still: a loop is named
 * for its failures, not for the time that passes.
 */
@Timeout(60)
class ControlLoopsTest {
  private static final byte[] EMPTY_LIST =
      """
      {"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []}
      """
          .getBytes(UTF_8);

  private final Loops loops = new Loops(() -> 0);
  private final Semaphore tries = new Semaphore(0);
  private final CountDownLatch worked = new CountDownLatch(1);
  private volatile boolean broken = true;
  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", ControlLoopsTest::answer);
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"directory", "topology"})
  void oneThatThrowsIsNamedUntilItWorks(String loop) throws InterruptedException {
    try (ClusterControl _ =
        new TestPlane()
            .loops(loops)
            .onDirectory(_ -> step(loop, "directory"))
            .onTopology(_ -> step(loop, "topology"))
            .start(
                new KubernetesClientBuilder()
                    .withConfig(
                        new ConfigBuilder()
                            .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                            .withRequestRetryBackoffLimit(0)
                            .build())
                    .build())) {
      tries.acquire(3); // so two have failed
      assertThat(health(loop).state()).isEqualTo(LoopHealth.State.FAILING);
      assertThat(health(loop).problem()).endsWith("thrown by the test");
      broken = false;
      worked.await();
      Await.that(loop + " goes on", () -> health(loop).good() && health(loop).failures() > 0);
    }
  }

  private void step(String under, String loop) {
    if (!loop.equals(under)) {
      return;
    }
    tries.release();
    if (broken) {
      throw new IllegalStateException("thrown by the test");
    }
    worked.countDown();
  }

  private LoopHealth health(String loop) {
    return loops.health().stream().filter(h -> h.name().equals(loop)).findFirst().orElseThrow();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    boolean list =
        Optional.ofNullable(exchange.getRequestURI().getQuery())
            .filter(query -> query.contains("limit=") && !query.contains("watch=true"))
            .isPresent();
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(list ? 200 : 404, list ? EMPTY_LIST.length : -1);
    if (list) {
      exchange.getResponseBody().write(EMPTY_LIST);
    }
    exchange.close();
  }
}
