package io.regionbridge.api.assembly;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigChange;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigListener;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigWatcher;
import io.regionbridge.api.http.HttpServer;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.manifest.ManifestDirectory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bridge, from start to end. Start: directory, first zone table, DNS, HTTP, and the watcher of
 * the configuration file; it is ready once the directory is complete. End: it says that it is not
 * ready, answers for a while what still comes in, and closes everything in reverse.
 *
 * <p>Each state has one owner. The directory's thread writes what Services there are, the watcher's
 * what is configured; the control loop reads both and publishes zone tables; the event loops answer
 * from those. Everything else only reads.
 *
 * <p>Thread-safe.
 */
public final class Bridge implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Bridge.class);

  private final Clock clock = Clock.systemUTC();
  private final AtomicLong reloadFailures = new AtomicLong();
  private final List<InetSocketAddress> listen;
  private final ManifestDirectory manifests;
  private final ControlLoop control;
  private final DnsBridge dns;
  private final Introspection introspection;
  private final HttpServer http;
  private final @Nullable ConfigWatcher watcher;
  private volatile BridgeConfig config;
  private volatile Directory directory = Directory.EMPTY;
  private volatile List<ConfigProblem> refused = List.of();
  private volatile boolean draining;
  private volatile boolean closed;

  /**
   * Starts a bridge with a configuration that stays as it is.
   *
   * @throws IOException naming what cannot be had, such as an address; nothing is left running then
   */
  public static Bridge start(BridgeConfig config) throws IOException {
    return new Bridge(config, Optional.empty());
  }

  /**
   * Starts a bridge that follows its configuration file.
   *
   * @param config what is in the file now
   * @throws IOException naming what cannot be had, such as an address; nothing is left running then
   */
  public static Bridge start(BridgeConfig config, ConfigFile file) throws IOException {
    return new Bridge(config, Optional.of(file));
  }

  private Bridge(BridgeConfig config, Optional<ConfigFile> file) throws IOException {
    this.config = config;
    if (config.kubernetes().enabled()) {
      log.warn(
          "kubernetes.enabled: this version does not read the API server yet, only directory.files;"
              + " set it to false to say that you know");
    }
    HostAddresses host = HostAddresses.read();
    listen = ListenAddresses.of(config, host);
    control = new ControlLoop(this::config, this::directory, listen, clock);
    // Reads on a thread of its own while the sockets are opened here.
    manifests = ManifestDirectory.start(config.directory().files(), this::take);
    List<AutoCloseable> started = new ArrayList<>(List.of(manifests));
    try {
      dns =
          DnsBridge.start(
              Settings.threads(config.dns(), Runtime.getRuntime().availableProcessors()),
              config.dns().cache().maxEntries(),
              listen,
              Settings.dataPlane(config.dns()),
              control.first());
      started.addFirst(dns);
      introspection = new Introspection(this, clock);
      started.addFirst(introspection);
      control.start(dns::publish);
      started.addFirst(control);
      http = HttpServer.start(Sites.of(config, host, listen, introspection));
      started.addFirst(http);
      watcher = file.map(f -> ConfigWatcher.start(f, config, new Reload())).orElse(null);
    } catch (IOException | RuntimeException e) {
      close(started);
      throw e;
    }
  }

  private void take(Directory next) {
    directory = next;
    control.lookAgain();
  }

  private final class Reload implements ConfigListener {
    @Override
    public void changed(BridgeConfig next, ConfigChange change) {
      refused = List.of();
      config = withoutRestart(next);
      dns.configure(Settings.dataPlane(next.dns()));
      manifests.files(next.directory().files());
      control.lookAgain();
    }

    @Override
    public void refused(List<ConfigProblem> problems) {
      refused = problems;
      reloadFailures.incrementAndGet();
    }

    /** A region keeps its name and domain as long as the process lives. */
    private BridgeConfig withoutRestart(BridgeConfig next) {
      BridgeConfig.Region now = config.region();
      return new BridgeConfig(
          new BridgeConfig.Region(
              now.name(), now.domain(), next.region().podCidrs(), next.region().serviceCidrs()),
          next.dns(),
          config.overlay(),
          config.kubernetes(),
          next.directory(),
          next.regions(),
          config.admin());
    }
  }

  /** What is in force. */
  BridgeConfig config() {
    return config;
  }

  Directory directory() {
    return directory;
  }

  /** What is wrong with the manifests. */
  List<String> directoryProblems() {
    return manifests.problems().stream().map(Objects::toString).toList();
  }

  /** The zones in force, if the control loop made any. */
  Optional<CompiledZones> zones() {
    return Optional.ofNullable(control.zones());
  }

  /** Why the last change of the configuration file was refused; empty if it was not. */
  List<ConfigProblem> refusedConfig() {
    return refused;
  }

  long reloadFailures() {
    return reloadFailures.get();
  }

  /** The data plane. */
  public DnsBridge dns() {
    return dns;
  }

  /** Whether the process does its work, ready or not. */
  boolean alive() {
    return control.alive();
  }

  /** Why queries should not be sent here; empty if they should. */
  public List<String> notReady() {
    List<String> reasons = new ArrayList<>();
    if (draining) {
      reasons.add("the bridge is stopping");
    }
    if (control.loaded().getCount() > 0) {
      reasons.add("the first full list of the local Services is not in");
    }
    return reasons;
  }

  /**
   * Waits until the bridge is ready for the first time.
   *
   * @return false if it is not after this time
   */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    return control.loaded().await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Where DNS is served, as bound. */
  public List<InetSocketAddress> dnsAddresses() {
    return dns.addresses();
  }

  /** Where HTTP is served, as bound; the admin address first. */
  public List<InetSocketAddress> httpAddresses() {
    return http.addresses();
  }

  /**
   * Says that the bridge is not ready any more, and goes on answering for as long as is configured:
   * whoever sends queries here needs that time to notice.
   */
  public void drain() throws InterruptedException {
    draining = true;
    Duration time = config.dns().drain();
    log.info(
        "stopping: not ready any more, queries are answered for another {} ms", time.toMillis());
    TimeUnit.MILLISECONDS.sleep(time.toMillis());
  }

  /** Stops at once. Does nothing the second time. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<AutoCloseable> parts =
        new ArrayList<>(List.of(http, control, introspection, dns, manifests));
    if (watcher != null) {
      parts.addFirst(watcher);
    }
    close(parts);
  }

  private static void close(List<AutoCloseable> parts) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        log.warn("cannot close {}", part.getClass().getSimpleName(), e);
      }
    }
  }
}
