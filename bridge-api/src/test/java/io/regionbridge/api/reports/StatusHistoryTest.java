package io.regionbridge.api.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.HistoryReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StatusHistoryTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final StatusHistory history = new StatusHistory();

  @Test
  void isEmptyBeforeTheSecondSample() {
    assertThat(history.isDue(START)).isTrue();
    history.add(START, dns(10, 0, List.of(1L, 0L, 0L)), List.of());
    HistoryReport report = history.report();
    assertThat(report.queriesPerSecond()).isEmpty();
    assertThat(report.gateways()).isEmpty();
    assertThat(history.isDue(START.plusSeconds(4))).isFalse();
    assertThat(history.isDue(START.plusSeconds(5))).isTrue();
  }

  @Test
  void tellsRatesSharesAndTimesOfEachStep() {
    history.add(START, dns(10, 10, List.of(20L, 0L, 0L)), List.of());
    history.add(START.plusSeconds(5), dns(40, 20, List.of(59L, 0L, 1L)), List.of());
    history.add(START.plusSeconds(10), dns(40, 20, List.of(59L, 0L, 1L)), List.of());
    HistoryReport report = history.report();
    assertThat(report.end()).isEqualTo("2026-01-01T00:00:10Z");
    assertThat(report.queriesPerSecond()).containsExactly(8.0, 0.0);
    assertThat(report.cacheShare()).containsExactly(0.75, null);
    assertThat(report.medianMillis()).containsExactly(1.0, null);
    assertThat(report.p99Millis()).as("above the last bound").containsExactly(20.0, null);
  }

  @Test
  void fillsTheStepsInWhichNobodyLooked() {
    history.add(START, dns(0, 0, List.of()), List.of());
    history.add(START.plusSeconds(16), dns(48, 0, List.of()), List.of(peer("mn", "a:1", "up")));
    assertThat(history.report().queriesPerSecond()).containsExactly(3.0, 3.0, 3.0);
    assertThat(history.report().gateways())
        .containsExactly(new HistoryReport.Gateway("mn", "a:1", "uuu"));
    history.add(START.plusSeconds(90_000), dns(48, 0, List.of()), List.of());
    assertThat(history.report().queriesPerSecond()).hasSize(StatusHistory.STEPS);
    history.add(START, dns(48, 0, List.of()), List.of());
    assertThat(history.report().queriesPerSecond())
        .as("a clock that was set back")
        .hasSize(StatusHistory.STEPS);
  }

  @Test
  void keepsTheStatesOfGatewaysThatComeAndGo() {
    history.add(START, dns(0, 0, List.of()), List.of());
    history.add(START.plusSeconds(5), dns(0, 0, List.of()), List.of(peer("mn", "a:1", "up")));
    history.add(
        START.plusSeconds(10),
        dns(0, 0, List.of()),
        List.of(peer("mn", "a:1", "down"), peer("fsn1", "b:1", "up")));
    history.add(
        START.plusSeconds(15), dns(0, 0, List.of()), List.of(peer("fsn1", "b:1", "unknown")));
    assertThat(history.report().gateways())
        .containsExactly(
            new HistoryReport.Gateway("mn", "a:1", "ud-"),
            new HistoryReport.Gateway("fsn1", "b:1", "-u-"));
  }

  @Test
  void forgetsWhatIsOlderThanTenMinutesAndBoundsGateways() {
    List<BridgeStatus.Peer> many =
        IntStream.range(0, StatusHistory.MAX_GATEWAYS + 1)
            .mapToObj(i -> peer("r" + i, "a:1", "up"))
            .toList();
    for (int i = 0; i < StatusHistory.STEPS + 50; i++) {
      history.add(START.plusSeconds(5L * i), dns(i, 0, List.of()), i < 20 ? many : List.of());
    }
    assertThat(history.report().queriesPerSecond()).hasSize(StatusHistory.STEPS);
    assertThat(history.report().gateways()).as("gone for ten minutes").isEmpty();
    history.add(START.plusSeconds(1_000_000), dns(0, 0, List.of()), many);
    assertThat(history.report().gateways()).hasSize(StatusHistory.MAX_GATEWAYS);
    assertThat(history.report().queriesPerSecond()).doesNotContainNull().allMatch(r -> r >= 0);
  }

  private static BridgeStatus.Dns dns(long cached, long relayed, List<Long> latencies) {
    return new BridgeStatus.Dns(
        List.of(),
        Map.of("cache", cached, "relay", relayed),
        0,
        0,
        0,
        0,
        0,
        List.of(1.0, 10.0),
        Map.of("cache", latencies));
  }

  private static BridgeStatus.Peer peer(String name, String gateway, String state) {
    return new BridgeStatus.Peer(
        name,
        name + ".internal",
        List.of(),
        List.of(),
        List.of(),
        true,
        0,
        List.of(),
        List.of(new BridgeStatus.Gateway(gateway, state, "", "", 0, Map.of(), null)),
        null);
  }
}
