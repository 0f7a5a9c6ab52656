package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.reports.BridgeState;
import io.regionbridge.dns.DnsBridge;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bridge, from start to end. Start, part after part: the control plane as far as it needs no
 * data plane, first zone table, DNS, HTTP, the rest of the control plane, zone tables and the
 * watcher of the configuration file; it is ready once the directory is complete. End: it says that
 * it is not ready, gives its role away, answers for a while what still comes in, and closes its
 * parts in reverse.
 *
 * <p>Each state has one owner. The control plane writes what regions and Services there are, the
 * watcher what is configured; the publisher reads all of it and publishes zone tables; the event
 * loops answer from those. Everything else only reads, by {@link BridgeState}.
 *
 * <p>Thread-safe.
 */
public final class Bridge implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Bridge.class);

  private final Parts parts;
  private final BridgeStart.Started started;

  private Bridge(Parts parts, BridgeStart.Started started) {
    this.parts = parts;
    this.started = started;
  }

  /**
   * Starts a bridge with a fixed configuration.
   *
   * @throws IOException naming what cannot be had, such as an address; nothing is left running then
   */
  public static Bridge start(BridgeConfig config) throws IOException {
    return start(config, Optional.empty(), System.getenv());
  }

  /**
   * Starts a bridge that follows its configuration file.
   *
   * @param config the file's present content
   * @throws IOException naming what cannot be had, such as an address; nothing is left running then
   */
  public static Bridge start(BridgeConfig config, ConfigFile file, Map<String, String> environment)
      throws IOException {
    return start(config, Optional.of(file), environment);
  }

  /**
   * One in an environment other than the process's own.
   *
   * @throws IOException naming what cannot be had, such as an address; nothing is left running then
   */
  static Bridge start(BridgeConfig config, Map<String, String> environment) throws IOException {
    return start(config, Optional.empty(), environment);
  }

  private static Bridge start(
      BridgeConfig config, Optional<ConfigFile> file, Map<String, String> environment)
      throws IOException {
    Parts parts = new Parts();
    try {
      return new Bridge(parts, new BridgeStart(config, environment, parts).run(file));
    } catch (IOException | RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  /** The state of the bridge, for reports. */
  public BridgeState state() {
    return started.state();
  }

  /** The data plane. */
  public DnsBridge dns() {
    return started.state().dns();
  }

  /** Why queries should not be sent here; empty if they should. */
  public List<String> notReady() {
    return started.state().notReady();
  }

  /** Waits until the bridge is ready for the first time, and returns whether it is. */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    return started.tables().loaded().await(atMost.toNanos(), TimeUnit.NANOSECONDS)
        && started.gate().await(end - System.nanoTime());
  }

  /** Where DNS is served, as bound. */
  public List<InetSocketAddress> dnsAddresses() {
    return started.state().dnsAddresses();
  }

  /** Where DNS over TLS is served, as bound. */
  public List<InetSocketAddress> tlsAddresses() {
    return started.tlsListen();
  }

  /** Where HTTP is served, as bound; the admin address first. */
  public List<InetSocketAddress> httpAddresses() {
    return started.http().addresses();
  }

  /**
   * Says that the bridge is not ready any more, gives the role of the active gateway away at once,
   * and goes on answering for as long as is configured: whoever sends queries here needs that time
   * to notice.
   */
  public void drain() throws InterruptedException {
    started.state().drain();
    Duration time = started.state().config().get(ConfigKeys.DNS_DRAIN);
    long end = System.nanoTime() + time.toNanos();
    log.info("stopping: not ready any more, queries are answered for {} ms", time.toMillis());
    started.state().resign();
    TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
  }

  /** Stops at once. A second call has no effect. */
  @Override
  public void close() {
    parts.close();
  }
}
