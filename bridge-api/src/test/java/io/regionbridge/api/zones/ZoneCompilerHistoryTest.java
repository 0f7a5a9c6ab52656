package io.regionbridge.api.zones;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.zone.View;
import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.DirectoryIndex;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.settings.RegionSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Name;

/** Zones made change by change say the same as zones made at once. */
class ZoneCompilerHistoryTest {
  private static final ZoneSettings SETTINGS =
      new ZoneSettings(
          Name.fromConstantString("mn.internal."),
          Duration.ofSeconds(5),
          List.of(Cidr.of("10.52.0.0/16")),
          List.of(),
          new PeerRule(
              new ExportRule(RegionSettings.Export.ALL, Set.of("secret")),
              new ClusterIpRule(RegionSettings.ClusterIp.AUTO, true),
              List.of(Cidr.of("10.52.0.0/30"), Cidr.of("10.43.0.0/31"))));

  private static final List<String> NAMESPACES = List.of("prod", "test", "secret");
  private static final List<String> NAMES = List.of("web", "db", "nats");
  private static final List<String> HOSTS = List.of("host-0", "host-1");
  private static final int ADDRESSES = 5;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void historyMakesNoDifference(long seed) {
    Random random = new Random(seed);
    DirectoryIndex index = new DirectoryIndex();
    index.complete(true);
    ZoneCompiler compiler = new ZoneCompiler(SETTINGS);

    for (int step = 0; step < 60; step++) {
      for (int i = random.nextInt(4); i >= 0; i--) {
        change(index, random);
      }
      CompiledZones grown = compiler.compile(index.directory(), Instant.EPOCH);
      CompiledZones fresh = new ZoneCompiler(SETTINGS).compile(index.directory(), Instant.EPOCH);

      assertThat(grown.domain().names()).isEqualTo(fresh.domain().names());
      assertThat(grown.remapped()).isEqualTo(fresh.remapped());
      assertThat(grown.withheld()).isEqualTo(fresh.withheld());
      assertThat(everything(grown)).isEqualTo(everything(fresh));
    }
  }

  private static void change(DirectoryIndex index, Random random) {
    ServiceKey key = new ServiceKey(one(NAMESPACES, random), one(NAMES, random));
    EndpointSliceKey slice =
        new EndpointSliceKey(key.namespace(), key.name() + "-" + random.nextInt(2));
    switch (random.nextInt(6)) {
      case 0 -> index.remove(key);
      case 1 -> index.remove(slice);
      case 2, 3 -> index.put(service(key, random));
      default -> index.put(slice(slice, key, random));
    }
  }

  private static ServiceFacts service(ServiceKey key, Random random) {
    ServiceType type =
        one(
            List.of(ServiceType.CLUSTER_IP, ServiceType.HEADLESS, ServiceType.EXTERNAL_NAME),
            random);
    return new ServiceFacts(
        key,
        type,
        type == ServiceType.CLUSTER_IP && random.nextInt(5) > 0
            ? List.of(IpAddress.of("10.43.0." + random.nextInt(3)))
            : List.of(),
        List.of(new ServiceFacts.Port("http", Protocol.TCP, 80)),
        random.nextInt(5) == 0,
        type == ServiceType.EXTERNAL_NAME ? one(NAMES, random) + ".example.com" : null,
        random.nextInt(6) == 0 ? ExportAnnotation.FALSE : ExportAnnotation.NONE,
        ServiceTraits.NONE);
  }

  private static EndpointSliceFacts slice(EndpointSliceKey key, ServiceKey service, Random random) {
    List<Endpoint.Port> ports =
        List.of(new Endpoint.Port("http", Protocol.TCP, random.nextInt(3) == 0 ? 8080 : 80));
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      endpoints.add(
          new Endpoint(
              IpAddress.of("10.52.0." + random.nextInt(ADDRESSES)),
              random.nextBoolean() ? one(HOSTS, random) : null,
              one(List.of(EndpointState.values()), random),
              ports));
    }
    return new EndpointSliceFacts(key, service.name(), endpoints);
  }

  private static <T> T one(List<T> choices, Random random) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** What all names that there could be say to everyone. */
  private static String everything(CompiledZones zones) {
    Asker asker = new Asker(zones);
    StringBuilder all = new StringBuilder();
    tell(asker, "svc.mn.internal", "A", all);
    for (String namespace : NAMESPACES) {
      tell(asker, namespace + ".svc.mn.internal", "A", all);
      for (String name : NAMES) {
        String service = name + "." + namespace + ".svc.mn.internal";
        tell(asker, service, "A", all);
        tell(asker, service, "CNAME", all);
        tell(asker, "_tcp." + service, "SRV", all);
        tell(asker, "_http._tcp." + service, "SRV", all);
        for (String host : HOSTS) {
          tell(asker, host + "." + service, "A", all);
        }
        for (int i = 0; i < ADDRESSES; i++) {
          tell(asker, "10-52-0-" + i + "." + service, "A", all);
        }
      }
    }
    for (int i = 0; i < ADDRESSES; i++) {
      tell(asker, i + ".0.52.10.in-addr.arpa", "PTR", all);
    }
    return all.toString();
  }

  private static void tell(Asker asker, String name, String type, StringBuilder all) {
    for (View view : View.values()) {
      all.append(view).append(' ').append(name).append(' ').append(type).append(": ");
      all.append(asker.answer(view, name, type)).append('\n');
    }
  }
}
