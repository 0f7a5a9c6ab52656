package io.regionbridge.router.multicluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ImportReconcilerTest {
  private static final ClusterSetView VIEW =
      new ClusterSetView(
          ServedApi.V1BETA1, Map.of(), Map.of(), List.of(), List.of(), Set.of("demo"));

  private final List<String> sent = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private KubernetesClient client;

  /** A field that the API server does not have, as Kubernetes 1.29 has no trafficDistribution. */
  private String undeclared = "trafficDistribution";

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
  }

  @AfterEach
  void stopServer() {
    client.close();
    server.stop(0);
  }

  @Test
  void anApiServerThatRefusesALaterFieldGetsTheObjectWithoutIt() {
    List<String> problems = reconcile();

    assertThat(problems).isEmpty();
    assertThat(sent).hasSize(2);
    assertThat(sent.getFirst()).contains("trafficDistribution");
    assertThat(sent.getLast()).doesNotContain("trafficDistribution").contains("\"port\":80");
  }

  @Test
  void anApiServerThatRefusesAFieldItMustHaveIsAProblem() {
    undeclared = "ports";

    assertThat(reconcile()).singleElement().asString().contains("imported-hello");
    assertThat(sent).hasSize(2);
  }

  private List<String> reconcile() {
    WantedObject service =
        new WantedObject(
            ObjectKind.SERVICE,
            "demo",
            "imported-hello",
            Map.of(),
            Map.of(),
            null,
            Map.of(
                "spec",
                Map.of(
                    "ports", List.of(Map.of("port", 80)), "trafficDistribution", "PreferClose")));
    ImportPlan plan =
        new ImportPlan(
            List.of(new ImportPlan.Write(service, "")),
            List.of(),
            Map.of(),
            Map.of(),
            Set.of(),
            List.of(),
            new ImportTotals(0, 1, 0));
    return new ImportReconciler(client, Clock.systemUTC()).reconcile(plan, VIEW);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    sent.add(body);
    boolean refused = body.contains(undeclared);
    byte[] answer =
        (refused
                ? """
                {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 500, "message":
                "failed to create typed patch object (demo/imported-hello; /v1, Kind=Service): .spec.%s: field not declared in schema"}
                """
                    .formatted(undeclared)
                : body)
            .getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(refused ? 500 : 201, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }
}
