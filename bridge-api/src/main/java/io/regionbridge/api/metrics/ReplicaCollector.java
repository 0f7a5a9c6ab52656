package io.regionbridge.api.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.regionbridge.api.metrics.Measured.Copy;
import io.regionbridge.api.metrics.Measured.Size;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The copies of peers' directories, each time that somebody asks. Stateless. */
final class ReplicaCollector implements MultiCollector {
  private static final double NANOS = 1e9;

  private final Supplier<Map<String, Copy>> replicas;

  ReplicaCollector(Supplier<Map<String, Copy>> replicas) {
    this.replicas = replicas;
  }

  @Override
  public MetricSnapshots collect() {
    Map<String, Copy> copies = new TreeMap<>(replicas.get());
    GaugeSnapshot.Builder current =
        Family.gauge(
            "region_bridge_replica_current",
            "1: the peer's names are answered from a copy of its directory, 0: relayed.");
    copies.forEach((region, copy) ->
        current.dataPoint(Family.gauge(copy.current() ? 1 : 0, "region", region)));
    return new MetricSnapshots(
        current.build(),
        gauge(
            copies,
            "region_bridge_replica_age_seconds",
            "Time since the copy of a peer's directory was known to be what the peer has.",
            size -> size.ageNanos() / NANOS),
        gauge(
            copies,
            "region_bridge_replica_endpoints",
            "Endpoints in the copy of a peer's directory.",
            Size::endpoints),
        gauge(
            copies,
            "region_bridge_replica_services",
            "Services in the copy of a peer's directory.",
            Size::services),
        gauge(
            copies,
            "region_bridge_replica_bytes",
            "Memory that the copy of a peer's directory takes, estimated.",
            Size::octets));
  }

  private static GaugeSnapshot gauge(
      Map<String, Copy> copies, String name, String help, ToDoubleFunction<Size> value) {
    GaugeSnapshot.Builder gauge = Family.gauge(name, help);
    copies.forEach((region, copy) ->
        copy.size()
            .ifPresent(size ->
                gauge.dataPoint(Family.gauge(value.applyAsDouble(size), "region", region))));
    return gauge.build();
  }
}
