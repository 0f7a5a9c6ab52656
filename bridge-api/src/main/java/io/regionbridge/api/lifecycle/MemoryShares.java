package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.metrics.Measured.Share;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.router.directory.Directory;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Hands out the heap while the bridge runs: what the directory takes, replicas and cache may take
 * no longer. {@link #look} belongs to the publisher's thread, the rest to any.
 */
final class MemoryShares {
  private final Supplier<BridgeConfig> config;
  private final Supplier<Directory> directory;
  private final Part replicas;
  private final Part cache;
  private final long heap;

  /** A part of the heap with a limit, in octets. */
  record Part(LongConsumer limit, LongSupplier taken) {}

  /**
   * Changes nothing yet.
   *
   * @param heap maximum heap of the process, in octets
   */
  MemoryShares(
      Supplier<BridgeConfig> config,
      Supplier<Directory> directory,
      Part replicas,
      Part cache,
      long heap) {
    this.config = config;
    this.directory = directory;
    this.replicas = replicas;
    this.cache = cache;
    this.heap = heap;
  }

  private MemoryPlan plan() {
    return MemoryPlan.of(config.get(), heap);
  }

  /** Sets the limits by what is there now. */
  void look() {
    MemoryPlan plan = plan();
    long taken = directory.get().octets();
    replicas.limit().accept(plan.replicas(taken));
    cache.limit().accept(plan.cache(taken + replicas.taken().getAsLong()));
  }

  /** What each part may take and takes, in octets. */
  List<Share> shares() {
    MemoryPlan plan = plan();
    long taken = directory.get().octets();
    long replicated = replicas.taken().getAsLong();
    return List.of(
        new Share("directory", plan.directory(), taken),
        new Share("replicas", plan.replicas(taken), replicated),
        new Share("cache", plan.cache(taken + replicated), cache.taken().getAsLong()));
  }

  /** Whether each part may take what is configured, as far as it needs it. */
  Condition condition() {
    MemoryPlan plan = plan();
    long taken = directory.get().octets();
    long replicated = replicas.taken().getAsLong();
    long most = plan.replicas(taken);
    if (most < plan.replicas() && replicated > most - most / 10) {
      return reduced("ReplicasReduced", "replicas of peers' directories", most, plan.replicas());
    }
    long room = plan.cache(taken + replicated);
    long full = plan.cache(0);
    long held = cache.taken().getAsLong();
    return room < full && held > room - room / 10
        ? reduced("CacheReduced", "the cache", room, full)
        : Condition.yes(
            ConditionType.MEMORY_AVAILABLE, "Enough", "every part has the memory that it needs");
  }

  private static Condition reduced(String reason, String part, long has, long wanted) {
    return Condition.no(
        ConditionType.MEMORY_AVAILABLE,
        reason,
        "%s may take %d MiB of the %d MiB that are configured, since the directory takes the rest"
            .formatted(part, has >> 20, wanted >> 20));
  }
}
