package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.dns.cache.ResponseCache;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the heap is shared between what grows: directory, replicas, cache, waiting queries and
 * connections. Each share is a bound on something that is counted, never on what a collector finds.
 * Pure.
 *
 * <p>A setting above its default is a promise: where the sum does not fit, the configuration is
 * refused. Where none is, replicas and cache give way to a small heap. While it runs, the directory
 * comes first, then the replicas, then the cache.
 *
 * @param heap the largest heap that the process may have, in octets
 * @param entries of the cache
 * @param replicas what the replicas of peers' directories may take, in octets
 * @param queries that may wait for peers
 * @param connections of clients by TCP
 */
public record MemoryPlan(long heap, int entries, long replicas, int queries, int connections) {
  private static final long MIB = 1L << 20;

  /** What the program itself takes: its tables, event loops, control plane and HTTP. */
  private static final long PROGRAM = 24 * MIB;

  /** What is left to the directory at least: 20,000 endpoints in 2,000 Services come to more. */
  private static final long LEAST_DIRECTORY = 8 * MIB;

  private static final long LEAST_CACHE = MIB;

  /** Of a query that waits for a peer: the client, the question, the tries. */
  private static final long QUERY = 1024;

  /** Of a client's TCP connection. Its buffers are outside the heap. */
  private static final long CONNECTION = 4096;

  /** The collector has this part of the heap for itself. */
  private static final int COLLECTOR = 16;

  /** This part of a heap is survivor space, which the JVM does not count as heap. */
  private static final int SURVIVORS = 30;

  /** Waiting queries have this part of what is left, unless their number is a promise. */
  private static final int WAITING = 5;

  /** This part of a process's memory is heap: {@code MaxRAMPercentage} of java.options. */
  private static final int HEAP = 2;

  /** The defaults of the configuration. */
  static final MemoryPlan DEFAULTS = new MemoryPlan(0, 100_000, 48 * MIB, 32_768, 1024);

  /** A part of the sum, and how much of what it counts would fit if the others stay. */
  private record Share(String path, String words, String value, long octets, long unit) {}

  /** The plan for a configuration in a heap of so many octets. */
  public static MemoryPlan of(BridgeConfig config, long heap) {
    return new MemoryPlan(
        heap,
        config.get(ConfigKeys.DNS_CACHE_MAX_ENTRIES),
        config.get(ConfigKeys.REPLICATION_ENABLED)
            ? config.get(ConfigKeys.REPLICATION_MAX_MEMORY)
            : 0,
        config.get(ConfigKeys.DNS_MAX_INFLIGHT),
        config.get(ConfigKeys.DNS_TCP_MAX_CONNECTIONS));
  }

  /** A file whose configuration has to fit the heap of this process. */
  public static ConfigFile checked(ConfigFile file) {
    long heap = Runtime.getRuntime().maxMemory();
    return file.requiring(config -> of(config, heap).problems());
  }

  /** The settings that do not fit. */
  public List<ConfigProblem> problems() {
    boolean promised =
        entries > DEFAULTS.entries
            || replicas > DEFAULTS.replicas
            || queries > DEFAULTS.queries
            || connections > DEFAULTS.connections;
    if (!promised) {
      long least = PROGRAM + LEAST_DIRECTORY + LEAST_CACHE + QUERY + connections * CONNECTION;
      return least <= usable()
          ? List.of()
          : List.of(
              new ConfigProblem(
                  "",
                  "the process has too little memory: %s are needed at least, and the heap is %s"
                      .formatted(text(least), text(heap)),
                  null,
                  remedy(least)));
    }
    List<Share> shares =
        List.of(
            new Share(
                ConfigKeys.DNS_CACHE_MAX_ENTRIES.path(),
                "cache",
                Integer.toString(entries),
                ResponseCache.octetsWhenFull(entries),
                ResponseCache.octetsWhenFull(1)),
            new Share(
                ConfigKeys.REPLICATION_MAX_MEMORY.path(), "replicas", text(replicas), replicas, 1),
            new Share(
                ConfigKeys.DNS_MAX_INFLIGHT.path(),
                "waiting queries",
                Integer.toString(queries),
                queries * QUERY,
                QUERY),
            new Share(
                ConfigKeys.DNS_TCP_MAX_CONNECTIONS.path(),
                "TCP connections",
                Integer.toString(connections),
                connections * CONNECTION,
                CONNECTION));
    long fixed = PROGRAM + LEAST_DIRECTORY;
    long sum = fixed + shares.stream().mapToLong(Share::octets).sum();
    if (sum <= usable()) {
      return List.of();
    }
    Share largest = shares.stream().max(Comparator.comparingLong(Share::octets)).orElseThrow();
    String parts =
        Stream.concat(
                shares.stream().map(share -> share.words() + " " + text(share.octets())),
                Stream.of(
                    "program " + text(PROGRAM), "directory at least " + text(LEAST_DIRECTORY)))
            .collect(Collectors.joining(", "));
    long fits = (usable() - sum + largest.octets()) / largest.unit();
    String most = largest.unit() == 1 ? Math.max(0, fits >> 20) + "MiB" : Long.toString(fits);
    return List.of(
        new ConfigProblem(
            largest.path(),
            "does not fit into memory: %s come to %s, and a heap of %s has room for %s"
                .formatted(parts, text(sum), text(heap), text(usable())),
            largest.value(),
            (fits > 0 ? "write " + most + " at most, or " : "") + remedy(sum)));
  }

  private static String remedy(long needed) {
    long least = needed * COLLECTOR / (COLLECTOR - 1) * SURVIVORS / (SURVIVORS - 1) + MIB;
    return "give the process %s of memory, half of which is heap, or set -Xmx%dm"
        .formatted(text(HEAP * least), least + MIB - 1 >> 20);
  }

  /** In whole MiB, rounded up, as the configuration has them. */
  private static String text(long octets) {
    return (octets + MIB - 1 >> 20) + "MiB";
  }

  /** What can be shared. */
  private long usable() {
    return heap - heap / COLLECTOR;
  }

  /** How many queries may wait. */
  int queriesThatFit() {
    long share = Math.max(1, (usable() - PROGRAM) / WAITING / QUERY);
    return queries > DEFAULTS.queries ? queries : (int) Math.min(queries, share);
  }

  /** What directory, replicas and cache share, in octets. */
  private long growing() {
    return usable() - PROGRAM - queriesThatFit() * QUERY - connections * CONNECTION;
  }

  /** What the directory may take at most, in octets: all but a little. */
  long directory() {
    return Math.max(0, growing() - LEAST_CACHE);
  }

  /** Octets for replicas while the directory takes {@code directory}. */
  long replicas(long directory) {
    return Math.clamp(growing() - LEAST_CACHE - directory, 0, replicas);
  }

  /** Octets for the cache while directory and replicas take {@code others}. */
  long cache(long others) {
    return Math.min(
        ResponseCache.octetsWhenFull(entries), Math.max(LEAST_CACHE, growing() - others));
  }
}
