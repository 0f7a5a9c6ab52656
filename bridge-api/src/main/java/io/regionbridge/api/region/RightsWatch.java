package io.regionbridge.api.region;

import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.router.diagnosis.Right;
import io.regionbridge.router.diagnosis.RightsReview;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds whether the bridge may do all that it has to: a verb that was taken away,
 * or never given, is told of before somebody misses what it is for. On a thread of its own.
 */
final class RightsWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RightsWatch.class);
  private static final String CONDITION = "RightsGranted";
  private static final Duration PERIOD = Duration.ofSeconds(3);

  /** More than these say no more. */
  private static final int MOST_NAMED = 5;

  private final RightsReview review;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile Optional<Condition> condition = Optional.empty();

  private RightsWatch(RightsReview review) {
    this.review = review;
  }

  static RightsWatch start(RightsReview review) {
    RightsWatch watch = new RightsWatch(review);
    Thread.ofVirtual().name("rights").start(watch::run);
    return watch;
  }

  /** What was found last; empty where the API server does not say. */
  Optional<Condition> condition() {
    return condition;
  }

  private void run() {
    try {
      do {
        look();
      } while (!end.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Optional<Condition> before = condition;
    // Where the server does not answer, the last that it said holds.
    review.missing().ifPresent(missing -> condition = Optional.of(of(missing, review.required())));
    if (!before.equals(condition) && condition.isPresent()) {
      boolean lacking = condition.get().status().equals("False");
      if (lacking) {
        log.warn("{}", condition.get().message());
      } else if (before.isPresent()) {
        log.info("all rights are there again");
      }
    }
  }

  static Condition of(List<Right> missing, int required) {
    if (missing.isEmpty()) {
      return Condition.yes(CONDITION, "Granted", "all rights are there that the chart gives");
    }
    String named =
        missing.stream().limit(MOST_NAMED).map(Objects::toString).collect(Collectors.joining(", "));
    String more =
        missing.size() > MOST_NAMED ? " and %d more".formatted(missing.size() - MOST_NAMED) : "";
    return Condition.no(
        CONDITION,
        "Missing",
        "the ServiceAccount lacks %d of %d rights: %s%s"
            .formatted(missing.size(), required, named, more));
  }

  @Override
  public void close() {
    end.countDown();
  }
}
