package io.regionbridge.api.zones;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.zones.ImportedNames.Answers;
import io.regionbridge.api.zones.ImportedNames.NameRecords;
import io.regionbridge.api.zones.ImportedNames.Target;
import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway") // what is not there fails the test
class ImportedNamesTest {
  private static final ServiceKey HELLO = new ServiceKey("demo", "hello");
  private static final ServiceKey IMPORTED = new ServiceKey("demo", "imported-hello");
  private static final ClusterSetRole EXPORTED =
      new ClusterSetRole.Exported(Instant.parse("2026-01-01T00:00:00Z"));

  private static DirectoryService service(
      ServiceKey key,
      ServiceType type,
      List<String> clusterIps,
      @Nullable ClusterSetRole role,
      String... pods) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (String pod : pods) {
      endpoints.add(
          new Endpoint(
              IpAddress.of(pod),
              "p" + pod.substring(pod.lastIndexOf('.') + 1),
              EndpointState.READY,
              List.of(
                  new Endpoint.Port("tcp", Protocol.TCP, 8042),
                  new Endpoint.Port("udp", Protocol.UDP, 8042))));
    }
    return DirectoryService.choose(
        new ServiceFacts(
            key,
            type,
            clusterIps.stream().map(IpAddress::of).toList(),
            List.of(
                new ServiceFacts.Port("tcp", Protocol.TCP, 42),
                new ServiceFacts.Port("udp", Protocol.UDP, 42)),
            false,
            null,
            ExportAnnotation.NONE,
            ServiceTraits.NONE,
            role),
        endpoints);
  }

  private static DirectoryService hello(ServiceType type, String... pods) {
    return service(HELLO, type, List.of(), EXPORTED, pods);
  }

  private static Directory directory(DirectoryService... services) {
    Directory directory = Directory.EMPTY;
    for (DirectoryService service : services) {
      directory = directory.with(service);
    }
    return directory.withComplete(true);
  }

  private static RegionServices region(String name, DirectoryService... services) {
    return new RegionServices(
        name, name + ".internal", directory(services), name.equals("here"), true, 10);
  }

  private static final Directory WITH_ADDRESS =
      directory(
          service(
              IMPORTED,
              ServiceType.CLUSTER_IP,
              List.of("10.43.0.9"),
              new ClusterSetRole.Derived("hello")));

  private static List<String> addresses(NameRecords records) {
    return records.addresses().stream().map(IpAddress::toString).toList();
  }

  @Test
  void clientsOfTheClusterGetTheAddressOfTheImportAndOthersPods() {
    Map<String, Answers> names =
        ImportedNames.names(
            HELLO,
            List.of(region("here"), region("far", hello(ServiceType.CLUSTER_IP, "10.52.0.1"))),
            WITH_ADDRESS);
    Answers self = names.get("");
    assertThat(addresses(self.cluster())).containsExactly("10.43.0.9");
    assertThat(self.cluster().targets()).containsExactly(new Target("", 42));
    assertThat(addresses(self.pods())).containsExactly("10.52.0.1");
    assertThat(self.pods().targets()).containsExactly(new Target("p1.far", 8042));
    assertThat(names.get("_udp._udp").cluster().targets()).containsExactly(new Target("", 42));
  }

  @Test
  void withoutAnAddressEverybodyGetsPods() {
    Answers self =
        ImportedNames.names(
                HELLO,
                List.of(region("here", hello(ServiceType.CLUSTER_IP, "10.42.0.1"))),
                directory(service(IMPORTED, ServiceType.CLUSTER_IP, List.of("10.43.0.9"), null)))
            .get("");
    assertThat(addresses(self.cluster())).containsExactly("10.42.0.1");
    assertThat(self.cluster()).isEqualTo(self.pods());
  }

  @Test
  void aHeadlessServiceHasThePodsOfAllRegionsEachWithAName() {
    Map<String, Answers> names =
        ImportedNames.names(
            HELLO,
            List.of(
                region("here", hello(ServiceType.HEADLESS, "10.42.0.1")),
                region("far", hello(ServiceType.HEADLESS, "10.52.0.2"))),
            WITH_ADDRESS);
    assertThat(addresses(names.get("").cluster())).containsExactly("10.42.0.1", "10.52.0.2");
    assertThat(names.get("").cluster().targets())
        .containsExactly(new Target("p1.here", 8042), new Target("p2.far", 8042));
    assertThat(addresses(names.get("p2.far").cluster())).containsExactly("10.52.0.2");
  }

  @Test
  void aPodOfAHeadlessServiceWithoutAHostnameIsCalledByItsAddress() {
    DirectoryService plain =
        DirectoryService.choose(
            hello(ServiceType.HEADLESS).facts(),
            List.of(
                new Endpoint(
                    IpAddress.of("10.52.0.2"),
                    null,
                    EndpointState.READY,
                    List.of(new Endpoint.Port("tcp", Protocol.TCP, 8042)))));
    Map<String, Answers> names =
        ImportedNames.names(HELLO, List.of(region("here"), region("far", plain)), WITH_ADDRESS);
    assertThat(addresses(names.get("10-52-0-2.far").cluster())).containsExactly("10.52.0.2");
    assertThat(names.get("_tcp._tcp").cluster().targets())
        .containsExactly(new Target("10-52-0-2.far", 8042));
  }

  @Test
  void whatIsNotExportedHasNoNameAndDoesNotAnswer() {
    DirectoryService hidden = service(HELLO, ServiceType.CLUSTER_IP, List.of(), null, "10.42.0.1");
    assertThat(ImportedNames.names(HELLO, List.of(region("here", hidden)), WITH_ADDRESS)).isEmpty();
    Answers self =
        ImportedNames.names(
                HELLO,
                List.of(
                    region("here", hidden),
                    region("far", hello(ServiceType.CLUSTER_IP, "10.52.0.1"))),
                Directory.EMPTY)
            .get("");
    assertThat(addresses(self.pods())).containsExactly("10.52.0.1");
  }

  @Test
  void anAddressThatComesOrGoesChangesTheNamesOfItsImport() {
    assertThat(ImportedNames.changes(WITH_ADDRESS, Directory.EMPTY)).containsExactly(HELLO);
    assertThat(ImportedNames.changes(Directory.EMPTY, WITH_ADDRESS)).containsExactly(HELLO);
    assertThat(ImportedNames.changes(WITH_ADDRESS, WITH_ADDRESS)).isEmpty();
    assertThat(
            ImportedNames.changes(
                directory(Stream.of(hello(ServiceType.HEADLESS)).toArray(DirectoryService[]::new)),
                Directory.EMPTY))
        .isEmpty();
  }

  @Test
  void itIsExplainedWhoAnswers() {
    assertThat(
            ImportedNames.explain(
                HELLO,
                List.of(region("here"), region("far", hello(ServiceType.CLUSTER_IP, "10.52.0.1"))),
                WITH_ADDRESS))
        .containsExactly(
            "far: 10.0 ms, 1 of 1 endpoints ready, answers",
            "to clients in this cluster: 10.43.0.9, the address of Service demo/imported-hello,"
                + " which leads there");
  }
}
