package io.regionbridge.api.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;

/** Short forms for the snapshots of counters and gauges. */
final class Family {
  private Family() {}

  /** A counter without values; its name is without {@code _total}, which the format adds. */
  static CounterSnapshot.Builder counter(String name, String help) {
    return CounterSnapshot.builder().name(name).help(help);
  }

  static GaugeSnapshot.Builder gauge(String name, String help) {
    return GaugeSnapshot.builder().name(name).help(help);
  }

  static GaugeSnapshot gauge(String name, String help, double value) {
    return gauge(name, help).dataPoint(gauge(value)).build();
  }

  static CounterSnapshot counter(String name, String help, double value) {
    return counter(name, help).dataPoint(count(value)).build();
  }

  /** Labels come as name, value, name, value. */
  static CounterDataPointSnapshot count(double value, String... labels) {
    return CounterDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
  }

  static GaugeDataPointSnapshot gauge(double value, String... labels) {
    return GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
  }
}
