package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.metrics.Measured.Share;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.directory.Directory;
import java.util.List;
import java.util.function.Supplier;

/**
 * Hands out the heap while the bridge runs: what the directory takes, replicas and cache may take
 * no longer. {@link #look} belongs to the publisher's thread, the rest to any.
 */
final class MemoryShares {
  private final Supplier<BridgeConfig> config;
  private final Supplier<Directory> directory;
  private final Replicas replicas;
  private final DnsBridge dns;
  private final long heap;

  /**
   * Changes nothing yet.
   *
   * @param heap the largest heap that the process may have, in octets
   */
  MemoryShares(
      Supplier<BridgeConfig> config,
      Supplier<Directory> directory,
      Replicas replicas,
      DnsBridge dns,
      long heap) {
    this.config = config;
    this.directory = directory;
    this.replicas = replicas;
    this.dns = dns;
    this.heap = heap;
  }

  private MemoryPlan plan() {
    return MemoryPlan.of(config.get(), heap);
  }

  /** Sets the limits by what is there now. */
  void look() {
    MemoryPlan plan = plan();
    long taken = directory.get().octets();
    replicas.limit(plan.replicas(taken));
    dns.limitCache(plan.cache(taken + replicas.octets()));
  }

  /** What each part may take and takes, in octets. */
  List<Share> shares() {
    MemoryPlan plan = plan();
    long taken = directory.get().octets();
    long copies = replicas.octets();
    return List.of(
        new Share("directory", plan.directory(), taken),
        new Share("replicas", plan.replicas(taken), copies),
        new Share("cache", plan.cache(taken + copies), dns.cacheOctets()));
  }

  /** Whether each part may take what is configured, as far as it needs it. */
  Condition condition() {
    MemoryPlan plan = plan();
    long taken = directory.get().octets();
    long copies = replicas.octets();
    long most = plan.replicas(taken);
    if (most < plan.replicas() && copies > most - most / 10) {
      return reduced("ReplicasReduced", "copies of peers' directories", most, plan.replicas());
    }
    long cache = plan.cache(taken + copies);
    long full = plan.cache(0);
    long held = dns.cacheOctets();
    return cache < full && held > cache - cache / 10
        ? reduced("CacheReduced", "the cache", cache, full)
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
