package io.regionbridge.router.election;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.FunctionCallable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.regionbridge.router.discovery.ObjectKey;
import io.regionbridge.router.discovery.ObjectSink;
import io.regionbridge.router.discovery.ResourceWatch;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.loop.Loops;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Lease as an object of {@code coordination.k8s.io/v1}. Holder, transitions and times are where
 * everybody looks for them; what is our own is in annotations.
 *
 * <p>Writes without {@link io.regionbridge.router.kubernetes.ObjectWriter}: the election itself
 * decides when the Lease is written, and must know within {@link #TIMEOUT} whether it was written,
 * refused, or possibly either. A write that is held back costs the role.
 */
final class KubernetesLease implements LeaseStore {
  private static final Logger log = LoggerFactory.getLogger(KubernetesLease.class);
  private static final String INCARNATION = OwnNames.PREFIX + "incarnation";
  private static final String PERMIT = OwnNames.PREFIX + "permit-millis";
  private static final String CHALLENGER = OwnNames.PREFIX + "challenger";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final String namespace;
  private final Clock clock;
  private final Loops loops;
  private volatile @Nullable ResourceWatch<Lease> watch;
  private volatile @Nullable ZonedDateTime acquired;
  private volatile Optional<String> notWritten = Optional.empty();

  KubernetesLease(KubernetesClient client, String namespace, Clock clock, Loops loops) {
    this.client = client;
    this.namespace = namespace;
    this.clock = clock;
    this.loops = loops;
  }

  @Override
  public void start(Consumer<Optional<LeaseState>> onLease) {
    ResourceWatch<Lease> started =
        new ResourceWatch<>(
            "leases.coordination.k8s.io",
            1,
            client.leases().inNamespace(namespace).withField("metadata.name", OwnNames.LEASE),
            sink(onLease),
            () -> {},
            clock,
            loops);
    watch = started;
    started.start();
  }

  @Override
  public Optional<String> problem() {
    ResourceWatch<Lease> started = watch;
    return started != null && started.status() instanceof WatchStatus.Failing failing
        ? Optional.of(failing.failure().toString())
        : notWritten;
  }

  @Override
  public LeaseWrite.Outcome write(LeaseWrite write) {
    try {
      Lease written = bounded().call(client -> send(client, write));
      notWritten = Optional.empty();
      return new LeaseWrite.Outcome.Written(state(written));
    } catch (KubernetesClientException e) {
      // No longer there is as much another version as a changed one is.
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        notWritten = Optional.empty();
        return new LeaseWrite.Outcome.Conflict();
      }
      notWritten = Optional.of("cannot write the Lease: " + ErrorText.of(e));
      log.debug("cannot write the Lease {}", write, e);
      return new LeaseWrite.Outcome.Unknown();
    }
  }

  @Override
  public Optional<LeaseState> read() {
    try {
      return Optional.ofNullable(
              bounded().call(c -> c.leases().inNamespace(namespace).withName(OwnNames.LEASE).get()))
          .map(KubernetesLease::state);
    } catch (KubernetesClientException e) {
      log.debug("cannot read the Lease", e);
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }

  /** A client that does not wait long, nor try again by itself. */
  private FunctionCallable<? extends NamespacedKubernetesClient> bounded() {
    return client
        .adapt(NamespacedKubernetesClient.class)
        .withRequestConfig(
            new RequestConfigBuilder()
                .withRequestTimeout((int) TIMEOUT.toMillis())
                .withRequestRetryBackoffLimit(0)
                .build());
  }

  private Lease send(NamespacedKubernetesClient patient, LeaseWrite write) {
    Resource<Lease> resource = patient.leases().inNamespace(namespace).resource(object(write));
    return write.kind() == LeaseWrite.Kind.CREATE ? resource.create() : resource.update();
  }

  private Lease object(LeaseWrite write) {
    LeaseState next = write.next();
    ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    if (write.kind() == LeaseWrite.Kind.ACQUIRE) {
      acquired = now;
    }
    Map<String, String> annotations = new HashMap<>();
    annotations.put(INCARNATION, next.incarnation());
    annotations.put(PERMIT, Long.toString(next.permit().toMillis()));
    next.challenger().ifPresent(node -> annotations.put(CHALLENGER, node));
    return new LeaseBuilder()
        .withNewMetadata()
        .withName(OwnNames.LEASE)
        .withNamespace(namespace)
        .withResourceVersion(next.version().isEmpty() ? null : next.version())
        .addToLabels(OwnNames.MANAGED_BY, OwnNames.MANAGER)
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(next.holder().isEmpty() ? null : next.holder())
        .withLeaseTransitions(next.transitions())
        .withLeaseDurationSeconds((int) ElectionMachine.LONGEST_PERMIT.toSeconds())
        .withAcquireTime(acquired)
        .withRenewTime(now)
        .endSpec()
        .build();
  }

  private ObjectSink<Lease> sink(Consumer<Optional<LeaseState>> onLease) {
    return new ObjectSink<>() {
      @Override
      public void put(Lease lease) {
        acquired = lease.getSpec() == null ? null : lease.getSpec().getAcquireTime();
        onLease.accept(Optional.of(state(lease)));
      }

      @Override
      public void remove(ObjectKey key) {
        onLease.accept(Optional.empty());
      }

      @Override
      public void retain(Set<ObjectKey> present) {
        if (present.isEmpty()) {
          onLease.accept(Optional.empty());
        }
      }
    };
  }

  private static LeaseState state(Lease lease) {
    Map<String, String> annotations = lease.getMetadata().getAnnotations();
    var spec = lease.getSpec();
    String holder = spec == null ? null : spec.getHolderIdentity();
    Integer transitions = spec == null ? null : spec.getLeaseTransitions();
    return new LeaseState(
        lease.getMetadata().getResourceVersion(),
        holder == null ? "" : holder,
        annotations.getOrDefault(INCARNATION, ""),
        transitions == null ? 0 : transitions,
        permit(annotations.get(PERMIT)),
        Optional.ofNullable(annotations.get(CHALLENGER)));
  }

  /** A Lease that somebody else wrote says nothing: then the longest is safe. */
  private static Duration permit(@Nullable String millis) {
    if (millis == null || !millis.matches("[0-9]{1,6}")) {
      return ElectionMachine.LONGEST_PERMIT;
    }
    return Duration.ofMillis(Long.parseLong(millis));
  }
}
