package io.regionbridge.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.regionbridge.router.discovery.Await;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What is asked of an API server for the Multi-Cluster Services API. Nobody answers. */
class MultiClusterRequestsTest {
  private final Set<String> paths = ConcurrentHashMap.newKeySet();

  @Test
  void withoutItNothingIsAsked() {
    try (ClusterControl _ = new TestPlane().start(client())) {
      Await.that("everything else is asked for", () -> asked("/services") && asked("/nodes"));
      Await.that("rights are", () -> asked("selfsubjectrulesreviews"));
      assertThat(paths)
          .noneMatch(path -> path.contains("multicluster"))
          .noneMatch(path -> path.endsWith("/namespaces"));
    }
  }

  @Test
  void withItItIsAskedWhetherTheApiIsInstalled() {
    try (ClusterControl _ =
        new TestPlane()
            .options(
                new ControlSettings.Options(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("clusterset.local")))
            .start(client())) {
      Await.that("that is asked", () -> asked("multicluster.x-k8s.io"));
    }
  }

  private boolean asked(String part) {
    return paths.stream().anyMatch(path -> path.contains(part));
  }

  private KubernetesClient client() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder()
                .withMasterUrl("http://127.0.0.1:1")
                .withRequestRetryBackoffLimit(0)
                .build())
        .withHttpClientBuilderConsumer(builder ->
            builder.addOrReplaceInterceptor(
                "recorder",
                new Interceptor() {
                  @Override
                  public void before(BasicBuilder request, HttpRequest asked, RequestTags tags) {
                    paths.add(asked.uri().getPath());
                  }
                }))
        .build();
  }
}
