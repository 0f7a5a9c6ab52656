package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Watchable;
import io.regionbridge.router.loop.Backoff;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a sink up to date with one resource: lists it page by page, then watches from there; lists
 * again only when the API server no longer knows where the watch was (410 Gone). Of an object
 * nothing is kept once the sink has seen it, so that memory is bounded by what the sink keeps plus
 * what the {@link ObjectLister} holds.
 *
 * <p>An informer of fabric8 7.8 keeps as little, with an item store of its own and a limit. It
 * waits without bound for a watch that is silent, never counts as started where only {@code watch}
 * is forbidden, and says neither which verb fails nor since when. Conditions say all of that; hence
 * this class.
 *
 * <p>Tries for ever, each time later than before up to {@link #SLOWEST}. A watch that is silent for
 * longer than the API server's bookmarks allow is taken for dead.
 */
public final class ResourceWatch<T extends HasMetadata> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ResourceWatch.class);

  private static final Duration FASTEST = Duration.ofMillis(100);
  private static final Duration SLOWEST = Duration.ofSeconds(5);

  /** For what only a person can mend: a missing permission or resource. */
  private static final Duration UNTIL_MENDED = Duration.ofSeconds(15);

  /** The server closes a watch after 290 s, which is no error; bookmarks come once a minute. */
  private static final WatchTimes NORMAL =
      new WatchTimes(Duration.ofSeconds(290), Duration.ofSeconds(150));

  /**
   * For the first watch after one that failed. The client may lose that one, too, without a word:
   * so the server is asked to end it soon, and if it neither ends nor brings anything, nobody is
   * there.
   */
  private static final WatchTimes AFTER_FAILURE =
      new WatchTimes(Duration.ofSeconds(10), Duration.ofSeconds(25));

  /** What the server's clock and this one may differ by over a watch. */
  private static final Duration EARLY = Duration.ofSeconds(1);

  private static final int GONE = 410;

  /** Invalid objects that are remembered by name. */
  private static final int MOST_IGNORED = 100;

  /**
   * Watches that fail in a row without a single event: then it is listed anew. Where the WebSocket
   * is refused the client tries plain HTTP, and does not say that the answer to that was 410.
   */
  private static final int MOST_FRUITLESS = 2;

  private final String resource;
  private final ObjectLister<T> lister;
  private final Watchable<T> operation;
  private final ObjectSink<T> sink;
  private final Runnable onStatus;
  private final Clock clock;
  private final WatchTimes normal;
  private final WatchTimes afterFailure;
  private final Backoff backoff =
      new Backoff(FASTEST, SLOWEST, () -> ThreadLocalRandom.current().nextDouble());
  private final ReentrantLock sinkLock = new ReentrantLock();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Loop loop;
  private final AtomicReference<WatchStatus> status;

  /** Guarded by the sink's lock. */
  private final Map<ObjectKey, String> ignored = new HashMap<>();

  private boolean known;

  /** The version to watch from; empty: a list comes first. */
  private Optional<String> version = Optional.empty();

  private int fruitless;
  private boolean suspect;
  private @Nullable ReadFailure reported;

  /**
   * @param resource as RBAC names it, for messages
   * @param pageSize objects per page of a list
   * @param onStatus called after each change of {@link #status}
   */
  public ResourceWatch(
      String resource,
      long pageSize,
      FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation,
      ObjectSink<T> sink,
      Runnable onStatus,
      Clock clock,
      Loops loops) {
    this(
        resource,
        ObjectLister.of(operation, pageSize),
        operation,
        sink,
        onStatus,
        clock,
        loops,
        NORMAL,
        AFTER_FAILURE);
  }

  /**
   * @param resource as RBAC names it, for messages
   * @param onStatus called after each change of {@link #status}
   */
  ResourceWatch(
      String resource,
      ObjectLister<T> lister,
      Watchable<T> operation,
      ObjectSink<T> sink,
      Runnable onStatus,
      Clock clock,
      Loops loops) {
    this(resource, lister, operation, sink, onStatus, clock, loops, NORMAL, AFTER_FAILURE);
  }

  ResourceWatch(
      String resource,
      ObjectLister<T> lister,
      Watchable<T> operation,
      ObjectSink<T> sink,
      Runnable onStatus,
      Clock clock,
      Loops loops,
      WatchTimes normal,
      WatchTimes afterFailure) {
    this.normal = normal;
    this.afterFailure = afterFailure;
    this.resource = resource;
    this.lister = lister;
    this.operation = operation;
    this.sink = sink;
    this.onStatus = onStatus;
    this.clock = clock;
    this.status = new AtomicReference<>(new WatchStatus.Starting());
    this.loop = loops.loop("watch-" + resource, Timing.waiting().onVirtualThread(), this::runRound);
  }

  /** Starts to watch. Must be called once. */
  public void start() {
    loop.start();
  }

  /** As RBAC names it. */
  public String resource() {
    return resource;
  }

  /** Any thread. */
  public WatchStatus status() {
    return status.get();
  }

  /** Stops. Nothing reaches the sink after this returns. */
  @Override
  public void close() {
    closed.complete(null);
    loop.close();
    sinkLock.lock();
    try {
      log.trace("{} is no longer watched", resource); // the holder of the lock was the last one
    } finally {
      sinkLock.unlock();
    }
  }

  /** One list where one is needed, and one watch. */
  private void runRound() {
    if (!sink.tookAll()) {
      version = Optional.empty();
    }
    String verb = version.isEmpty() ? "list" : "watch";
    try {
      if (version.isEmpty()) {
        version = Optional.of(list());
      }
      verb = "watch";
      version = watch(version.get());
    } catch (KubernetesClientException e) {
      if (!closed.isDone()) {
        failed(verb, e);
      }
    } catch (RuntimeException e) {
      version = Optional.empty();
      throw e;
    }
  }

  private void failed(String verb, KubernetesClientException e) {
    suspect = true;
    if (e.getCode() == GONE) { // also when a page of a list came too late
      version = Optional.empty();
      pause(backoff.next());
      return;
    }
    ReadFailure failure = ReadFailure.of(verb, resource, e);
    failed(failure);
    if (failure.reason() == ReadFailure.Reason.FORBIDDEN || fruitless >= MOST_FRUITLESS) {
      version = Optional.empty(); // without watch, lists are all that is left
      fruitless = 0;
    }
    pause(waitAfter(failure));
  }

  private Duration waitAfter(ReadFailure failure) {
    Duration next = backoff.next();
    return switch (failure.reason()) {
      case FORBIDDEN, NOT_INSTALLED -> known ? UNTIL_MENDED.dividedBy(3) : UNTIL_MENDED;
      case THROTTLED -> next.plusSeconds(1);
      case UNAUTHORIZED, SERVER_ERROR, UNREACHABLE -> next;
    };
  }

  /** Lists everything, and returns the version of the list. */
  private String list() {
    Set<ObjectKey> present = new HashSet<>();
    String version =
        lister.list(object -> {
          present.add(ObjectKey.of(object));
          put(object);
        });
    sinkLock.lock();
    try {
      if (!closed.isDone()) {
        sink.retain(present);
        ignored.keySet().retainAll(present);
        recordIgnored();
      }
    } finally {
      sinkLock.unlock();
    }
    known = true;
    return version;
  }

  /**
   * Watches until the watch ends. Returns the version to continue from, or empty if a new list is
   * needed.
   */
  private Optional<String> watch(String from) {
    long began = System.nanoTime();
    WatchTimes times = suspect ? afterFailure : normal;
    ListOptions options =
        new ListOptionsBuilder()
            .withResourceVersion(from)
            .withAllowWatchBookmarks(true)
            .withTimeoutSeconds(times.length().toSeconds())
            .build();
    Session session = new Session(from, times);
    Watch watch = operation.watch(options, session);
    session.restartClock();
    try {
      recordCurrent();
      fruitless++; // until an event comes, or it ends well
      if (!session.awaitEnd()) {
        log.info("the watch of {} is silent, listing it again", resource);
        suspect = true;
        return Optional.empty();
      }
      fruitless = 0;
      suspect = session.gone; // the client says so, too, of one that ends within two seconds
    } finally {
      if (session.heard) {
        fruitless = 0;
      }
      session.over = true;
      watch.close();
    }
    if (session.gone) {
      log.info("the watch of {} is too old, listing it again", resource);
      return Optional.empty();
    }
    if (System.nanoTime() - began < FASTEST.toNanos()) {
      pause(backoff.next());
    } else {
      backoff.reset();
    }
    return Optional.of(session.version);
  }

  private void put(T object) {
    sinkLock.lock();
    try {
      if (!closed.isDone()) {
        sink.put(object);
        ignored.remove(ObjectKey.of(object));
        recordIgnored();
      }
    } catch (MalformedObjectException e) {
      ignore(ObjectKey.of(object), String.valueOf(e.getMessage()));
    } finally {
      sinkLock.unlock();
    }
  }

  private void ignore(ObjectKey key, String reason) {
    if (!reason.equals(ignored.get(key))) {
      log.warn("{} {}: {}; ignored", resource, key, reason);
      if (ignored.size() < MOST_IGNORED || ignored.containsKey(key)) {
        ignored.put(key, reason);
      }
      recordIgnored();
    }
  }

  /** With the sink's lock held. */
  private void recordIgnored() {
    WatchStatus before = status.get();
    if (before instanceof WatchStatus.Current(List<String> reported)
        && !(reported.isEmpty() && ignored.isEmpty())) {
      WatchStatus now = current();
      if (!now.equals(before) && status.compareAndSet(before, now)) {
        onStatus.run();
      }
    }
  }

  /** With the sink's lock held. */
  private WatchStatus current() {
    return new WatchStatus.Current(
        ignored.entrySet().stream()
            .map(entry -> "%s %s: %s".formatted(resource, entry.getKey(), entry.getValue()))
            .sorted()
            .toList());
  }

  private void recordCurrent() {
    if (status.get() instanceof WatchStatus.Current) {
      return;
    }
    if (reported != null) {
      log.info("{} can be read again", resource);
      reported = null;
    }
    sinkLock.lock();
    try {
      status.set(current());
    } finally {
      sinkLock.unlock();
    }
    onStatus.run();
  }

  private void failed(ReadFailure failure) {
    if (reported == null
        || reported.reason() != failure.reason()
        || !reported.verb().equals(failure.verb())) {
      log.warn("{}", failure);
      reported = failure;
    }
    Instant since =
        status.get() instanceof WatchStatus.Failing(Instant first, _, _) ? first : clock.instant();
    WatchStatus now = new WatchStatus.Failing(since, failure, known);
    if (!now.equals(status.getAndSet(now))) {
      onStatus.run();
    }
  }

  private void pause(Duration time) {
    try {
      closed.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.trace("trying {} again", resource);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * How long the server keeps a watch open, and how long it may be silent before it is closed here.
   */
  record WatchTimes(Duration length, Duration silence) {}

  /** One watch, from its start to its end. */
  private final class Session implements Watcher<T> {
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final WatchTimes times;
    private volatile String version;
    private volatile long began = System.nanoTime();
    private volatile long lastHeard = began;
    private volatile boolean heard;
    private volatile boolean gone;
    private volatile boolean over;

    Session(String version, WatchTimes times) {
      this.version = version;
      this.times = times;
    }

    /** The time that this took does not count. */
    void restartClock() {
      began = System.nanoTime();
      lastHeard = began;
    }

    @Override
    public void eventReceived(Action action, T object) {
      lastHeard = System.nanoTime();
      if (over || action == Action.ERROR || object == null) {
        end.complete(null);
        return;
      }
      heard = true;
      switch (action) {
        case ADDED, MODIFIED -> ResourceWatch.this.put(object);
        case DELETED -> remove(object);
        case BOOKMARK, ERROR -> log.trace("{} of {}", action, resource);
      }
      version = object.getMetadata().getResourceVersion();
    }

    @Override
    public void onClose(WatcherException cause) {
      gone = cause.isHttpGone();
      if (gone || System.nanoTime() - began >= times.length().minus(EARLY).toNanos()) {
        end.complete(null);
      } else {
        end.completeExceptionally(cause.asClientException());
      }
    }

    @Override
    public void onClose() {
      end.complete(null);
    }

    private void remove(T object) {
      sinkLock.lock();
      try {
        if (!closed.isDone()) {
          sink.remove(ObjectKey.of(object));
          ignored.remove(ObjectKey.of(object));
          recordIgnored();
        }
      } finally {
        sinkLock.unlock();
      }
    }

    /** Waits for the end, and returns false if the watch is silent. */
    private boolean awaitEnd() {
      while (!closed.isDone()) {
        try {
          end.get(times.silence().toNanos() / 4, TimeUnit.NANOSECONDS);
          return true;
        } catch (TimeoutException e) {
          if (System.nanoTime() - lastHeard > times.silence().toNanos()) {
            return false;
          }
        } catch (ExecutionException e) {
          throw e.getCause() instanceof KubernetesClientException cause
              ? cause
              : new KubernetesClientException("watch", e.getCause());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return true;
        }
      }
      return true;
    }
  }
}
