package io.regionbridge.router.tunnel;

import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.netlink.RouteMonitor;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps looking at the overlay's interface: at once when the kernel reports a change of links,
 * addresses or routes, and otherwise every {@code refresh}, since nothing reports handshakes and
 * traffic. The interface may come and go. One thread owns the state; {@link #view} and {@link
 * #health} may be called from any.
 */
public final class TunnelObserver implements AutoCloseable {
  /** How often handshakes and traffic are read unless said otherwise. */
  public static final Duration REFRESH = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(TunnelObserver.class);

  /** Changes that come together, such as an agent that installs its routes, make one look. */
  private static final Duration BURST = Duration.ofMillis(20);

  private final TunnelReader reader;
  private final Clock clock;
  private final Consumer<TunnelView> changed;
  private final Loop loop;
  private volatile TunnelView view;
  private volatile TunnelHealth health;
  private @Nullable RouteMonitor monitor;

  TunnelObserver(
      String interfaceName,
      TunnelReader reader,
      Clock clock,
      Duration refresh,
      Consumer<TunnelView> changed,
      Loops loops) {
    this.reader = reader;
    this.clock = clock;
    this.changed = changed;
    view = reader.look(clock.instant());
    health = TunnelHealth.NONE.after(view);
    loop = loops.loop("tunnel-observer", Timing.onCall(BURST, refresh), this::look);
    report(null, view);
  }

  /**
   * Starts to look at an interface, which need not exist yet. The first view is there on return.
   *
   * @param refresh how often to read handshakes and traffic, usually {@link #REFRESH}
   * @param changed called on the observer's thread with each view that differs; should return soon
   * @throws IOException if this system has no netlink
   */
  public static TunnelObserver start(
      String interfaceName, Duration refresh, Consumer<TunnelView> changed, Loops loops)
      throws IOException {
    return start(interfaceName, TunnelDrivers.SYSTEM, refresh, changed, loops);
  }

  /** As above, with sockets in other places. */
  public static TunnelObserver start(
      String interfaceName,
      TunnelDrivers drivers,
      Duration refresh,
      Consumer<TunnelView> changed,
      Loops loops)
      throws IOException {
    TunnelObserver observer =
        new TunnelObserver(
            interfaceName,
            new InterfaceReader(interfaceName, drivers),
            Clock.systemUTC(),
            refresh,
            changed,
            loops);
    observer.monitor = RouteMonitor.start("tunnel-monitor", observer::lookAgain, loops);
    observer.loop.start(); // for what changed between the first look and the monitor's start
    return observer;
  }

  /** What was seen last. */
  public TunnelView view() {
    return view;
  }

  /** How the peers are, as of {@link #view}. */
  public TunnelHealth health() {
    return health;
  }

  /** Has the observer look soon, on its own thread. */
  public void lookAgain() {
    loop.lookAgain();
  }

  /** Stops looking. {@link #view} stays as it was. */
  @Override
  public void close() {
    if (monitor != null) {
      monitor.close();
    }
    loop.close();
    reader.close();
  }

  /** Looks once; on the observer's thread. */
  void look() {
    TunnelView before = view;
    TunnelView now = reader.look(clock.instant());
    health = health.after(now);
    view = now;
    report(before, now);
    if (!now.sameAs(before)) {
      changed.accept(now);
    }
  }

  private static void report(@Nullable TunnelView before, TunnelView now) {
    if (before == null || !before.problems().equals(now.problems())) {
      String problems =
          now.problems().stream().map(TunnelProblem::message).collect(Collectors.joining("; "));
      if (!problems.isEmpty()) {
        log.warn("tunnel {}: {}", now.interfaceName(), problems);
      } else {
        log.info(
            "tunnel {}: {} device, {} peers, addresses {}",
            now.interfaceName(),
            now.driver().map(Enum::name).orElse("no"),
            now.device().map(d -> d.peers().size()).orElse(0),
            now.addresses());
      }
    } else if (!addresses(before).equals(addresses(now))) {
      log.info("tunnel {}: addresses are now {}", now.interfaceName(), now.addresses());
    }
  }

  private static Optional<List<String>> addresses(TunnelView view) {
    return view.link().map(_ -> view.addresses().stream().map(Object::toString).toList());
  }
}
