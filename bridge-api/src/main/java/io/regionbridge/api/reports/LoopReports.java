package io.regionbridge.api.reports;

import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.router.loop.LoopHealth;
import java.util.List;

/** Reports the loops of the process. Pure. */
public final class LoopReports {

  private LoopReports() {}

  /** One sentence for each loop that fails, with its name. */
  public static List<String> problems(List<LoopHealth> loops) {
    return loops.stream()
        .filter(loop -> !loop.good())
        .map(loop -> "loop %s: %s".formatted(loop.name(), loop.problem()))
        .toList();
  }

  /** The condition of all loops. */
  public static Condition condition(List<LoopHealth> loops) {
    List<String> problems = problems(loops);
    return problems.isEmpty()
        ? Condition.yes(ConditionType.LOOPS_RUNNING, "Running", "everything in the background runs")
        : Condition.no(ConditionType.LOOPS_RUNNING, "Failing", String.join("; ", problems));
  }
}
