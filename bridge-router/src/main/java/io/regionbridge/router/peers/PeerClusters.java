package io.regionbridge.router.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.discovery.ObjectKey;
import io.regionbridge.router.discovery.ObjectSink;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.discovery.ResourceWatch;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.RegionSpec.SecretRef;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Refusal;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
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
 * Reads the API servers of the peers whose Region objects name a Secret with a kubeconfig, every
 * few seconds. The Secret is watched: new credentials mean a new client, and until that one knows
 * more, what the old one knew stays in force; so it does when the credentials are refused.
 *
 * <p>Owned by one thread; what it starts calls back on others.
 */
public final class PeerClusters implements AutoCloseable {
  /** The condition of a Region for its API server. */
  public static final String CONDITION = "PeerAPIServerReachable";

  private static final Logger log = LoggerFactory.getLogger(PeerClusters.class);
  private static final String DEFAULT_KEY = "kubeconfig";

  /** A peer's router nodes change rarely, and its gateways are probed more often. */
  private static final Duration PERIOD = Duration.ofSeconds(3);

  private static final Finding READ =
      new Finding(CONDITION, Conditions.State.TRUE, "Watching", "its router nodes are read");

  /** The state of a peer's API server, and its last reading. */
  private record State(RegionClaims.PeerReading reading, Finding finding) {
    static final State NOTHING =
        new State(
            RegionClaims.PeerReading.NONE,
            new Finding(CONDITION, Conditions.State.UNKNOWN, "Connecting", "not yet answered"));

    /** The same as before in all that was said. */
    State failing(String reason, String message) {
      String kept = reading.claims().isEmpty() ? "" : "; what was last known stays in force";
      return new State(
          reading, new Finding(CONDITION, Conditions.State.FALSE, reason, message + kept));
    }
  }

  private static String reason(ReadFailure failure) {
    return switch (failure.reason()) {
      case UNAUTHORIZED -> "CredentialsRefused";
      case FORBIDDEN -> "Forbidden";
      case NOT_INSTALLED -> "NotInstalled";
      case THROTTLED, SERVER_ERROR, UNREACHABLE -> "Unreachable";
    };
  }

  private final KubernetesClient client;
  private final String namespace;
  private final Runnable onChange;
  private final Clock clock;
  private final Loops loops;
  private final Map<String, Peer> peers = new TreeMap<>();

  /**
   * Watches nothing yet.
   *
   * @param client for the local API server
   * @param namespace of the Secrets
   * @param onChange called when another {@link #look} is due
   */
  public PeerClusters(
      KubernetesClient client, String namespace, Runnable onChange, Clock clock, Loops loops) {
    this.client = client;
    this.namespace = namespace;
    this.onChange = onChange;
    this.clock = clock;
    this.loops = loops;
  }

  /** Follows the Region objects, and returns what the peers' API servers claim. */
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
      RegionClaims.PeerReading reading = peer.state.reading();
      claims.addAll(reading.claims());
      refusals.addAll(reading.refusals());
    }
    return new RegionClaims.PeerReading(claims, refusals);
  }

  /** The state of a peer's API server, if there is one to ask. */
  public Optional<Finding> finding(String region) {
    return Optional.ofNullable(peers.get(region)).map(Peer::finding);
  }

  @Override
  public void close() {
    peers.values().forEach(Peer::close);
    peers.clear();
  }

  /** One peer: its Secret, and a reader of its API server once there is a kubeconfig. */
  private final class Peer implements AutoCloseable {
    private final String name;
    private final SecretRef secret;
    private final ResourceWatch<Secret> watch;
    private final Loop loop;
    private volatile Optional<String> kubeconfig = Optional.empty();
    private volatile State state = State.NOTHING;

    /** Of the loop: what the client was made of. */
    private Optional<String> inUse = Optional.empty();

    private @Nullable PeerApi api;

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
      this.loop =
          loops.loop(
              "peer-api-" + name,
              Timing.onCall(Duration.ZERO, PERIOD).onVirtualThread(),
              this::look);
      watch.start();
      loop.start();
    }

    /** Never throws: a peer that fails is no fault of this process. */
    private void look() throws InterruptedException {
      Optional<String> now = kubeconfig;
      if (now.isPresent() && !now.equals(inUse)) {
        connect(now.get());
        inUse = now;
      }
      PeerApi connected = api;
      if (connected == null) {
        return;
      }
      try {
        PeerApi.Answer answer = connected.read();
        RegionClaims.PeerReading read = RegionClaims.of(name, answer.nodes());
        List<Refusal> refusals = new ArrayList<>(read.refusals());
        answer
            .problems()
            .forEach(problem ->
                refusals.add(
                    new Refusal(name, PeerSource.PEER_API_SERVER, Refusal.Field.ALL, problem)));
        become(new State(new RegionClaims.PeerReading(read.claims(), refusals), READ));
      } catch (PeerApi.FailedException e) {
        become(state.failing(reason(e.failure()), e.failure().toString()));
      } catch (RuntimeException e) {
        log.error("region {}: reading its API server", name, e);
        become(state.failing("Unreadable", "its answer cannot be read"));
      }
    }

    private void connect(String text) {
      disconnect();
      String where = "Secret " + secret.name() + ": ";
      switch (PeerKubeconfig.parse(text)) {
        case PeerKubeconfig.Parsed.Refused(String problem) -> {
          log.atWarn()
              .addKeyValue("region", name)
              .addKeyValue("reason", problem)
              .log("region {}: {}{}", name, where, problem);
          become(state.failing("BadKubeconfig", where + problem));
        }
        case PeerKubeconfig.Parsed.Valid(PeerKubeconfig valid) -> {
          try {
            api = new PeerApi(valid);
          } catch (GeneralSecurityException e) {
            become(state.failing("BadKubeconfig", where + "its certificates cannot be used"));
          }
        }
      }
    }

    private void become(State next) {
      State before = state;
      state = next;
      if (!next.equals(before)) {
        onChange.run();
      }
    }

    private Finding finding() {
      return kubeconfig.isEmpty()
          ? new Finding(
              CONDITION,
              Conditions.State.FALSE,
              "SecretMissing",
              "no key %s in Secret %s/%s".formatted(key(), namespace, secret.name()))
          : state.finding();
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
            loop.lookAgain();
            onChange.run();
          }
        }

        @Override
        public void remove(ObjectKey key) {
          log.atWarn()
              .addKeyValue("region", name)
              .log("region {}: Secret {} is gone; its last content stays in use", name, key);
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
      PeerApi connected = api;
      if (connected != null) {
        connected.close();
        api = null;
      }
    }

    @Override
    public void close() {
      watch.close();
      loop.close();
      disconnect();
    }
  }
}
