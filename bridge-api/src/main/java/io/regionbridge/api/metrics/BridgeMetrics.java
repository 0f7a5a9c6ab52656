package io.regionbridge.api.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** All metrics of one bridge. */
public final class BridgeMetrics implements AutoCloseable {
  /** The formats of {@link #scrape}: Prometheus text and OpenMetrics. */
  public static final List<String> MEDIA_TYPES =
      List.of(
          "text/plain; version=0.0.4; charset=utf-8",
          "application/openmetrics-text; version=1.0.0; charset=utf-8");

  private final PrometheusMeterRegistry registry;
  private final JvmGcMetrics collections = new JvmGcMetrics();

  /** A registry with all that there is. */
  public BridgeMetrics(Measured measured) {
    PrometheusRegistry collectors = new PrometheusRegistry();
    collectors.register(new DnsCollector(measured));
    collectors.register(new ProcessCollector(measured));
    collectors.register(new ReplicaCollector(measured.replicas()));
    registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, collectors, Clock.SYSTEM);
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** The current metrics, as one of {@link #MEDIA_TYPES}. */
  public byte[] scrape(String mediaType) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16_384);
    try {
      registry.scrape(out, mediaType);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
