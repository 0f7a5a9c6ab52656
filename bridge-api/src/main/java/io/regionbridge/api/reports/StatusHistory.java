package io.regionbridge.api.reports;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.HistoryReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last ten minutes of a bridge, so that the status page shows them when it opens. Holds
 * at most {@link #STEPS} samples and {@link #MAX_GATEWAYS} gateways. Any thread.
 */
final class StatusHistory {
  /** Time between two samples. */
  static final Duration STEP = Duration.ofSeconds(5);

  /** Ten minutes. */
  static final int STEPS = 120;

  /** More gateways than the page shows one by one. */
  static final int MAX_GATEWAYS = 1_000;

  /** Sources of answers for peers' names. */
  private static final Set<String> WITHOUT_ROUND_TRIP = Set.of("cache", "stale", "replica");

  private static final String RELAYED = "relay";

  private record GatewayKey(String region, String address) {}

  private record Sample(
      double rate,
      @Nullable Double share,
      @Nullable Double median,
      @Nullable Double p99,
      Map<GatewayKey, Character> gateways) {}

  private final Deque<Sample> samples = new ArrayDeque<>(STEPS);
  private @Nullable Instant lastAt;
  private BridgeStatus.@Nullable Dns last;

  /** Whether a step has passed since the last sample. */
  synchronized boolean isDue(Instant now) {
    return lastAt == null || !now.isBefore(lastAt.plus(STEP));
  }

  /**
   * Takes a sample for all steps that have passed since the last one, so that a suspended bridge
   * does not draw an hour as a minute.
   *
   * @param dns counters since the start
   */
  synchronized void add(Instant now, BridgeStatus.Dns dns, List<BridgeStatus.Peer> peers) {
    BridgeStatus.Dns before = last;
    if (before != null && lastAt != null) {
      Duration passed = Duration.between(lastAt, now);
      List<Long> latencies = latencies(before, dns);
      Sample sample =
          new Sample(
              count(before, dns, _ -> true) / (Math.max(1, passed.toMillis()) / 1e3),
              share(before, dns),
              quantile(latencies, dns.latencyBounds(), 0.5),
              quantile(latencies, dns.latencyBounds(), 0.99),
              states(peers));
      for (long i = Math.clamp(passed.dividedBy(STEP), 1, STEPS); i > 0; i--) {
        if (samples.size() == STEPS) {
          samples.removeFirst();
        }
        samples.addLast(sample);
      }
    }
    last = dns;
    lastAt = now;
  }

  synchronized HistoryReport report() {
    Map<GatewayKey, char[]> states = new LinkedHashMap<>();
    int step = 0;
    for (Sample sample : samples) {
      for (Map.Entry<GatewayKey, Character> gateway : sample.gateways().entrySet()) {
        states.computeIfAbsent(gateway.getKey(), _ -> unknown())[step] = gateway.getValue();
      }
      step++;
    }
    List<HistoryReport.Gateway> gateways = new ArrayList<>();
    states.forEach((key, text) ->
        gateways.add(new HistoryReport.Gateway(key.region(), key.address(), new String(text))));
    return new HistoryReport(
        lastAt == null ? null : PeerReports.text(lastAt),
        (int) STEP.toSeconds(),
        column(Sample::rate),
        column(Sample::share),
        column(Sample::median),
        column(Sample::p99),
        gateways);
  }

  private char[] unknown() {
    char[] text = new char[samples.size()];
    Arrays.fill(text, '-');
    return text;
  }

  private <T extends @Nullable Object> List<T> column(Function<Sample, T> value) {
    List<T> values = new ArrayList<>(samples.size());
    samples.forEach(sample -> values.add(value.apply(sample)));
    return values;
  }

  private static Map<GatewayKey, Character> states(List<BridgeStatus.Peer> peers) {
    Map<GatewayKey, Character> states = new LinkedHashMap<>();
    for (BridgeStatus.Peer peer : peers) {
      for (BridgeStatus.Gateway gateway : peer.gateways()) {
        if (states.size() < MAX_GATEWAYS) {
          states.put(
              new GatewayKey(peer.name(), gateway.address()),
              switch (gateway.state()) {
                case "up" -> 'u';
                case "down" -> 'd';
                default -> '-';
              });
        }
      }
    }
    return states;
  }

  private static @Nullable Double share(BridgeStatus.Dns before, BridgeStatus.Dns now) {
    double without = count(before, now, WITHOUT_ROUND_TRIP::contains);
    double all = without + count(before, now, RELAYED::equals);
    return all == 0 ? null : without / all;
  }

  private static double count(
      BridgeStatus.Dns before, BridgeStatus.Dns now, Predicate<String> ofSource) {
    double sum = 0;
    for (Map.Entry<String, Long> answers : now.answers().entrySet()) {
      if (ofSource.test(answers.getKey())) {
        sum +=
            Math.max(0, answers.getValue() - before.answers().getOrDefault(answers.getKey(), 0L));
      }
    }
    return sum;
  }

  private static List<Long> latencies(BridgeStatus.Dns before, BridgeStatus.Dns now) {
    List<Long> sums = new ArrayList<>();
    now.latencies()
        .forEach((source, counts) -> {
          List<Long> then = before.latencies().getOrDefault(source, List.of());
          for (int i = 0; i < counts.size(); i++) {
            long more = Math.max(0, counts.get(i) - (i < then.size() ? then.get(i) : 0));
            if (i == sums.size()) {
              sums.add(more);
            } else {
              sums.set(i, sums.get(i) + more);
            }
          }
        });
    return sums;
  }

  /** The bound that the given share of the answers stays under; twice the last one above all. */
  private static @Nullable Double quantile(List<Long> counts, List<Double> bounds, double share) {
    long all = counts.stream().mapToLong(Long::longValue).sum();
    if (all == 0 || bounds.isEmpty()) {
      return null;
    }
    long seen = 0;
    for (int i = 0; i < bounds.size() && i < counts.size(); i++) {
      seen += counts.get(i);
      if (seen >= share * all) {
        return bounds.get(i);
      }
    }
    return bounds.getLast() * 2;
  }
}
