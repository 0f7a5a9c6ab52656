package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServiceList;
import io.fabric8.kubernetes.api.model.ServiceListBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.ServiceResource;
import io.regionbridge.router.discovery.ResourceWatch.WatchTimes;
import io.regionbridge.router.loop.Loops;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ResourceWatchTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final AtomicReference<List<Service>> listed = new AtomicReference<>(List.of());
  private final AtomicReference<Watcher<Service>> session = new AtomicReference<>();

  @Test
  void aWatchThatTheClientLosesAfterAFailureIsShortAndTheResourceIsListedAnew() {
    WatchTimes never = new WatchTimes(Duration.ofSeconds(290), Duration.ofHours(1));
    WatchTimes little = new WatchTimes(Duration.ofSeconds(10), Duration.ofMillis(50));
    try (ResourceWatch<Service> watch = watch(never, little)) {
      watch.start();
      Await.that("it is listed anew", BOUND, () -> calls.size() >= 5);
    }
    assertThat(calls.subList(0, 5)).containsExactly("list", "290", "10", "list", "10");
  }

  @Test
  void anInvalidObjectIsReportedUntilItIsValidOrGone() {
    WatchTimes never = new WatchTimes(Duration.ofSeconds(290), Duration.ofHours(1));
    listed.set(List.of(service("good"), service("bad"), service("worse")));
    try (ResourceWatch<Service> watch = watch(never, never)) {
      calls.add("so that no watch is refused");
      watch.start();
      Await.that("both are reported", BOUND, () -> ignored(watch).size() == 2);
      assertThat(ignored(watch))
          .containsExactly(
              "services web/bad: bad makes no sense", "services web/worse: worse makes no sense");
      session.get().eventReceived(Watcher.Action.MODIFIED, renamed("bad", "now good"));
      assertThat(ignored(watch)).containsExactly("services web/worse: worse makes no sense");
      session.get().eventReceived(Watcher.Action.DELETED, service("worse"));
      assertThat(ignored(watch)).isEmpty();
    }
  }

  private ResourceWatch<Service> watch(WatchTimes normal, WatchTimes afterFailure) {
    return new ResourceWatch<>(
        "services",
        ObjectLister.of(services(), 250),
        services(),
        new Nothing(),
        () -> {},
        Clock.systemUTC(),
        new Loops(),
        normal,
        afterFailure);
  }

  private static List<String> ignored(ResourceWatch<?> watch) {
    return watch.status() instanceof WatchStatus.Current(List<String> ignored)
        ? ignored
        : List.of();
  }

  private static Service service(String name) {
    return renamed(name, name);
  }

  private static Service renamed(String name, String externalName) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withNamespace("web")
        .withName(name)
        .withResourceVersion("2")
        .endMetadata()
        .withNewSpec()
        .withExternalName(externalName)
        .endSpec()
        .build();
  }

  /** Refuses the first watch; of those after it nothing is ever heard. */
  @SuppressWarnings("unchecked")
  private FilterWatchListDeletable<Service, ServiceList, ServiceResource<Service>> services() {
    return (FilterWatchListDeletable<Service, ServiceList, ServiceResource<Service>>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {FilterWatchListDeletable.class},
            (_, method, arguments) -> answer(method, arguments));
  }

  @SuppressWarnings("unchecked")
  private Object answer(Method method, Object[] arguments) {
    ListOptions options = (ListOptions) arguments[0];
    if (method.getName().equals("list")) {
      calls.add("list");
      return new ServiceListBuilder()
          .withNewMetadata()
          .withResourceVersion("1")
          .endMetadata()
          .withItems(listed.get())
          .build();
    }
    session.set((Watcher<Service>) arguments[1]);
    calls.add(options.getTimeoutSeconds().toString());
    if (calls.size() == 2) {
      throw new KubernetesClientException("refused");
    }
    Watch silent = () -> {};
    return silent;
  }

  private static final class Nothing implements ObjectSink<Service> {
    @Override
    public void put(Service object) {
      String name = object.getSpec().getExternalName();
      if (!name.contains("good")) {
        throw new MalformedObjectException(name + " makes no sense");
      }
    }

    @Override
    public void remove(ObjectKey key) {}

    @Override
    public void retain(Set<ObjectKey> present) {}
  }
}
