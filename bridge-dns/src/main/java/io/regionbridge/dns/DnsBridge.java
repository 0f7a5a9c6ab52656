package io.regionbridge.dns;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.regionbridge.dns.cache.ResponseCache;
import io.regionbridge.dns.relay.InflightClaims;
import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.QueryPipeline;
import io.regionbridge.dns.relay.QuerySampler;
import io.regionbridge.dns.relay.RecentFailures;
import io.regionbridge.dns.relay.Trace;
import io.regionbridge.dns.server.DnsLoop;
import io.regionbridge.dns.server.Listeners;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.dns.upstream.GatewayRegistry;
import io.regionbridge.dns.upstream.HealthProber;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.zone.View;
import io.regionbridge.dns.zone.ZoneTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * The data plane as a whole: event loops, listening sockets, cache, relay. Whoever runs it
 * publishes {@link ZoneTable}s and reads what was counted; nothing else goes in or out but queries.
 *
 * <p>Thread-safe. Start: loops, then sockets; it answers from the table it was given. Stop:
 * sockets, then loops.
 */
public final class DnsBridge implements AutoCloseable {
  private static final long QUIET_MILLIS = 0;
  private static final long STOP_MILLIS = 2000;

  /** While answers are awaited at the end. */
  private static final long LOOK_AGAIN_NANOS = 5_000_000;

  private final MultiThreadIoEventLoopGroup group;
  private final List<DnsLoop> loops;
  private final ResponseCache cache;
  private final GatewayRegistry gateways;
  private final HealthProber prober;
  private final Listeners listeners;
  private volatile ZoneTable table;
  private volatile DnsSettings settings;
  private volatile @Nullable QuerySampler tap;

  private DnsBridge(
      int threads,
      int maxEntries,
      DnsSettings settings,
      ZoneTable table,
      boolean epoll,
      LongSupplier clock) {
    this.settings = settings;
    this.table = table;
    cache = new ResponseCache(maxEntries);
    gateways = new GatewayRegistry(settings.relay(), clock);
    // Without epoll there is no sharing of a port between loops, so one loop serves all.
    int count = epoll ? threads : 1;
    group =
        new MultiThreadIoEventLoopGroup(
            count, new DefaultThreadFactory("dns", true), LoopSockets.ioHandlers(epoll));
    List<QueryPipeline> pipelines = new ArrayList<>();
    QueryPipeline.Shared shared =
        new QueryPipeline.Shared(
            this::table,
            () -> this.settings.pipeline(),
            cache,
            new RecentFailures(),
            gateways,
            new InflightClaims(count),
            clock,
            () -> this.tap,
            pipelines);
    List<DnsLoop> made = new ArrayList<>();
    int index = 0;
    for (EventExecutor executor : group) {
      DnsLoop loop = new DnsLoop(index++, shared, LoopSockets.on((EventLoop) executor, epoll));
      made.add(loop);
      pipelines.add(loop.pipeline());
    }
    loops = List.copyOf(made);
    listeners = new Listeners(loops, () -> this.settings.tcp());
    prober = new HealthProber(gateways, loops.getFirst().sockets(), clock);
  }

  /**
   * Starts to serve.
   *
   * @param threads number of event loops
   * @param maxEntries of the cache
   * @param listen numeric addresses for UDP and TCP; port 0 lets the kernel choose
   * @throws IOException naming the address that cannot be bound; nothing is left running then
   */
  public static DnsBridge start(
      int threads,
      int maxEntries,
      List<InetSocketAddress> listen,
      DnsSettings settings,
      ZoneTable table)
      throws IOException {
    return start(threads, maxEntries, listen, settings, table, Map.of());
  }

  /**
   * Starts to serve, with regions that are only asked over TLS.
   *
   * @param secured see {@link #secure}
   */
  public static DnsBridge start(
      int threads,
      int maxEntries,
      List<InetSocketAddress> listen,
      DnsSettings settings,
      ZoneTable table,
      Map<String, ClientTls> secured)
      throws IOException {
    boolean epoll = LoopSockets.nativeAvailable();
    return start(threads, maxEntries, listen, settings, table, secured, epoll, System::nanoTime);
  }

  /**
   * The same with a transport and a clock of the caller's choice.
   *
   * @param epoll whether loops run on epoll, which must be available
   * @param clock nanoseconds that never go back
   */
  static DnsBridge start(
      int threads,
      int maxEntries,
      List<InetSocketAddress> listen,
      DnsSettings settings,
      ZoneTable table,
      boolean epoll,
      LongSupplier clock)
      throws IOException {
    return start(threads, maxEntries, listen, settings, table, Map.of(), epoll, clock);
  }

  private static DnsBridge start(
      int threads,
      int maxEntries,
      List<InetSocketAddress> listen,
      DnsSettings settings,
      ZoneTable table,
      Map<String, ClientTls> secured,
      boolean epoll,
      LongSupplier clock)
      throws IOException {
    DnsBridge bridge = new DnsBridge(threads, maxEntries, settings, table, epoll, clock);
    try {
      bridge.gateways.secure(secured);
      bridge.gateways.follow(table);
      for (InetSocketAddress address : listen) {
        bridge.listeners.bind(address);
      }
      bridge.loops.forEach(DnsLoop::beat);
      bridge.loops.getFirst().sockets().loop().execute(bridge.prober::start);
      return bridge;
    } catch (IOException | RuntimeException e) {
      bridge.close();
      throw e;
    }
  }

  /**
   * Sets the callback for changes of a gateway's state, and for when replies stop or come back. It
   * must return soon and is called on any thread.
   */
  public void onGatewayChange(Runnable changed) {
    gateways.onChange(changed);
  }

  /** Makes a table the current one, in one step for each loop. */
  public void publish(ZoneTable next) {
    if (!next.leadsWhere(table)) {
      gateways.follow(next);
    }
    table = next;
  }

  /**
   * Serves one more address.
   *
   * @throws IOException naming the address that cannot be bound
   */
  public void listen(InetSocketAddress address) throws IOException {
    listeners.bind(address);
  }

  /** Stops serving a bound address, if it is served. */
  public void stopListening(InetSocketAddress address) throws IOException {
    listeners.unbind(address);
  }

  /**
   * Serves DNS over TLS (RFC 7858) on one more address, and returns the bound address.
   *
   * @param tls asked for each new client, so that a certificate can be renewed; null turns the
   *     client away
   * @throws IOException naming the address that cannot be bound
   */
  public InetSocketAddress listenTls(InetSocketAddress address, Supplier<@Nullable SslContext> tls)
      throws IOException {
    return listeners.bindTls(address, tls);
  }

  /** Regions whose gateways are asked over TLS from now on, by name; all others in the clear. */
  public void secure(Map<String, ClientTls> regions) {
    gateways.secure(regions);
  }

  /** The current table. */
  public ZoneTable table() {
    return table;
  }

  /** Changes limits and policies from now on. */
  public void configure(DnsSettings next) {
    settings = next;
    gateways.settings(next.relay());
  }

  /** Sets the sampler of replies; null: none. */
  public void tap(@Nullable QuerySampler next) {
    tap = next;
  }

  /** Where it listens, as bound. */
  public List<InetSocketAddress> addresses() {
    return listeners.addresses();
  }

  /** The gateways of the current table with their health. */
  public List<GatewayHealth> gateways() {
    return gateways.all();
  }

  /** How long ago each event loop ran the task that it is given once a second. */
  public List<Duration> loopSilences() {
    return loops.stream().map(DnsLoop::silence).toList();
  }

  /** The counters of each loop. */
  public List<LoopCounters> counters() {
    return loops.stream().map(l -> l.pipeline().counters()).toList();
  }

  /**
   * Answers a question as a client would be answered, and returns each step.
   *
   * @param name absolute
   * @param type a number of {@link org.xbill.DNS.Type}
   */
  public CompletableFuture<Trace> trace(Name name, int type, View view) {
    CompletableFuture<Trace> result = new CompletableFuture<>();
    Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
    query.addRecord(new OPTRecord(Query.MAX_UDP, 0, 0), Section.ADDITIONAL); // for explanations
    byte[] packet = query.toWire(Query.MAX_UDP);
    DnsLoop loop = loops.getFirst();
    loop.sockets().loop().execute(() -> loop.pipeline().trace(packet, view, result));
    return result;
  }

  /** Entries in the cache. */
  public int cacheEntries() {
    return cache.size();
  }

  /** Memory that the cache takes, in octets. */
  public long cacheOctets() {
    return cache.octets();
  }

  /** Bounds the memory of the cache, in octets, from now on: see {@link ResponseCache#limit}. */
  public void limitCache(long octets) {
    cache.limit(octets);
  }

  /** Queries that wait for gateways now. */
  public int waiting() {
    return loops.stream().mapToInt(l -> l.pipeline().waiting()).sum();
  }

  /** Questions that are out with gateways now, however many clients wait for each. */
  public int exchanges() {
    return loops.stream().mapToInt(l -> l.pipeline().exchanges()).sum();
  }

  /** TCP connections of clients that are open now. */
  public int connections() {
    return listeners.connections();
  }

  /** TCP connections that were turned away since all places were taken by busy ones. */
  public long connectionsRefused() {
    return listeners.connectionsRefused();
  }

  /**
   * Takes no more queries, waits a little for answers to those that were taken, and ends. Whoever
   * asks meanwhile hears that nobody listens, and may turn to the next bridge at once.
   */
  @Override
  public void close() {
    if (group.isShuttingDown()) {
      return;
    }
    loops.forEach(loop -> onLoop(loop, loop::stopListening));
    awaitAnswers();
    for (DnsLoop loop : loops) {
      onLoop(
          loop,
          () -> {
            if (loop == loops.getFirst()) {
              prober.close();
            }
            loop.close();
          });
    }
    group
        .shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_MILLIS);
  }

  private void awaitAnswers() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
    AtomicInteger left = new AtomicInteger();
    do {
      left.set(0);
      loops.forEach(loop -> onLoop(loop, () -> left.addAndGet(loop.pipeline().waiting())));
      if (left.get() > 0) {
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    } while (left.get() > 0 && System.nanoTime() < end && !Thread.currentThread().isInterrupted());
  }

  private static void onLoop(DnsLoop loop, Runnable task) {
    loop.sockets().loop().submit(task).awaitUninterruptibly(STOP_MILLIS);
  }
}
