package io.regionbridge.api.zones;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.View;
import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryIndex;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.directory.ExternalNames;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.manifest.ManifestReader;
import io.regionbridge.router.directory.manifest.ManifestReading;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.settings.RegionSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class ZoneCompilerTest {
  private static final ExternalNames NAMES =
      new ExternalNames("mn.internal", List.of("cluster.local", "k8s.example.org"));
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
  private static final Name DOMAIN = Name.fromConstantString("mn.internal.");

  /** Everything that a Service can be. */
  private static final List<Cidr> RANGES =
      List.of(
          Cidr.of("10.52.0.0/16"),
          Cidr.of("fd52::/16"),
          Cidr.of("10.43.0.0/16"),
          Cidr.of("fd43::/16"));

  private static final String REGION =
      """
      {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod},
       spec: {clusterIP: 10.43.0.1, clusterIPs: [10.43.0.1, "fd43::1"],
        ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}]}}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
       metadata: {name: web-4, namespace: prod, labels: {kubernetes.io/service-name: web}},
       ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}],
       endpoints: [{addresses: [10.52.0.1]}, {addresses: [10.52.0.2]},
        {addresses: [10.52.0.3], conditions: {ready: false}}]}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv6,
       metadata: {name: web-6, namespace: prod, labels: {kubernetes.io/service-name: web}},
       ports: [{name: http, port: 80}],
       endpoints: [{addresses: ["fd52::1"]}]}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: mapped, namespace: prod},
       spec: {clusterIP: 10.43.0.2, ports: [{name: http, port: 80, targetPort: 8080}]}}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
       metadata: {name: mapped, namespace: prod, labels: {kubernetes.io/service-name: mapped}},
       ports: [{name: http, port: 8080}], endpoints: [{addresses: [10.52.0.7]}]}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: empty, namespace: prod},
       spec: {clusterIP: 10.43.0.3, ports: [{name: http, port: 80}]}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: pending, namespace: prod},
       spec: {ports: [{name: http, port: 80}]}}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
       metadata: {name: pending, namespace: prod, labels: {kubernetes.io/service-name: pending}},
       ports: [{name: http, port: 80}], endpoints: [{addresses: [10.52.0.8]}]}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: nats, namespace: messaging},
       spec: {clusterIP: None, ports: [{name: client, port: 4222}]}}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
       metadata: {name: nats-4, namespace: messaging, labels: {kubernetes.io/service-name: nats}},
       ports: [{name: client, port: 4222}, {port: 9}],
       endpoints: [{addresses: [10.52.1.1], hostname: nats-0}, {addresses: [10.52.1.2]}]}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv6,
       metadata: {name: nats-6, namespace: messaging, labels: {kubernetes.io/service-name: nats}},
       ports: [{name: client, port: 4222}],
       endpoints: [{addresses: ["fd52::9"], hostname: nats-0}]}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: gone, namespace: messaging},
       spec: {clusterIP: None, ports: [{name: client, port: 4222}]}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: monitor, namespace: ops},
       spec: {clusterIP: None}}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
       metadata: {name: monitor, namespace: ops, labels: {kubernetes.io/service-name: monitor}},
       endpoints: [{addresses: [10.52.1.1]}, {addresses: [192.0.2.1]}]}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: ingress, namespace: ops},
       spec: {clusterIP: 10.43.0.11, ports: [{name: http, port: 80}]}}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
       metadata: {name: ingress, namespace: ops, labels: {kubernetes.io/service-name: ingress}},
       ports: [{name: http, port: 80}], endpoints: [{addresses: [192.0.2.1]}]}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: kafka, namespace: ops},
       spec: {clusterIP: None, ports: [{name: broker, port: 9092}]}}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
       metadata: {name: kafka-a, namespace: ops, labels: {kubernetes.io/service-name: kafka}},
       ports: [{name: broker, port: 9092}],
       endpoints: [{addresses: [10.52.9.9], hostname: kafka-0}]}
      ---
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
       metadata: {name: kafka-b, namespace: ops, labels: {kubernetes.io/service-name: kafka}},
       ports: [{name: broker, port: 9093}],
       endpoints: [{addresses: [10.52.9.9], hostname: kafka-1},
        {addresses: [192.0.2.9], hostname: kafka-2}]}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: within, namespace: prod},
       spec: {type: ExternalName, externalName: nats.messaging.svc.k8s.example.org.}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: outside, namespace: prod},
       spec: {type: ExternalName, externalName: db.example.com}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: inside, namespace: prod},
       spec: {type: ExternalName, externalName: nats.messaging.svc.cluster.local}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: number, namespace: prod},
       spec: {type: ExternalName, externalName: 192.0.2.7}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: dns, namespace: kube-system},
       spec: {clusterIP: 10.43.0.10}}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # A ClusterIP Service: its addresses inside, its ready pods outside
          web.prod.svc.mn.internal                 | A    | 10.43.0.1 | 10.52.0.1, 10.52.0.2
          web.prod.svc.mn.internal                 | AAAA | fd43:0:0:0:0:0:0:1 | fd52:0:0:0:0:0:0:1
          WEB.Prod.svc.MN.internal                 | A    | 10.43.0.1 | 10.52.0.1, 10.52.0.2
          web.prod.mn.internal                     | A    | 10.43.0.1 | 10.52.0.1, 10.52.0.2
          web.prod.svc.mn.internal                 | MX   | NODATA    | NODATA
          web.prod.svc.mn.internal                 | SRV  | NODATA    | NODATA
          _http._tcp.web.prod.svc.mn.internal      | SRV  | 0 100 80 web.prod.svc.mn.internal. | 0 33 80 10-52-0-1.web.prod.svc.mn.internal., 0 33 80 10-52-0-2.web.prod.svc.mn.internal., 0 33 80 fd52--1.web.prod.svc.mn.internal.
          _http._tcp.web.prod.mn.internal          | SRV  | 0 100 80 web.prod.svc.mn.internal. | 0 33 80 10-52-0-1.web.prod.svc.mn.internal., 0 33 80 10-52-0-2.web.prod.svc.mn.internal., 0 33 80 fd52--1.web.prod.svc.mn.internal.
          _dns._udp.web.prod.svc.mn.internal       | SRV  | 0 100 53 web.prod.svc.mn.internal. | 0 50 53 10-52-0-1.web.prod.svc.mn.internal., 0 50 53 10-52-0-2.web.prod.svc.mn.internal.
          _http._udp.web.prod.svc.mn.internal      | SRV  | NXDOMAIN  | NXDOMAIN
          _tcp.web.prod.svc.mn.internal            | SRV  | NODATA    | NODATA
          10-52-0-1.web.prod.svc.mn.internal       | A    | 10.52.0.1 | 10.52.0.1
          10-52-0-1.web.prod.svc.mn.internal       | AAAA | NODATA    | NODATA
          fd52--1.web.prod.svc.mn.internal         | AAAA | fd52:0:0:0:0:0:0:1 | fd52:0:0:0:0:0:0:1
          10-52-0-3.web.prod.svc.mn.internal       | A    | NXDOMAIN  | NXDOMAIN
          # ... with a remapped port, and no gateway that translates: SRV says the pods' port
          mapped.prod.svc.mn.internal              | A    | 10.43.0.2 | 10.52.0.7
          _http._tcp.mapped.prod.svc.mn.internal   | SRV  | 0 100 80 mapped.prod.svc.mn.internal. | 0 100 8080 10-52-0-7.mapped.prod.svc.mn.internal.
          # ... without a ready pod: it exists, but has nothing for those outside
          empty.prod.svc.mn.internal               | A    | 10.43.0.3 | NODATA
          _http._tcp.empty.prod.svc.mn.internal    | SRV  | 0 100 80 empty.prod.svc.mn.internal. | NODATA
          # ... that was not given an address: its pods for everyone
          pending.prod.svc.mn.internal             | A    | 10.52.0.8 | 10.52.0.8
          _http._tcp.pending.prod.svc.mn.internal  | SRV  | 0 100 80 10-52-0-8.pending.prod.svc.mn.internal. | 0 100 80 10-52-0-8.pending.prod.svc.mn.internal.
          # A headless Service: its pods for everyone, SRV targets are their names
          nats.messaging.svc.mn.internal           | A    | 10.52.1.1, 10.52.1.2 | 10.52.1.1, 10.52.1.2
          nats.messaging.svc.mn.internal           | AAAA | fd52:0:0:0:0:0:0:9 | fd52:0:0:0:0:0:0:9
          nats-0.nats.messaging.svc.mn.internal    | A    | 10.52.1.1 | 10.52.1.1
          nats-0.nats.messaging.svc.mn.internal    | AAAA | fd52:0:0:0:0:0:0:9 | fd52:0:0:0:0:0:0:9
          nats-0.nats.messaging.mn.internal        | A    | 10.52.1.1 | 10.52.1.1
          10-52-1-1.nats.messaging.svc.mn.internal | A    | NXDOMAIN  | NXDOMAIN
          10-52-1-2.nats.messaging.svc.mn.internal | A    | 10.52.1.2 | 10.52.1.2
          _client._tcp.nats.messaging.svc.mn.internal | SRV | 0 50 4222 10-52-1-2.nats.messaging.svc.mn.internal., 0 50 4222 nats-0.nats.messaging.svc.mn.internal. | 0 50 4222 10-52-1-2.nats.messaging.svc.mn.internal., 0 50 4222 nats-0.nats.messaging.svc.mn.internal.
          # ... with nobody ready does not exist
          gone.messaging.svc.mn.internal           | A    | NXDOMAIN  | NXDOMAIN
          _client._tcp.gone.messaging.svc.mn.internal | SRV | NXDOMAIN | NXDOMAIN
          # ExternalName: an alias, kept within the region where it leads into a cluster, and followed there
          outside.prod.svc.mn.internal             | A    | db.example.com. | db.example.com.
          outside.prod.svc.mn.internal             | CNAME | db.example.com. | db.example.com.
          inside.prod.svc.mn.internal              | CNAME | nats.messaging.svc.mn.internal. | nats.messaging.svc.mn.internal.
          # Addresses that peers would not believe are left out for them
          monitor.ops.svc.mn.internal              | A    | 10.52.1.1, 192.0.2.1 | 10.52.1.1
          192-0-2-1.monitor.ops.svc.mn.internal    | A    | 192.0.2.1 | NODATA
          ingress.ops.svc.mn.internal              | A    | 10.43.0.11 | NODATA
          _http._tcp.ingress.ops.svc.mn.internal   | SRV  | 0 100 80 ingress.ops.svc.mn.internal. | NODATA
          # Two hostnames at one address
          kafka.ops.svc.mn.internal                | A    | 10.52.9.9, 192.0.2.9 | 10.52.9.9
          kafka-0.kafka.ops.svc.mn.internal        | A    | 10.52.9.9 | 10.52.9.9
          kafka-1.kafka.ops.svc.mn.internal        | A    | 10.52.9.9 | 10.52.9.9
          kafka-2.kafka.ops.svc.mn.internal        | A    | 192.0.2.9 | NODATA
          _broker._tcp.kafka.ops.svc.mn.internal   | SRV  | 0 33 9092 kafka-0.kafka.ops.svc.mn.internal., 0 33 9093 kafka-1.kafka.ops.svc.mn.internal., 0 33 9093 kafka-2.kafka.ops.svc.mn.internal. | 0 50 9092 kafka-0.kafka.ops.svc.mn.internal., 0 50 9093 kafka-1.kafka.ops.svc.mn.internal.
          9.9.52.10.in-addr.arpa                   | PTR  | kafka-0.kafka.ops.svc.mn.internal., kafka-1.kafka.ops.svc.mn.internal. | kafka-0.kafka.ops.svc.mn.internal., kafka-1.kafka.ops.svc.mn.internal.
          # The cluster may have several names
          within.prod.svc.mn.internal              | CNAME | nats.messaging.svc.mn.internal. | nats.messaging.svc.mn.internal.
          inside.prod.svc.mn.internal              | AAAA | fd52:0:0:0:0:0:0:9, nats.messaging.svc.mn.internal. | fd52:0:0:0:0:0:0:9, nats.messaging.svc.mn.internal.
          number.prod.svc.mn.internal              | A    | NXDOMAIN  | NXDOMAIN
          # The rest of the zone
          mn.internal                              | A    | NODATA    | NODATA
          mn.internal                              | NS   | ns.mn.internal. | ns.mn.internal.
          ns.mn.internal                           | A    | 100.64.0.1 | NODATA
          dns-version.mn.internal                  | TXT  | 1.1.0     | 1.1.0
          svc.mn.internal                          | A    | NODATA    | NODATA
          prod.svc.mn.internal                     | A    | NODATA    | NODATA
          prod.mn.internal                         | A    | NODATA    | NODATA
          none.svc.mn.internal                     | A    | NXDOMAIN  | NXDOMAIN
          none.prod.svc.mn.internal                | A    | NXDOMAIN  | NXDOMAIN
          none.mn.internal                         | A    | NXDOMAIN  | NXDOMAIN
          web.prod.pod.mn.internal                 | A    | NXDOMAIN  | NXDOMAIN
          # Not exported
          dns.kube-system.svc.mn.internal          | A    | NXDOMAIN  | NXDOMAIN
          kube-system.svc.mn.internal              | A    | NXDOMAIN  | NXDOMAIN
          # Addresses of pods lead back to every name that their endpoints have
          1.0.52.10.in-addr.arpa                   | PTR  | 10-52-0-1.web.prod.svc.mn.internal. | 10-52-0-1.web.prod.svc.mn.internal.
          1.1.52.10.in-addr.arpa                   | PTR  | 10-52-1-1.monitor.ops.svc.mn.internal., nats-0.nats.messaging.svc.mn.internal. | 10-52-1-1.monitor.ops.svc.mn.internal., nats-0.nats.messaging.svc.mn.internal.
          3.0.52.10.in-addr.arpa                   | PTR  | NXDOMAIN  | NXDOMAIN
          0.52.10.in-addr.arpa                     | PTR  | NODATA    | NODATA
          52.10.in-addr.arpa                       | NS   | ns.mn.internal. | ns.mn.internal.
          """)
  void namesSayWhatTheSpecificationSays(String name, String type, String inside, String outside) {
    Asker asker = new Asker(compiler(settings()).compile(region(), NOW));

    assertThat(asker.answer(View.CLUSTER, name, type)).as("inside").isEqualTo(inside);
    assertThat(asker.answer(View.PODS, name, type)).as("outside").isEqualTo(outside);
  }

  /** Peers know 10.52.0.0/16 as 10.152.0.0/16 and fd52::/16 as fd53::/16; the cluster does not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          web.prod.svc.mn.internal                 | A    | 10.43.0.1 | 10.152.0.1, 10.152.0.2
          web.prod.svc.mn.internal                 | AAAA | fd43:0:0:0:0:0:0:1 | fd53:0:0:0:0:0:0:1
          _http._tcp.web.prod.svc.mn.internal      | SRV  | 0 100 80 web.prod.svc.mn.internal. | 0 33 80 10-152-0-1.web.prod.svc.mn.internal., 0 33 80 10-152-0-2.web.prod.svc.mn.internal., 0 33 80 fd53--1.web.prod.svc.mn.internal.
          10-52-0-1.web.prod.svc.mn.internal       | A    | 10.52.0.1 | NODATA
          10-152-0-1.web.prod.svc.mn.internal      | A    | NODATA    | 10.152.0.1
          nats.messaging.svc.mn.internal           | A    | 10.52.1.1, 10.52.1.2 | 10.152.1.1, 10.152.1.2
          nats-0.nats.messaging.svc.mn.internal    | A    | 10.52.1.1 | 10.152.1.1
          nats-0.nats.messaging.svc.mn.internal    | AAAA | fd52:0:0:0:0:0:0:9 | fd53:0:0:0:0:0:0:9
          inside.prod.svc.mn.internal              | AAAA | fd52:0:0:0:0:0:0:9, nats.messaging.svc.mn.internal. | fd53:0:0:0:0:0:0:9, nats.messaging.svc.mn.internal.
          _client._tcp.nats.messaging.svc.mn.internal | SRV | 0 50 4222 10-52-1-2.nats.messaging.svc.mn.internal., 0 50 4222 nats-0.nats.messaging.svc.mn.internal. | 0 50 4222 10-152-1-2.nats.messaging.svc.mn.internal., 0 50 4222 nats-0.nats.messaging.svc.mn.internal.
          monitor.ops.svc.mn.internal              | A    | 10.52.1.1, 192.0.2.1 | 10.152.1.1
          1.0.52.10.in-addr.arpa                   | PTR  | 10-52-0-1.web.prod.svc.mn.internal. | 10-52-0-1.web.prod.svc.mn.internal.
          1.0.152.10.in-addr.arpa                  | PTR  | 10-152-0-1.web.prod.svc.mn.internal. | 10-152-0-1.web.prod.svc.mn.internal.
          1.1.152.10.in-addr.arpa                  | PTR  | 10-152-1-1.monitor.ops.svc.mn.internal., nats-0.nats.messaging.svc.mn.internal. | 10-152-1-1.monitor.ops.svc.mn.internal., nats-0.nats.messaging.svc.mn.internal.
          9.9.152.10.in-addr.arpa                  | PTR  | kafka-0.kafka.ops.svc.mn.internal., kafka-1.kafka.ops.svc.mn.internal. | kafka-0.kafka.ops.svc.mn.internal., kafka-1.kafka.ops.svc.mn.internal.
          3.0.152.10.in-addr.arpa                  | PTR  | NXDOMAIN  | NXDOMAIN
          """)
  void peersAreToldTheAliasesOfAddresses(String name, String type, String inside, String outside) {
    CompiledZones zones = compiler(aliased()).compile(region(), NOW);
    Asker asker = new Asker(zones);

    assertThat(asker.answer(View.CLUSTER, name, type)).as("inside").isEqualTo(inside);
    assertThat(asker.answer(View.PODS, name, type)).as("outside").isEqualTo(outside);
    assertThat(zones.reverse().stream().filter(LocalZone::isForPeers))
        .as("reverse zones of which peers may know")
        .extracting(zone -> zone.apex().toString())
        .containsExactlyInAnyOrder("152.10.in-addr.arpa.", "3.5.d.f.ip6.arpa.");
  }

  @Test
  void aliasesFollowThePods() {
    ZoneCompiler compiler = compiler(aliased());
    compiler.compile(region(), NOW);
    Directory without = region().without(new ServiceKey("messaging", "nats"));

    Asker asker = new Asker(compiler.compile(without, NOW));

    assertThat(asker.answer(View.PODS, "2.1.152.10.in-addr.arpa", "PTR")).isEqualTo("NXDOMAIN");
    assertThat(asker.answer(View.PODS, "1.1.152.10.in-addr.arpa", "PTR"))
        .isEqualTo("10-152-1-1.monitor.ops.svc.mn.internal.");
    assertThat(asker.answer(View.PODS, "nats-0.nats.messaging.svc.mn.internal", "A"))
        .isEqualTo("NXDOMAIN");
  }

  @Test
  void everyTargetOfAnSrvRecordResolvesForWhoeverWasToldIt() {
    Asker asker = new Asker(compiler(settings()).compile(region(), NOW));

    for (String name :
        List.of(
            "_http._tcp.web.prod",
            "_http._tcp.mapped.prod",
            "_http._tcp.pending.prod",
            "_client._tcp.nats.messaging")) {
      for (View view : View.values()) {
        Message reply = asker.ask(view, name + ".svc.mn.internal", "SRV");
        assertThat(reply.getSection(Section.ANSWER)).isNotEmpty();
        for (Record srv : reply.getSection(Section.ANSWER)) {
          String target = srv.getAdditionalName().toString();
          assertThat(asker.answer(view, target, "A") + asker.answer(view, target, "AAAA"))
              .as("%s to %s", target, view)
              .matches(".*\\d.*");
        }
      }
    }
  }

  @Test
  void aliasIntoTheZoneIsAnsweredWithWhatItLeadsTo() {
    Message reply =
        new Asker(compiler(settings()).compile(region(), NOW))
            .ask(View.PODS, "inside.prod.svc.mn.internal", "A");

    assertThat(reply.getSection(Section.ANSWER))
        .extracting(r -> r.getName() + " " + Type.string(r.getType()) + " " + r.rdataToString())
        .containsExactlyInAnyOrder(
            "inside.prod.svc.mn.internal. CNAME nats.messaging.svc.mn.internal.",
            "nats.messaging.svc.mn.internal. A 10.52.1.1",
            "nats.messaging.svc.mn.internal. A 10.52.1.2");
  }

  @Test
  void answersMayBeKeptForTheTimeThatTheSettingsSay() {
    Asker asker = new Asker(compiler(settings()).compile(region(), NOW));

    Message positive = asker.ask(View.PODS, "web.prod.svc.mn.internal", "A");
    assertThat(positive.getSection(Section.ANSWER)).extracting(Record::getTTL).containsOnly(5L);
    Message negative = asker.ask(View.PODS, "none.mn.internal", "A");
    assertThat(negative.getSection(Section.AUTHORITY))
        .singleElement()
        .satisfies(record -> {
          assertThat(record.getTTL()).isEqualTo(5);
          assertThat(((SOARecord) record).getMinimum()).isEqualTo(5);
          assertThat(((SOARecord) record).getSerial()).isEqualTo(NOW.getEpochSecond());
        });
  }

  @Test
  void clusterIpThatIsKeptIsTheSameForEveryone() {
    ZoneSettings keep =
        settings(new ClusterIpRule(RegionSettings.ClusterIp.KEEP, true), ExportRule.ALL);

    CompiledZones zones = compiler(keep).compile(region(), NOW);

    Asker asker = new Asker(zones);
    assertThat(asker.answer(View.PODS, "web.prod.svc.mn.internal", "A")).isEqualTo("10.43.0.1");
    assertThat(asker.answer(View.PODS, "_http._tcp.web.prod.svc.mn.internal", "SRV"))
        .isEqualTo("0 100 80 web.prod.svc.mn.internal.");
    assertThat(asker.answer(View.PODS, "empty.prod.svc.mn.internal", "A")).isEqualTo("10.43.0.3");
    assertThat(zones.remapped()).isEmpty();
  }

  @Test
  void autoKeepsTheClusterIpOfARemappedServiceWhereGatewaysTranslate() {
    ZoneSettings auto =
        settings(new ClusterIpRule(RegionSettings.ClusterIp.AUTO, true), ExportRule.ALL);

    CompiledZones zones = compiler(auto).compile(region(), NOW);

    Asker asker = new Asker(zones);
    assertThat(asker.answer(View.PODS, "mapped.prod.svc.mn.internal", "A")).isEqualTo("10.43.0.2");
    assertThat(asker.answer(View.PODS, "web.prod.svc.mn.internal", "A"))
        .isEqualTo("10.52.0.1, 10.52.0.2");
    assertThat(zones.remapped()).isEmpty();
  }

  @Test
  void remappedServiceThatHadToBeExpandedIsNamed() {
    assertThat(compiler(settings()).compile(region(), NOW).remapped())
        .hasToString("{prod/mapped=[http 80/TCP -> 8080]}")
        .containsOnlyKeys(new ServiceKey("prod", "mapped"));
  }

  @Test
  void servicesThatLoseAddressesForPeersAreNamed() {
    DirectoryIndex index = index(REGION);
    index.complete(true);
    ZoneCompiler compiler = compiler(settings());
    assertThat(compiler.compile(index.directory(), NOW).withheld())
        .hasToString("{ops/ingress=[192.0.2.1], ops/kafka=[192.0.2.9], ops/monitor=[192.0.2.1]}");
    index.remove(new ServiceKey("ops", "kafka"));
    assertThat(compiler.compile(index.directory(), NOW).withheld())
        .containsOnlyKeys(new ServiceKey("ops", "ingress"), new ServiceKey("ops", "monitor"));
  }

  @Test
  void directoryInPartIsServedAndSaysOfNoNameThatItDoesNotExist() {
    DirectoryIndex index = index(REGION);
    index.setExtent(Directory.Extent.PARTIAL);
    CompiledZones zones = compiler(settings()).compile(index.directory(), NOW);
    Asker asker = new Asker(zones);

    assertThat(zones.domain().loaded()).isTrue();
    assertThat(zones.domain().complete()).isFalse();
    assertThat(asker.ask(View.PODS, "mn.internal", "SOA").getRcode()).isZero();
    assertThat(asker.answer(View.PODS, "none.mn.internal", "A")).isEqualTo("SERVFAIL");
    assertThat(asker.answer(View.PODS, "99.99.52.10.in-addr.arpa", "PTR")).isEqualTo("SERVFAIL");
    assertThat(asker.ask(View.PODS, "kafka.ops.svc.mn.internal", "A").getRcode()).isZero();
  }

  @Test
  void nothingIsSaidUntilTheDirectoryIsComplete() {
    ZoneCompiler compiler = compiler(settings());
    DirectoryIndex index = index(REGION);
    index.complete(false);

    CompiledZones before = compiler.compile(index.directory(), NOW);
    assertThat(before.domain().loaded()).isFalse();
    assertThat(new Asker(before).answer(View.PODS, "none.mn.internal", "A")).isEqualTo("SERVFAIL");
    assertThat(new Asker(before).answer(View.PODS, "1.0.52.10.in-addr.arpa", "PTR"))
        .isEqualTo("SERVFAIL");

    index.complete(true);
    CompiledZones after = compiler.compile(index.directory(), NOW);
    assertThat(new Asker(after).answer(View.PODS, "none.mn.internal", "A")).isEqualTo("NXDOMAIN");
    assertThat(after.reverse()).allMatch(LocalZone::loaded);
  }

  @Test
  void emptyRegionHasItsApexAndNothingElse() {
    DirectoryIndex index = new DirectoryIndex();
    index.complete(true);

    Asker asker = new Asker(compiler(settings()).compile(index.directory(), NOW));

    assertThat(asker.answer(View.PODS, "mn.internal", "NS")).isEqualTo("ns.mn.internal.");
    assertThat(asker.answer(View.PODS, "svc.mn.internal", "A")).isEqualTo("NXDOMAIN");
  }

  /** The NS record's name is there for all, with the addresses that peers may believe. */
  @Test
  void theNameServerHasNoAddressOutsideTheRangesForPeers() {
    Asker local = new Asker(compiler(settings()).compile(region(), NOW));
    assertThat(local.answer(View.CLUSTER, "ns.mn.internal", "A")).isEqualTo("100.64.0.1");
    assertThat(local.answer(View.PODS, "ns.mn.internal", "A")).isEqualTo("NODATA");
    assertThat(local.answer(View.PODS, "ns.mn.internal", "AAAA")).isEqualTo("NODATA");
    assertThat(local.answer(View.PODS, "x.ns.mn.internal", "A")).isEqualTo("NXDOMAIN");

    ZoneSettings replica =
        new ZoneSettings(DOMAIN, Duration.ofSeconds(5), List.of(), List.of(), PeerRule.AS_GIVEN);
    Asker peer = new Asker(new ZoneCompiler(replica, false).compile(region(), NOW));
    assertThat(peer.answer(View.PODS, "ns.mn.internal", "A")).isEqualTo("NODATA");

    ZoneSettings unknown =
        new ZoneSettings(
            DOMAIN,
            Duration.ofSeconds(5),
            List.of(),
            List.of(IpAddress.of("100.64.0.1")),
            PeerRule.AS_GIVEN);
    Asker bare = new Asker(new ZoneCompiler(unknown, false).compile(region(), NOW));
    assertThat(bare.answer(View.PODS, "ns.mn.internal", "A")).isEqualTo("100.64.0.1");
  }

  @Test
  void unchangedDirectoryGivesTheSameZones() {
    ZoneCompiler compiler = compiler(settings());
    Directory directory = region();

    CompiledZones first = compiler.compile(directory, NOW);
    CompiledZones second = compiler.compile(directory, NOW.plusSeconds(9));

    assertThat(second.domain()).isSameAs(first.domain());
    assertThat(second.reverse()).isEqualTo(first.reverse());
  }

  @Test
  void serialNumberGrowsWithEachChangeEvenWithinASecond() {
    ZoneCompiler compiler = compiler(settings());
    DirectoryIndex index = index(REGION);
    index.complete(true);
    long first = serial(compiler.compile(index.directory(), NOW));

    index.remove(new ServiceKey("prod", "web"));
    long second = serial(compiler.compile(index.directory(), NOW));
    index.remove(new ServiceKey("prod", "mapped"));
    long third = serial(compiler.compile(index.directory(), NOW.plusSeconds(60)));

    assertThat(second).isEqualTo(first + 1);
    assertThat(third).isEqualTo(first + 60);
  }

  @Test
  void serviceOfThousandsOfPodsIsAnsweredWithAsManyAsFit() {
    StringBuilder endpoints = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      endpoints.append("{addresses: [10.52.").append(i / 250).append('.').append(i % 250 + 1);
      endpoints.append("]},");
    }
    Directory large =
        complete(
            """
            {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: None}}
            ---
            {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
             metadata: {name: web, labels: {kubernetes.io/service-name: web}},
             ports: [{name: http, port: 80}], endpoints: [%s]}
            """
                .formatted(endpoints));

    Asker asker = new Asker(compiler(settings()).compile(large, NOW));

    for (String question : List.of("web A", "_http._tcp.web SRV")) {
      String[] parts = question.split(" ", 2);
      Message reply = asker.ask(View.PODS, parts[0] + ".default.svc.mn.internal", parts[1]);
      assertThat(reply.numBytes()).isBetween(64_000, 65_535);
      assertThat(reply.getSection(Section.ANSWER)).hasSizeGreaterThan(900);
    }
    for (int i : List.of(0, 5_000, 9_999)) {
      String address = "10.52." + i / 250 + "." + (i % 250 + 1);
      String name = address.replace('.', '-') + ".web.default.svc.mn.internal";
      assertThat(asker.answer(View.PODS, name, "A")).isEqualTo(address);
      assertThat(
              asker.answer(
                  View.PODS,
                  ReverseMap.fromAddress(IpAddress.of(address).octets()).toString(true),
                  "PTR"))
          .isEqualTo(name + ".");
    }
  }

  @Test
  void namesThatAreTooLongForDnsAreLeftOutAndTheRestStays() {
    String long63 = "a".repeat(63);
    Directory directory =
        complete(
            """
            {apiVersion: v1, kind: Service, metadata: {name: %1$s, namespace: %1$s},
             spec: {clusterIP: None}}
            ---
            {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
             metadata: {name: s, namespace: %1$s, labels: {kubernetes.io/service-name: %1$s}},
             ports: [{name: %1$s, port: 80}],
             endpoints: [{addresses: [10.52.0.1], hostname: %1$s}, {addresses: [10.52.0.2]}]}
            """
                .formatted(long63));
    String region = "b".repeat(57);
    ZoneSettings settings =
        new ZoneSettings(
            Name.fromConstantString(region + ".internal."),
            Duration.ofSeconds(5),
            List.of(Cidr.of("10.52.0.0/16")),
            List.of(),
            new PeerRule(
                ExportRule.ALL,
                new ClusterIpRule(RegionSettings.ClusterIp.AUTO, false),
                List.of()));

    Asker asker = new Asker(new ZoneCompiler(settings).compile(directory, NOW));

    String service = long63 + "." + long63 + ".svc." + region + ".internal";
    assertThat(asker.answer(View.PODS, service, "A")).isEqualTo("10.52.0.1, 10.52.0.2");
    assertThat(asker.answer(View.PODS, "10-52-0-2." + service, "A")).isEqualTo("10.52.0.2");
    assertThat(asker.answer(View.PODS, "1.0.52.10.in-addr.arpa", "PTR")).isEqualTo("NODATA");
  }

  private static long serial(CompiledZones zones) {
    Message reply = new Asker(zones).ask(View.PODS, "mn.internal", "SOA");
    return ((SOARecord) reply.getSection(Section.ANSWER).getFirst()).getSerial();
  }

  private static ZoneCompiler compiler(ZoneSettings settings) {
    return new ZoneCompiler(settings);
  }

  private static ZoneSettings settings() {
    return settings(
        new ClusterIpRule(RegionSettings.ClusterIp.AUTO, false),
        new ExportRule(RegionSettings.Export.ALL, Set.of("kube-system")));
  }

  private static ZoneSettings settings(ClusterIpRule clusterIp, ExportRule export) {
    return new ZoneSettings(
        DOMAIN,
        Duration.ofSeconds(5),
        List.of(Cidr.of("10.52.0.0/16"), Cidr.of("10.52.1.0/24"), Cidr.of("fd52::/16")),
        List.of(IpAddress.of("100.64.0.1")),
        new PeerRule(export, clusterIp, RANGES, false, AliasRanges.NONE, NAMES));
  }

  private static ZoneSettings aliased() {
    ZoneSettings plain = settings();
    PeerRule peers = plain.peers();
    return new ZoneSettings(
        plain.domain(),
        plain.ttl(),
        plain.podCidrs(),
        plain.nameServers(),
        new PeerRule(
            peers.export(),
            peers.clusterIp(),
            peers.ranges(),
            false,
            new AliasRanges(
                List.of(
                    new AliasRange(Cidr.of("10.52.0.0/16"), Cidr.of("10.152.0.0/16")),
                    new AliasRange(Cidr.of("fd52::/16"), Cidr.of("fd53::/16")))),
            NAMES));
  }

  private static Directory region() {
    return complete(REGION);
  }

  private static Directory complete(String manifest) {
    DirectoryIndex index = index(manifest);
    index.complete(true);
    return index.directory();
  }

  private static DirectoryIndex index(String manifest) {
    try {
      ManifestReading reading =
          ManifestReader.read(
              "m.yaml", new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8)));
      assertThat(reading.problems()).isEmpty();
      ManifestReading.Content content = (ManifestReading.Content) reading;
      DirectoryIndex index = new DirectoryIndex();
      content.services().values().forEach(index::put);
      content.slices().values().forEach(index::put);
      return index;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
