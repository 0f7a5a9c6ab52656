package io.regionbridge.api.lifecycle;

import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.loop.LoopHealth.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How the event loops of the data plane fare, by the task that each must run once a second. */
final class EventLoops {
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

  private EventLoops() {}

  /** One health for each loop, by the time since it last ran its task. */
  static List<LoopHealth> health(List<Duration> silences) {
    List<LoopHealth> all = new ArrayList<>(silences.size());
    for (Duration silence : silences) {
      boolean stuck = silence.compareTo(LONGEST_SILENCE) > 0;
      all.add(
          new LoopHealth(
              "dns-" + all.size(),
              stuck ? State.STUCK : State.RUNNING,
              silence,
              0,
              stuck ? "it has run nothing for %d s".formatted(silence.toSeconds()) : ""));
    }
    return all;
  }
}
