package io.regionbridge.api.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The process and what is in force in it, besides what the JVM's own binders say. Stateless. */
final class ProcessCollector implements MultiCollector {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final double NANOS = 1e9;

  private final Measured measured;

  ProcessCollector(Measured measured) {
    this.measured = measured;
  }

  @Override
  public MetricSnapshots collect() {
    List<MetricSnapshot> all = new ArrayList<>();
    all.add(
        Family.gauge("region_bridge_build_info", "1, labelled with the version.")
            .dataPoint(Family.gauge(1, "version", measured.version()))
            .build());
    all.add(
        Family.gauge(
            "region_bridge_ready",
            "1 if the bridge is ready for queries, else 0.",
            measured.ready().getAsBoolean() ? 1 : 0));
    all.add(
        Family.gauge(
            "region_bridge_active_gateway",
            "1 if this node is the active gateway of its region, else 0.",
            measured.active().getAsBoolean() ? 1 : 0));
    GaugeSnapshot.Builder policies =
        Family.gauge(
            "region_bridge_egress_policies",
            "Number of peer regions by the state of their egress.");
    measured
        .egress()
        .get()
        .forEach((state, count) -> policies.dataPoint(Family.gauge(count, "state", state)));
    all.add(policies.build());
    GaugeSnapshot.Builder conditions =
        Family.gauge(
            "region_bridge_condition_ok",
            "1 if a condition of the bridge or of a peer region is good, else 0.");
    measured
        .sound()
        .get()
        .forEach((subject, ok) ->
            conditions.dataPoint(
                Family.gauge(ok ? 1 : 0, "region", subject.region(), "type", subject.type())));
    all.add(conditions.build());
    GaugeSnapshot.Builder running =
        Family.gauge(
            "region_bridge_loop_running",
            "1 if a background loop works, 0 if it fails, is stuck or has ended.");
    measured
        .loops()
        .get()
        .forEach(loop -> running.dataPoint(Family.gauge(loop.good() ? 1 : 0, "loop", loop.name())));
    all.add(running.build());
    GaugeSnapshot.Builder limits =
        Family.gauge(
            "region_bridge_memory_limit_bytes",
            "Heap memory that the directory, the replicas or the cache may use.");
    GaugeSnapshot.Builder used =
        Family.gauge(
            "region_bridge_memory_used_bytes",
            "Estimated heap memory that the directory, the replicas or the cache use.");
    measured
        .memory()
        .get()
        .forEach(share -> {
          limits.dataPoint(Family.gauge((double) share.limit(), "part", share.name()));
          used.dataPoint(Family.gauge((double) share.used(), "part", share.name()));
        });
    all.add(limits.build());
    all.add(used.build());
    Map<String, Instant> handshakes = measured.handshakes().get();
    if (!handshakes.isEmpty()) {
      GaugeSnapshot.Builder family =
          Family.gauge(
              "region_bridge_wireguard_last_handshake_seconds",
              "Unix time of the last WireGuard handshake with any gateway of the region.");
      handshakes.forEach((region, at) ->
          family.dataPoint(Family.gauge((double) at.getEpochSecond(), "region", region)));
      all.add(family.build());
    }
    Map<Measured.End, Measured.Traffic> traffic = measured.traffic().get();
    if (!traffic.isEmpty()) {
      CounterSnapshot.Builder received =
          Family.counter(
              "region_bridge_wireguard_received_bytes",
              "Bytes received from a gateway through its tunnel.");
      CounterSnapshot.Builder sent =
          Family.counter(
              "region_bridge_wireguard_sent_bytes", "Bytes sent to a gateway through its tunnel.");
      traffic.forEach((end, octets) -> {
        String[] labels = {"region", end.region(), "gateway", end.gateway()};
        received.dataPoint(Family.count((double) octets.received(), labels));
        sent.dataPoint(Family.count((double) octets.sent(), labels));
      });
      all.add(received.build());
      all.add(sent.build());
    }
    measured
        .keyExpiry()
        .get()
        .ifPresent(at ->
            all.add(
                Family.gauge(
                    "region_bridge_overlay_key_expiry_seconds",
                    "Unix time at which Tailscale's key of this node expires.",
                    (double) at.getEpochSecond())));
    all.add(
        Family.gauge(
            "region_bridge_directory_services",
            "Services in the directory.",
            measured.services().getAsInt()));
    all.add(
        Family.gauge(
            "region_bridge_directory_endpoints",
            "Endpoints in the directory.",
            measured.endpoints().getAsInt()));
    all.add(
        Family.gauge(
            "region_bridge_remapped_services",
            "Services of which peers get pod addresses although a port is remapped.",
            measured.remapped().getAsInt()));
    all.add(
        Family.gauge(
            "region_bridge_directory_withheld_addresses",
            "Addresses of Services that are withheld from peers because they are outside the"
                + " region's own ranges.",
            measured.withheld().getAsInt()));
    measured
        .imports()
        .get()
        .ifPresent(services -> {
          all.add(
              Family.gauge(
                  "region_bridge_exports",
                  "Services that a ServiceExport of this region exports.",
                  services.exports()));
          all.add(
              Family.gauge(
                  "region_bridge_imports",
                  "Services that this cluster imports, its own exports included.",
                  services.imports()));
          all.add(
              Family.gauge(
                  "region_bridge_import_conflicts",
                  "Services whose ServiceExports in several regions conflict.",
                  services.conflicts()));
        });
    all.add(
        Family.counter(
            "region_bridge_config_reload_failures",
            "Changes of the configuration file that were refused as invalid.",
            (double) measured.reloadFailures().getAsLong()));
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      all.add(
          Family.counter(
              "process_cpu_seconds", "CPU time used.", system.getProcessCpuTime() / NANOS));
    }
    resident()
        .ifPresent(octets ->
            all.add(
                Family.gauge(
                    "process_resident_memory_bytes", "Resident memory.", (double) octets)));
    return new MetricSnapshots(all);
  }

  private static OptionalLong resident() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(RESIDENT)) {
          String kib = line.substring(RESIDENT.length()).replace("kB", "").strip();
          return OptionalLong.of(Long.parseLong(kib) * 1024);
        }
      }
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty(); // not Linux
    }
    return OptionalLong.empty();
  }
}
