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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a sink up to date with one resource: lists it page by page, then watches from there; lists
 * again only when the API server no longer knows where the watch was (410 Gone). Of an object
 * nothing is kept once the sink has seen it, so that memory is bounded by what the sink keeps plus
 * one page. (fabric8's informers keep whole objects and the whole list, and do not say which verb
 * failed; hence this class.)
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

  /** The server closes a watch after this time, which is no error. */
  private static final long WATCH_SECONDS = 290;

  /** Bookmarks come about once a minute. */
  private static final Duration SILENCE = Duration.ofSeconds(150);

  private static final int GONE = 410;

  /**
   * Watches that fail in a row without a single event: then it is listed anew. Where the WebSocket
   * is refused the client tries plain HTTP, and does not say that the answer to that was 410.
   */
  private static final int MOST_FRUITLESS = 2;

  private final String resource;
  private final long pageSize;
  private final FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation;
  private final ObjectSink<T> sink;
  private final Runnable onStatus;
  private final Clock clock;
  private final Backoff backoff =
      new Backoff(FASTEST, SLOWEST, () -> ThreadLocalRandom.current().nextDouble());
  private final ReentrantLock sinkLock = new ReentrantLock();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Thread thread;
  private volatile WatchStatus status;
  private boolean known;
  private int fruitless;
  private @Nullable ReadFailure told;

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
      Clock clock) {
    this.resource = resource;
    this.pageSize = pageSize;
    this.operation = operation;
    this.sink = sink;
    this.onStatus = onStatus;
    this.clock = clock;
    this.status = new WatchStatus.Starting(clock.instant());
    this.thread = Thread.ofVirtual().name("watch-" + resource).unstarted(this::run);
  }

  /** Begins. Once. */
  public void start() {
    thread.start();
  }

  /** As RBAC names it. */
  public String resource() {
    return resource;
  }

  /** Any thread. */
  public WatchStatus status() {
    return status;
  }

  /** Stops. Nothing reaches the sink after this returns. */
  @Override
  public void close() {
    closed.complete(null);
    thread.interrupt();
    sinkLock.lock();
    try {
      log.trace("{} is no longer watched", resource); // whoever held the lock was the last one
    } finally {
      sinkLock.unlock();
    }
  }

  private void run() {
    Optional<String> version = Optional.empty();
    while (!closed.isDone()) {
      String verb = version.isEmpty() ? "list" : "watch";
      try {
        if (version.isEmpty()) {
          version = Optional.of(list());
        }
        verb = "watch";
        version = watch(version.get());
      } catch (KubernetesClientException e) {
        if (closed.isDone()) {
          return;
        }
        if (e.getCode() == GONE) { // also when a page of a list came too late
          version = Optional.empty();
          pause(backoff.next());
          continue;
        }
        ReadFailure failure = ReadFailure.of(verb, resource, e);
        failed(failure);
        if (failure.reason() == ReadFailure.Reason.FORBIDDEN || fruitless >= MOST_FRUITLESS) {
          version = Optional.empty(); // without watch, lists are all that is left
          fruitless = 0;
        }
        pause(waitAfter(failure));
      } catch (RuntimeException e) {
        log.error("reading {}", resource, e);
        version = Optional.empty();
        pause(backoff.next());
      }
    }
  }

  private Duration waitAfter(ReadFailure failure) {
    Duration next = backoff.next();
    return switch (failure.reason()) {
      case FORBIDDEN, NOT_INSTALLED -> known ? UNTIL_MENDED.dividedBy(3) : UNTIL_MENDED;
      case THROTTLED -> next.plusSeconds(1);
      case UNAUTHORIZED, SERVER_ERROR, UNREACHABLE -> next;
    };
  }

  /**
   * @return the version that the list shows
   */
  private String list() {
    Set<ObjectKey> present = new HashSet<>();
    @Nullable String next = null;
    String version;
    do {
      ListOptions options = new ListOptionsBuilder().withLimit(pageSize).withContinue(next).build();
      KubernetesResourceList<T> page = operation.list(options);
      for (T object : page.getItems()) {
        present.add(ObjectKey.of(object));
        put(object);
      }
      next = page.getMetadata().getContinue();
      version = page.getMetadata().getResourceVersion();
    } while (next != null && !next.isEmpty());
    sinkLock.lock();
    try {
      if (!closed.isDone()) {
        sink.retain(present);
      }
    } finally {
      sinkLock.unlock();
    }
    known = true;
    return version;
  }

  /**
   * Watches until the watch ends.
   *
   * @return the version to go on from, or empty if a new list is needed
   */
  private Optional<String> watch(String from) {
    long began = System.nanoTime();
    ListOptions options =
        new ListOptionsBuilder()
            .withResourceVersion(from)
            .withAllowWatchBookmarks(true)
            .withTimeoutSeconds(WATCH_SECONDS)
            .build();
    Session session = new Session(from);
    Watch watch = operation.watch(options, session);
    try {
      current();
      fruitless++; // until something is heard, or it ends well
      session.awaitEnd();
      fruitless = 0;
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
      }
    } catch (MalformedObjectException e) {
      log.warn("{} {}: {}; ignored", resource, ObjectKey.of(object), e.getMessage());
    } finally {
      sinkLock.unlock();
    }
  }

  private void current() {
    if (!(status instanceof WatchStatus.Current)) {
      if (told != null) {
        log.info("{} can be read again", resource);
        told = null;
      }
      status = new WatchStatus.Current(clock.instant());
      onStatus.run();
    }
  }

  private void failed(ReadFailure failure) {
    if (told == null || told.reason() != failure.reason() || !told.verb().equals(failure.verb())) {
      log.warn("{}", failure);
      told = failure;
    }
    Instant since =
        status instanceof WatchStatus.Failing(Instant first, _, _) ? first : clock.instant();
    WatchStatus now = new WatchStatus.Failing(since, failure, known);
    if (!now.equals(status)) {
      status = now;
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

  /** One watch, from its start to its end. */
  private final class Session implements Watcher<T> {
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile String version;
    private volatile long lastHeard = System.nanoTime();
    private volatile boolean heard;
    private volatile boolean gone;
    private volatile boolean over;

    Session(String version) {
      this.version = version;
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
        case DELETED -> removed(object);
        case BOOKMARK, ERROR -> log.trace("{} of {}", action, resource);
      }
      version = object.getMetadata().getResourceVersion();
    }

    @Override
    public void onClose(WatcherException cause) {
      gone = cause.isHttpGone();
      if (gone) {
        end.complete(null);
      } else {
        end.completeExceptionally(cause.asClientException());
      }
    }

    @Override
    public void onClose() {
      end.complete(null);
    }

    private void removed(T object) {
      sinkLock.lock();
      try {
        if (!closed.isDone()) {
          sink.remove(ObjectKey.of(object));
        }
      } finally {
        sinkLock.unlock();
      }
    }

    private void awaitEnd() {
      while (!closed.isDone()) {
        try {
          end.get(SILENCE.toNanos() / 4, TimeUnit.NANOSECONDS);
          return;
        } catch (TimeoutException e) {
          if (System.nanoTime() - lastHeard > SILENCE.toNanos()) {
            log.info("the watch of {} is silent, watching anew", resource);
            return;
          }
        } catch (ExecutionException e) {
          throw e.getCause() instanceof KubernetesClientException cause
              ? cause
              : new KubernetesClientException("watch", e.getCause());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }
}
