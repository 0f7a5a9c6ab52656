package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceList;
import io.fabric8.kubernetes.api.model.ServiceListBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.ServiceResource;
import io.regionbridge.router.discovery.ResourceWatch.Patience;
import io.regionbridge.router.loop.Loops;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ResourceWatchTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final List<String> calls = new CopyOnWriteArrayList<>();

  @Test
  void aWatchThatTheClientLosesAfterAFailureIsShortAndTheResourceIsListedAnew() {
    Patience never = new Patience(Duration.ofSeconds(290), Duration.ofHours(1));
    Patience little = new Patience(Duration.ofSeconds(10), Duration.ofMillis(50));
    try (ResourceWatch<Service> watch =
        new ResourceWatch<>(
            "services",
            ObjectLister.of(services(), 250),
            services(),
            new Nothing(),
            () -> {},
            Clock.systemUTC(),
            new Loops(),
            never,
            little)) {
      watch.start();
      Await.that("it is listed anew", BOUND, () -> calls.size() >= 5);
    }
    assertThat(calls.subList(0, 5)).containsExactly("list", "290", "10", "list", "10");
  }

  /** Refuses the first watch; of those after it nothing is ever heard. */
  @SuppressWarnings("unchecked")
  private FilterWatchListDeletable<Service, ServiceList, ServiceResource<Service>> services() {
    return (FilterWatchListDeletable<Service, ServiceList, ServiceResource<Service>>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {FilterWatchListDeletable.class},
            (_, method, arguments) -> answer(method, (ListOptions) arguments[0]));
  }

  private Object answer(Method method, ListOptions options) {
    if (method.getName().equals("list")) {
      calls.add("list");
      return new ServiceListBuilder()
          .withNewMetadata()
          .withResourceVersion("1")
          .endMetadata()
          .build();
    }
    calls.add(options.getTimeoutSeconds().toString());
    if (calls.size() == 2) {
      throw new KubernetesClientException("refused");
    }
    Watch silent = () -> {};
    return silent;
  }

  private static final class Nothing implements ObjectSink<Service> {
    @Override
    public void put(Service object) {}

    @Override
    public void remove(ObjectKey key) {}

    @Override
    public void retain(Set<ObjectKey> present) {}
  }
}
