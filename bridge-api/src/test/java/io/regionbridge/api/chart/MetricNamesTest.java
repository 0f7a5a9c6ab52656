package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigReader;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.lifecycle.Bridge;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Dashboard and alerts ask for nothing but what a running bridge says. */
class MetricNamesTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** What a metric of ours, or of the JVM and the process, is called in an expression. */
  private static final Pattern METRIC = Pattern.compile("\\b(?:region_bridge|process|jvm)_\\w+");

  /** A bridge that has no overlay has none of them. */
  private static final Set<String> OF_TUNNELS =
      Set.of(
          "region_bridge_wireguard_last_handshake_seconds",
          "region_bridge_wireguard_received_bytes_total",
          "region_bridge_wireguard_sent_bytes_total");

  private static final Pattern SAMPLE = Pattern.compile("(?m)^[a-z_]+(?=[{ ])");

  @Test
  void everyMetricThatIsAskedForIsExported() throws IOException {
    Set<String> asked =
        Stream.concat(dashboard(), alerts())
            .flatMap(expression -> METRIC.matcher(expression).results())
            .map(match -> match.group())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(asked).hasSizeGreaterThan(15).containsAll(OF_TUNNELS);
    asked.removeAll(OF_TUNNELS);

    try (Bridge mn = start("mn", "fsn1", "127.0.0.1:9");
        Bridge fsn1 = start("fsn1", "mn", SocketLiteral.format(mn.dnsAddresses().getFirst()))) {
      ask(fsn1, "web.shop.svc.mn.internal.");
      Set<String> exported = new TreeSet<>();
      long end = System.nanoTime() + TIMEOUT.toNanos();
      while (!exported.containsAll(asked) && System.nanoTime() < end) {
        exported = exported(fsn1);
        LockSupport.parkNanos(
            Duration.ofMillis(50).toNanos()); // until the first probe was answered
      }
      assertThat(exported).containsAll(asked);
      // What needs an overlay is at least what the contract of the metrics calls it.
      String source =
          Files.readString(
              Path.of("src/main/java/io/regionbridge/api/metrics/ProcessCollector.java"));
      assertThat(OF_TUNNELS)
          .allMatch(name -> source.contains('"' + name.replace("_total", "") + '"'));
    }
  }

  private static Stream<String> dashboard() {
    var dashboard = Chart.json("dashboards/region-bridge.json");
    return Stream.concat(
        dashboard
            .at("/panels")
            .valueStream()
            .flatMap(panel -> panel.at("/targets").valueStream())
            .map(target -> target.at("/expr").asText()),
        dashboard.at("/templating/list").valueStream().map(v -> v.at("/definition").asText()));
  }

  private static Stream<String> alerts() {
    return Chart.yaml("alerts.yaml")
        .at("/groups")
        .valueStream()
        .flatMap(group -> group.at("/rules").valueStream())
        .map(rule -> rule.at("/expr").asText());
  }

  private static void ask(Bridge bridge, String name) throws IOException {
    SimpleResolver resolver = new SimpleResolver(bridge.dnsAddresses().getFirst());
    resolver.setTimeout(TIMEOUT);
    resolver.send(Message.newQuery(Record.newRecord(Name.fromString(name), Type.A, DClass.IN)));
  }

  private static Set<String> exported(Bridge bridge) throws IOException {
    InetSocketAddress http = bridge.httpAddresses().getFirst();
    URI uri = URI.create("http://" + SocketLiteral.format(http) + "/metrics");
    try (InputStream in = uri.toURL().openStream()) {
      return SAMPLE
          .matcher(new String(in.readAllBytes(), UTF_8))
          .results()
          .map(match -> match.group())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Bridge start(String region, String peer, String gateway) throws IOException {
    String yaml =
        """
        region: { name: %s }
        kubernetes: { enabled: false }
        overlay: { mode: none }
        dns: { listen: ["127.0.0.1:0"], threads: 1 }
        admin: { listen: "127.0.0.1:0" }
        regions: [{ name: %s, podCIDRs: [10.52.0.0/16], gateways: ["%s"] }]
        """
            .formatted(region, peer, gateway);
    if (ConfigReader.read(yaml, Path.of("/"), Map.of())
        instanceof ConfigResult.Valid(BridgeConfig config, _)) {
      return Bridge.start(config);
    }
    throw new AssertionError(yaml);
  }
}
