package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes objects of the API server for a reconciler, which asks for them at each look. A write is
 * sent only when it is due: not again before the watch had time to show the last one, less and less
 * often while another writer undoes it, and with a growing pause after a failure.
 *
 * <p>A write names the version of the object that it replaces, so that a late one changes nothing.
 *
 * <p>The few writes that do not go through here say why where they are made: the Lease, WireGuard
 * keys, Events, and what the commands {@code rotate-key} and {@code uninstall} do once. A test
 * holds the list of them.
 *
 * <p>Owned by one thread; blocks.
 */
public final class ObjectWriter {
  private static final Logger log = LoggerFactory.getLogger(ObjectWriter.class);

  /** In this time the watch shows a write, as a rule. */
  private static final Duration WATCH_DELAY = Duration.ofSeconds(10);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);
  private static final int MOST_DOUBLINGS = 10;

  /** With more objects than this, those are forgotten that nothing happened to for long. */
  private static final int MOST_REMEMBERED = 1000;

  private final Clock clock;
  private final Pace pace;
  private final Map<String, Write> writes = new HashMap<>();
  private final Map<String, Failure> failures = new HashMap<>();

  /**
   * How soon the same content is written again when another writer changes it.
   *
   * @param first after the first write; doubles with each later one
   * @param longest the limit. Content that stays for twice that time was not undone
   * @param contested from this number of writes on, the object is reported as contested
   */
  public record Pace(Duration first, Duration longest, int contested) {
    /** Writes at once, each time. */
    public static final Pace AT_ONCE = new Pace(Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE);

    /** Never writes the same content again: for objects without another writer. */
    public static final Pace NEVER =
        new Pace(Duration.ofDays(36_500), Duration.ofDays(36_500), Integer.MAX_VALUE);

    private Duration delayAfter(int count) {
      Duration doubled = first.multipliedBy(1L << Math.min(count - 1, MOST_DOUBLINGS));
      return doubled.compareTo(longest) > 0 ? longest : doubled;
    }
  }

  /** The result of a write. */
  public sealed interface Outcome {
    /** It was sent and accepted. */
    record Written() implements Outcome {}

    /** It was not sent: the watch may not have shown the last write yet. */
    record Pending() implements Outcome {}

    /** The object was changed or deleted meanwhile: the next look sees it as it is. */
    record Changed() implements Outcome {}

    /** It was not sent, since another writer undoes it each time: {@code times} so far. */
    record Contested(String what, int times) implements Outcome {
      @Override
      public Optional<String> problem() {
        return Optional.of(
            "%s was written %d times, and another writer undoes it each time: find out which (kubectl get --show-managed-fields)"
                .formatted(what, times));
      }
    }

    /**
     * The API server did not accept it, now or a moment ago.
     *
     * @param message one sentence with a remedy
     */
    record Failed(String reason, String message) implements Outcome {
      @Override
      public Optional<String> problem() {
        return Optional.of(message);
      }
    }

    /** Why the object is not as it should be, in one sentence; empty: nothing to worry about. */
    default Optional<String> problem() {
      return Optional.empty();
    }
  }

  private record Write(Object content, String before, int count, Instant at, Instant next) {}

  private record Failure(int count, Instant next, Outcome.Failed outcome) {}

  /** Creates a writer. */
  public ObjectWriter(Clock clock, Pace pace) {
    this.clock = clock;
    this.pace = pace;
  }

  /** Server-side apply as the field manager of bridges, which takes fields over from others. */
  public static PatchContext apply() {
    return applyAs(OwnNames.MANAGER);
  }

  /** The same as another field manager. */
  static PatchContext applyAs(String manager) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(manager)
        .withForce(true)
        .build();
  }

  /** The same as a dry run: the API server answers with the object, and stores nothing. */
  public static PatchContext dryRun() {
    PatchContext context = apply();
    context.setDryRun(List.of("All"));
    return context;
  }

  /** Forgets what was written: another bridge writes from now on, or the objects may be others. */
  public void forget() {
    writes.clear();
  }

  /**
   * Writes an object, if that is due.
   *
   * @param what the object, for messages
   * @param content compared by value
   * @param version that it replaces, as the watch shows it; empty: none
   * @param request sends it, and throws {@link KubernetesClientException} if it is refused
   */
  public Outcome write(String what, Object content, String version, Runnable request) {
    return attempt("write", what, content, version, request);
  }

  /** Deletes an object of that version, if that is due. */
  public Outcome delete(String what, String version, Resource<?> object) {
    return attempt(
        "remove", what, "removed", version, () -> object.lockResourceVersion(version).delete());
  }

  /** How often an object was written, if another writer undoes it each time. */
  public Optional<Integer> contested(String what) {
    return Optional.ofNullable(writes.get(what))
        .filter(write -> write.count() >= pace.contested() && !hasStayed(write))
        .map(Write::count);
  }

  private boolean hasStayed(Write write) {
    return !clock.instant().isBefore(write.at().plus(pace.longest().multipliedBy(2)));
  }

  private Outcome attempt(
      String verb, String what, Object content, String version, Runnable request) {
    Instant now = clock.instant();
    Write written = writes.get(what);
    Write same = written != null && written.content().equals(content) ? written : null;
    if (same != null
        && same.before().equals(version)
        && now.isBefore(same.at().plus(WATCH_DELAY))) {
      return new Outcome.Pending();
    }
    if (same != null && now.isBefore(same.next())) {
      return contested(what)
          .<Outcome>map(times -> new Outcome.Contested(what, times))
          .orElseGet(Outcome.Pending::new);
    }
    Failure failure = failures.get(what);
    if (failure != null && now.isBefore(failure.next())) {
      return failure.outcome();
    }
    try {
      request.run();
      failures.remove(what);
      remember(what, content, version, same);
      return new Outcome.Written();
    } catch (KubernetesClientException e) {
      return explain(verb, what, version, e);
    }
  }

  private void remember(String what, Object content, String version, @Nullable Write last) {
    if (writes.size() >= MOST_REMEMBERED) {
      writes.values().removeIf(this::hasStayed);
    }
    Instant now = clock.instant();
    int count = last == null || hasStayed(last) ? 1 : last.count() + 1;
    writes.put(what, new Write(content, version, count, now, now.plus(pace.delayAfter(count))));
  }

  private Outcome explain(String verb, String what, String version, KubernetesClientException e) {
    boolean gone = e.getCode() == HttpURLConnection.HTTP_NOT_FOUND && !version.isEmpty();
    if (gone) {
      writes.remove(what);
    }
    if (gone || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
      failures.remove(what);
      return new Outcome.Changed();
    }
    writes.remove(what); // it may have been accepted, with the answer lost
    String reason =
        e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
            ? "Forbidden"
            : verb.equals("remove") ? "RemovalFailed" : "WriteFailed";
    Outcome.Failed failed =
        new Outcome.Failed(reason, "cannot %s %s: %s".formatted(verb, what, ErrorText.of(e)));
    Failure before = failures.get(what);
    int count = before == null ? 0 : before.count();
    Duration doubled = FIRST_RETRY.multipliedBy(1L << Math.min(count, MOST_DOUBLINGS));
    Duration wait = doubled.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : doubled;
    Instant now = clock.instant();
    if (failures.size() >= MOST_REMEMBERED) {
      failures.values().removeIf(old -> old.next().plus(LONGEST_RETRY).isBefore(now));
    }
    failures.put(what, new Failure(count + 1, now.plus(wait), failed));
    if (before == null || !before.outcome().equals(failed)) {
      log.warn("{}", failed.message());
    }
    return failed;
  }
}
