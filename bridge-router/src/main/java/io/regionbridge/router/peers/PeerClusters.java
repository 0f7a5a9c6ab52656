package io.regionbridge.router.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ObjectKey;
import io.regionbridge.router.discovery.ObjectSink;
import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.discovery.ResourceWatch;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.RegionSpec.SecretRef;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.Refusal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the API servers of the peers whose Region objects name a Secret with a kubeconfig. The
 * Secret is watched too: new credentials mean a new client, and until that one knows more, what the
 * old one knew stays in force; so it does when the credentials are refused.
 *
 * <p>Owned by one thread; what it starts calls back on others.
 */
public final class PeerClusters implements AutoCloseable {
  /** The condition of a Region that says how its API server fares. */
  public static final String CONDITION = "PeerAPIServerReachable";

  private static final Logger log = LoggerFactory.getLogger(PeerClusters.class);
  private static final String DEFAULT_KEY = "kubeconfig";

  private final KubernetesClient client;
  private final String namespace;
  private final Runnable onChange;
  private final Clock clock;
  private final Loops loops;
  private final Map<String, Peer> peers = new TreeMap<>();

  /**
   * Watches nothing yet.
   *
   * @param client for the local API server, which has the Secrets
   * @param namespace where the Secrets are
   * @param onChange worth another {@link #look}
   */
  public PeerClusters(
      KubernetesClient client, String namespace, Runnable onChange, Clock clock, Loops loops) {
    this.client = client;
    this.namespace = namespace;
    this.onChange = onChange;
    this.clock = clock;
    this.loops = loops;
  }

  /**
   * Follows the Region objects as they are now.
   *
   * @return what the peers' API servers claim
   */
  public RegionClaims.PeerReading look(List<RegionFacts> regions) {
    Map<String, SecretRef> wanted = new HashMap<>();
    for (RegionFacts region : regions) {
      SecretRef secret = region.spec().kubeconfigSecretRef();
      if (secret != null) {
        wanted.put(region.name(), secret);
      }
    }
    peers
        .entrySet()
        .removeIf(peer -> {
          boolean over = !peer.getValue().secret.equals(wanted.get(peer.getKey()));
          if (over) {
            peer.getValue().close();
          }
          return over;
        });
    wanted.forEach((name, secret) -> peers.computeIfAbsent(name, n -> new Peer(n, secret)));
    List<PeerClaim> claims = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    for (Peer peer : peers.values()) {
      RegionClaims.PeerReading reading = peer.reading();
      claims.addAll(reading.claims());
      refusals.addAll(reading.refusals());
    }
    return new RegionClaims.PeerReading(claims, refusals);
  }

  /** How the API server of a peer fares; empty if there is none to be asked. */
  public Optional<Finding> finding(String region) {
    return Optional.ofNullable(peers.get(region)).map(Peer::finding);
  }

  @Override
  public void close() {
    peers.values().forEach(Peer::close);
    peers.clear();
  }

  /** One peer: its Secret, and a watcher of its API server once there is a kubeconfig. */
  private final class Peer implements AutoCloseable {
    private final String name;
    private final SecretRef secret;
    private final ResourceWatch<Secret> watch;
    private volatile Optional<String> kubeconfig = Optional.empty();
    private Optional<String> inUse = Optional.empty();
    private @Nullable KubernetesClient peerClient;
    private @Nullable ClusterWatcher watcher;
    private Optional<String> problem = Optional.empty();
    private RegionClaims.PeerReading last = RegionClaims.PeerReading.NONE;

    Peer(String name, SecretRef secret) {
      this.name = name;
      this.secret = secret;
      this.watch =
          new ResourceWatch<>(
              "secrets/" + secret.name(),
              1,
              client.secrets().inNamespace(namespace).withField("metadata.name", secret.name()),
              sink(),
              onChange,
              clock,
              loops);
      watch.start();
    }

    private RegionClaims.PeerReading reading() {
      Optional<String> now = kubeconfig;
      if (now.isPresent() && !now.equals(inUse)) {
        connect(now.get());
        inUse = now;
      }
      if (watcher != null
          && watcher.view().statuses().values().stream()
              .allMatch(WatchStatus.Current.class::isInstance)) {
        last = RegionClaims.of(name, watcher.view().routerNodes());
      }
      return last;
    }

    private void connect(String text) {
      disconnect();
      try {
        KubernetesClient connected = ClusterClient.of(text);
        peerClient = connected;
        watcher = ClusterWatcher.peer(connected, onChange, clock, loops);
        problem = Optional.empty();
      } catch (IllegalArgumentException e) {
        problem = Optional.of("Secret " + secret.name() + ": " + e.getMessage());
        log.warn("region {}: {}", name, problem.get());
      }
    }

    private Finding finding() {
      if (problem.isPresent()) {
        return new Finding(CONDITION, State.FALSE, "BadKubeconfig", problem.get());
      }
      if (watcher == null) {
        return new Finding(
            CONDITION,
            State.FALSE,
            "SecretMissing",
            "no key %s in Secret %s/%s".formatted(key(), namespace, secret.name()));
      }
      List<WatchStatus.Failing> failures = watcher.view().failures();
      if (!failures.isEmpty()) {
        WatchStatus.Failing first = failures.getFirst();
        return new Finding(
            CONDITION,
            State.FALSE,
            switch (first.failure().reason()) {
              case UNAUTHORIZED -> "CredentialsRefused";
              case FORBIDDEN -> "Forbidden";
              case NOT_INSTALLED -> "NotInstalled";
              case THROTTLED, SERVER_ERROR, UNREACHABLE -> "Unreachable";
            },
            first.failure() + "; what was last known stays in force");
      }
      return watcher.view().settled()
          ? new Finding(CONDITION, State.TRUE, "Watching", "its router nodes are watched")
          : new Finding(CONDITION, State.UNKNOWN, "Connecting", "not yet answered");
    }

    private ObjectSink<Secret> sink() {
      return new ObjectSink<>() {
        @Override
        public void put(Secret object) {
          Map<String, String> data = object.getData();
          String encoded = data == null ? null : data.get(key());
          Optional<String> before = kubeconfig;
          kubeconfig = decoded(encoded);
          if (!kubeconfig.equals(before)) {
            onChange.run();
          }
        }

        @Override
        public void remove(ObjectKey key) {
          log.warn("region {}: Secret {} is gone; its last content stays in use", name, key);
        }

        @Override
        public void retain(Set<ObjectKey> present) {
          onChange.run();
        }
      };
    }

    private String key() {
      String key = secret.key();
      return key == null ? DEFAULT_KEY : key;
    }

    private static Optional<String> decoded(@Nullable String base64) {
      try {
        return base64 == null
            ? Optional.empty()
            : Optional.of(new String(Base64.getDecoder().decode(base64), UTF_8));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    private void disconnect() {
      if (watcher != null) {
        watcher.close();
        watcher = null;
      }
      if (peerClient != null) {
        peerClient.close();
        peerClient = null;
      }
    }

    @Override
    public void close() {
      watch.close();
      disconnect();
    }
  }
}
