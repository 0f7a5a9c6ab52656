package io.regionbridge.router.diagnosis;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds whether the bridge may do all that it has to: a verb that was taken away,
 * or never given, is reported before it is needed. On a thread of its own.
 */
public final class RightsWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RightsWatch.class);
  private static final String CONDITION = "RightsGranted";
  private static final Duration PERIOD = Duration.ofSeconds(3);

  /** More than these say no more. */
  private static final int MOST_NAMED = 5;

  private final RightsReview review;
  private final Runnable onChange;
  private final Loop loop;
  private volatile Optional<Finding> finding = Optional.empty();

  /**
   * Looks at nothing yet.
   *
   * @param onChange called after each change of the finding
   */
  public RightsWatch(RightsReview review, Runnable onChange, Loops loops) {
    this.review = review;
    this.onChange = onChange;
    this.loop = loops.loop("rights", Timing.every(PERIOD).onVirtualThread(), this::look);
  }

  /** Starts to look. */
  public void start() {
    loop.start();
  }

  /** The last finding; empty if the API server does not report rights. */
  public Optional<Finding> finding() {
    return finding;
  }

  private void look() {
    Optional<Finding> before = finding;
    // Where the server does not answer, the last that it said holds.
    review.missing().ifPresent(missing -> finding = Optional.of(of(missing, review.required())));
    if (!before.equals(finding) && finding.isPresent()) {
      boolean lacking = finding.get().state() == State.FALSE;
      if (lacking) {
        log.warn("{}", finding.get().message());
      } else if (before.isPresent()) {
        log.info("all rights are there again");
      }
      onChange.run();
    }
  }

  static Finding of(List<Right> missing, int required) {
    if (missing.isEmpty()) {
      return Finding.yes(CONDITION, "Granted", "all rights are there that the chart gives");
    }
    String named =
        missing.stream().limit(MOST_NAMED).map(Objects::toString).collect(Collectors.joining(", "));
    String more =
        missing.size() > MOST_NAMED ? " and %d more".formatted(missing.size() - MOST_NAMED) : "";
    return Finding.no(
        CONDITION,
        "Missing",
        "the ServiceAccount lacks %d of %d rights: %s%s"
            .formatted(missing.size(), required, named, more));
  }

  @Override
  public void close() {
    loop.close();
  }
}
