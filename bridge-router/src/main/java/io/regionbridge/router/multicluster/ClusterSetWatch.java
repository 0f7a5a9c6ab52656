package io.regionbridge.router.multicluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.discovery.FactStore;
import io.regionbridge.router.discovery.ObjectKey;
import io.regionbridge.router.discovery.ObjectSink;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.ResourceWatch;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the objects of the Multi-Cluster Services API in the local cluster while the API is
 * installed, in the newest version that both the API server and the bridge have.
 */
final class ClusterSetWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClusterSetWatch.class);

  /** How often to ask whether the API is installed, and in which versions. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  private static final long PAGE = 250;

  private final KubernetesClient client;
  private final ObjectSink<GenericKubernetesResource> exportSink;
  private final Runnable onChange;
  private final AtomicLong changes = new AtomicLong();
  private final Clock clock;
  private final Loops loops;
  private final Loop discovery;
  private volatile Optional<Session> session = Optional.empty();
  private volatile Optional<String> unknown = Optional.empty();

  /** Watches of one version. */
  private final class Session implements AutoCloseable {
    private final ServedApi api;
    private final List<ResourceWatch<?>> watches = new ArrayList<>();
    private final FactStore<GenericKubernetesResource, StoredObject> exports =
        new FactStore<>(StoredObject::statusOf, onChange);
    private final FactStore<GenericKubernetesResource, StoredObject> imports =
        new FactStore<>(StoredObject::of, onChange);
    private final FactStore<GenericKubernetesResource, StoredObject> services =
        new FactStore<>(StoredObject::of, onChange);
    private final FactStore<GenericKubernetesResource, StoredObject> slices =
        new FactStore<>(StoredObject::of, onChange);
    private final FactStore<Namespace, Boolean> namespaces =
        new FactStore<>(Session::isUsable, onChange);

    Session(ServedApi api) {
      this.api = api;
      watch(
          ServedApi.exportsResource(),
          client.genericKubernetesResources(api.exports()).inAnyNamespace(),
          both(exportSink, exports));
      watch(
          ObjectKind.IMPORT.resource(),
          client.genericKubernetesResources(ObjectKind.IMPORT.context(api)).inAnyNamespace(),
          imports);
      watch("services for imports", ours(ObjectKind.SERVICE), services);
      watch("endpointslices for imports", ours(ObjectKind.SLICE), slices);
      watch("namespaces", client.namespaces(), namespaces);
      watches.forEach(ResourceWatch::start);
    }

    private FilterWatchListDeletable<
            GenericKubernetesResource,
            GenericKubernetesResourceList,
            Resource<GenericKubernetesResource>>
        ours(ObjectKind kind) {
      return client
          .genericKubernetesResources(kind.context(api))
          .inAnyNamespace()
          .withLabel(OwnNames.MANAGED_BY, OwnNames.MANAGER)
          .withLabel(ClusterSetRole.Derived.LABEL);
    }

    private <T extends HasMetadata> void watch(
        String resource,
        FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation,
        ObjectSink<T> sink) {
      watches.add(new ResourceWatch<>(resource, PAGE, operation, sink, onChange, clock, loops));
    }

    private static boolean isUsable(Namespace namespace) {
      return namespace.getMetadata().getDeletionTimestamp() == null;
    }

    /** Whether all of it was listed once. */
    boolean known() {
      return watches.stream()
          .map(ResourceWatch::status)
          .allMatch(status ->
              status instanceof WatchStatus.Current
                  || status instanceof WatchStatus.Failing failing && failing.known());
    }

    List<ReadFailure> failures() {
      return watches.stream()
          .map(ResourceWatch::status)
          .filter(WatchStatus.Failing.class::isInstance)
          .map(status -> ((WatchStatus.Failing) status).failure())
          .toList();
    }

    ClusterSetView view() {
      Set<String> usable = new HashSet<>();
      namespaces
          .facts()
          .forEach((key, ok) -> {
            if (ok) {
              usable.add(key.name());
            }
          });
      return new ClusterSetView(
          api,
          byService(exports),
          byService(imports),
          List.copyOf(services.facts().values()),
          List.copyOf(slices.facts().values()),
          usable);
    }

    private static Map<ServiceKey, StoredObject> byService(FactStore<?, StoredObject> store) {
      Map<ServiceKey, StoredObject> objects = new HashMap<>();
      store
          .facts()
          .forEach(
              (key, object) -> objects.put(new ServiceKey(key.namespace(), key.name()), object));
      return objects;
    }

    @Override
    public void close() {
      watches.forEach(ResourceWatch::close);
    }
  }

  /**
   * Creates a watch that is not started.
   *
   * @param exports also receives the ServiceExports
   * @param onChange called when the view may have changed, on any thread; must return at once
   */
  ClusterSetWatch(
      KubernetesClient client,
      ObjectSink<GenericKubernetesResource> exports,
      Runnable onChange,
      Clock clock,
      Loops loops) {
    this.client = client;
    this.exportSink = exports;
    this.onChange =
        () -> {
          changes.incrementAndGet();
          onChange.run();
        };
    this.clock = clock;
    this.loops = loops;
    this.discovery =
        loops.loop("multicluster-api", Timing.every(LOOK).onVirtualThread(), this::discover);
  }

  /** Starts to watch. */
  void start() {
    discovery.start();
  }

  /** What the API server has; empty if the API is not installed, or not all was listed yet. */
  Optional<ClusterSetView> view() {
    return session.filter(Session::known).map(Session::view);
  }

  /** Grows with each change of what is known. */
  long changes() {
    return changes.get();
  }

  /** Whether the API server serves the API, as far as is known. */
  boolean installed() {
    return session.isPresent();
  }

  /** What cannot be read, in words; empty if all can. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    unknown.ifPresent(problems::add);
    session.ifPresent(now -> now.failures().forEach(failure -> problems.add(failure.toString())));
    return problems;
  }

  private void discover() {
    Optional<ServedApi> served;
    try {
      served = ServedApi.of(client);
      unknown = Optional.empty();
    } catch (KubernetesClientException e) {
      unknown = Optional.of("cannot ask for the versions of the API: " + ErrorText.of(e));
      onChange.run();
      return; // what is watched goes on
    }
    Optional<Session> before = session;
    if (before.map(now -> now.api).equals(served)) {
      return;
    }
    before.ifPresent(Session::close);
    if (served.isEmpty()) {
      exportSink.retain(Set.of());
      log.info("the Multi-Cluster Services API is not installed any more");
    } else {
      log.info("the Multi-Cluster Services API is served as {}", served.get().version());
    }
    session = served.map(Session::new);
    onChange.run();
  }

  /**
   * Passes each object to both sinks; an object that the first one refuses is not passed to the
   * second.
   */
  private static ObjectSink<GenericKubernetesResource> both(
      ObjectSink<GenericKubernetesResource> first, ObjectSink<GenericKubernetesResource> second) {
    return new ObjectSink<>() {
      @Override
      public void put(GenericKubernetesResource object) {
        first.put(object);
        second.put(object);
      }

      @Override
      public void remove(ObjectKey key) {
        first.remove(key);
        second.remove(key);
      }

      @Override
      public void retain(Set<ObjectKey> present) {
        first.retain(present);
        second.retain(present);
      }
    };
  }

  @Override
  public void close() {
    discovery.close();
    session.ifPresent(Session::close);
  }
}
