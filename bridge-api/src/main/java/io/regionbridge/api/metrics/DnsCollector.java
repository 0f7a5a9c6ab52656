package io.regionbridge.api.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.regionbridge.dns.relay.LoopCounters;
import io.regionbridge.dns.relay.Source;
import io.regionbridge.dns.upstream.GatewayHealth;
import io.regionbridge.router.net.SocketLiteral;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.xbill.DNS.Rcode;

/** Adds up what the event loops counted, at each scrape. Stateless. */
final class DnsCollector implements MultiCollector {
  private static final double NANOS = 1e9;

  private final Measured measured;

  DnsCollector(Measured measured) {
    this.measured = measured;
  }

  @Override
  public MetricSnapshots collect() {
    List<LoopCounters> loops = measured.dns().counters();
    List<GatewayHealth> gateways = measured.dns().gateways();
    List<MetricSnapshot> all = new ArrayList<>();
    all.add(queries(loops));
    all.add(durations(loops));
    all.add(events(loops));
    all.add(exchanges(gateways));
    all.add(contained(gateways));
    all.add(up(gateways));
    all.add(roundTrips(gateways));
    all.add(
        Family.gauge(
            "region_bridge_cache_entries", "Answers in the cache.", measured.dns().cacheEntries()));
    all.add(
        Family.gauge(
            "region_bridge_dns_waiting_queries",
            "Queries that wait for a gateway's reply.",
            measured.dns().waiting()));
    all.add(
        Family.gauge(
            "region_bridge_dns_tcp_connections",
            "Open TCP connections of clients.",
            measured.dns().connections()));
    return new MetricSnapshots(all);
  }

  private CounterSnapshot queries(List<LoopCounters> loops) {
    CounterSnapshot.Builder family =
        Family.counter("region_bridge_dns_queries", "Replies to DNS queries.");
    List<String> zones = measured.dns().table().zoneNames();
    int[] rcodes = LoopCounters.rcodes();
    for (int zone = 0; zone <= zones.size(); zone++) {
      for (int tcp = 0; tcp < 2; tcp++) {
        for (int rcode = 0; rcode < rcodes.length; rcode++) {
          for (Source source : Source.values()) {
            long count = 0;
            for (LoopCounters loop : loops) {
              count += loop.replies(zone, tcp == 1, rcode, source);
            }
            if (count > 0) {
              family.dataPoint(
                  Family.count(
                      (double) count,
                      "zone",
                      zone == 0 ? "none" : zones.get(zone - 1),
                      "transport",
                      tcp == 1 ? "tcp" : "udp",
                      "rcode",
                      rcode(rcodes[rcode]),
                      "source",
                      source.label()));
            }
          }
        }
      }
    }
    return family.build();
  }

  /** As RFC 6895, section 2.3 names it. */
  private static String rcode(int rcode) {
    if (rcode == Rcode.BADVERS) {
      return "BADVERS"; // 16 is BADSIG too, which concerns TSIG alone
    }
    return rcode < 0 ? "OTHER" : Rcode.string(rcode);
  }

  private static HistogramSnapshot durations(List<LoopCounters> loops) {
    HistogramSnapshot.Builder family =
        HistogramSnapshot.builder()
            .name("region_bridge_dns_query_duration_seconds")
            .help("Time from reading a query to sending its reply.");
    long[] nanos = LoopCounters.latencyBounds();
    double[] bounds = new double[nanos.length + 1];
    for (int i = 0; i < nanos.length; i++) {
      bounds[i] = nanos[i] / NANOS;
    }
    bounds[nanos.length] = Double.POSITIVE_INFINITY;
    for (Source source : Source.values()) {
      long[] counts = new long[bounds.length];
      long sum = 0;
      for (LoopCounters loop : loops) {
        for (int i = 0; i < counts.length; i++) {
          counts[i] += loop.latencies(source, i);
        }
        sum += loop.latencySum(source);
      }
      family.dataPoint(
          HistogramDataPointSnapshot.builder()
              .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
              .sum(sum / NANOS)
              .labels(Labels.of("source", source.label()))
              .build());
    }
    return family.build();
  }

  private CounterSnapshot events(List<LoopCounters> loops) {
    CounterSnapshot.Builder family =
        Family.counter(
            "region_bridge_dns_events",
            "Events other than replies: queries shed at dns.maxInflight, refusals not sent, packets"
                + " ignored, prefetches, contained answers, probes of other bridges, replies that"
                + " the kernel did not take, TCP connections refused.");
    for (LoopCounters.Event event : LoopCounters.Event.values()) {
      long count = loops.stream().mapToLong(loop -> loop.events(event)).sum();
      family.dataPoint(Family.count((double) count, "event", word(event)));
    }
    double refused = measured.dns().connectionsRefused();
    family.dataPoint(Family.count(refused, "event", "refused_connection"));
    return family.build();
  }

  private static CounterSnapshot exchanges(List<GatewayHealth> gateways) {
    CounterSnapshot.Builder family =
        Family.counter(
            "region_bridge_relay_exchanges", "Queries to gateways of peer regions by outcome.");
    GatewayHealth.Outcome[] outcomes = GatewayHealth.Outcome.values();
    for (GatewayHealth gateway : gateways) {
      String address = SocketLiteral.format(gateway.address());
      for (GatewayHealth.Outcome outcome : outcomes) {
        family.dataPoint(
            Family.count(
                (double) gateway.outcomes(outcome),
                "region",
                gateway.region(),
                "gateway",
                address,
                "outcome",
                word(outcome)));
      }
    }
    return family.build();
  }

  private static CounterSnapshot contained(List<GatewayHealth> gateways) {
    Map<String, Long> regions = new TreeMap<>();
    for (GatewayHealth gateway : gateways) {
      regions.merge(gateway.region(), gateway.outcomes(GatewayHealth.Outcome.CONTAINED), Long::sum);
    }
    CounterSnapshot.Builder family =
        Family.counter(
            "region_bridge_contained_answers",
            "Answers of a peer with addresses that are not accepted from it.");
    regions.forEach(
        (region, count) -> family.dataPoint(Family.count((double) count, "region", region)));
    return family.build();
  }

  /** A gateway that was not probed yet is neither up nor down. */
  private static GaugeSnapshot up(List<GatewayHealth> gateways) {
    GaugeSnapshot.Builder family =
        Family.gauge("region_bridge_gateway_up", "1 if the gateway answers, else 0.");
    for (GatewayHealth gateway : gateways) {
      if (gateway.state() != GatewayHealth.State.UNKNOWN) {
        int up = gateway.state() == GatewayHealth.State.UP ? 1 : 0;
        String address = SocketLiteral.format(gateway.address());
        family.dataPoint(Family.gauge(up, "region", gateway.region(), "gateway", address));
      }
    }
    return family.build();
  }

  private static GaugeSnapshot roundTrips(List<GatewayHealth> gateways) {
    GaugeSnapshot.Builder family =
        Family.gauge(
            "region_bridge_gateway_rtt_seconds", "Smoothed round trip of the gateway's probes.");
    for (GatewayHealth gateway : gateways) {
      if (gateway.rtt() > 0) {
        String address = SocketLiteral.format(gateway.address());
        family.dataPoint(
            Family.gauge(gateway.rtt() / NANOS, "region", gateway.region(), "gateway", address));
      }
    }
    return family.build();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
