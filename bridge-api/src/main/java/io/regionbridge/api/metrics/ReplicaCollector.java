package io.regionbridge.api.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.regionbridge.api.metrics.Measured.Replica;
import io.regionbridge.api.metrics.Measured.Size;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of the replicas of peers' directories, read at each scrape. Stateless. */
final class ReplicaCollector implements MultiCollector {
  private static final double NANOS = 1e9;

  private final Supplier<Map<String, Replica>> replicas;

  ReplicaCollector(Supplier<Map<String, Replica>> replicas) {
    this.replicas = replicas;
  }

  @Override
  public MetricSnapshots collect() {
    Map<String, Replica> followed = new TreeMap<>(replicas.get());
    GaugeSnapshot.Builder current =
        Family.gauge(
            "region_bridge_replica_current",
            "1 if the peer's names are answered from a replica of its directory, 0 if relayed.");
    followed.forEach((region, replica) ->
        current.dataPoint(Family.gauge(replica.current() ? 1 : 0, "region", region)));
    return new MetricSnapshots(
        current.build(),
        gauge(
            followed,
            "region_bridge_replica_age_seconds",
            "Time since the replica of a peer's directory was last confirmed by the peer.",
            size -> size.ageNanos() / NANOS),
        gauge(
            followed,
            "region_bridge_replica_endpoints",
            "Endpoints in the replica of a peer's directory.",
            Size::endpoints),
        gauge(
            followed,
            "region_bridge_replica_services",
            "Services in the replica of a peer's directory.",
            Size::services),
        gauge(
            followed,
            "region_bridge_replica_bytes",
            "Estimated memory of the replica of a peer's directory.",
            Size::octets));
  }

  private static GaugeSnapshot gauge(
      Map<String, Replica> followed, String name, String help, ToDoubleFunction<Size> value) {
    GaugeSnapshot.Builder gauge = Family.gauge(name, help);
    followed.forEach((region, replica) ->
        replica
            .size()
            .ifPresent(size ->
                gauge.dataPoint(Family.gauge(value.applyAsDouble(size), "region", region))));
    return gauge.build();
  }
}
