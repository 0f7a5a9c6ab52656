package io.regionbridge.router.multicluster;

import static io.regionbridge.router.multicluster.Exports.HELLO;
import static io.regionbridge.router.multicluster.Exports.directory;
import static io.regionbridge.router.multicluster.Exports.hello;
import static io.regionbridge.router.multicluster.Exports.region;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway") // what is not there fails the test
final class ImportPlannerTest {
  /** What an API server would do with plans. */
  private static final class Cluster {
    final Map<ServiceKey, StoredObject> exports = new HashMap<>();
    final Map<String, StoredObject> objects = new TreeMap<>();
    final Set<String> namespaces = new HashSet<>(Set.of("demo"));
    Set<String> unknown = Set.of();
    Set<IpFamily> families = Set.of(IpFamily.IPV4);
    Directory local = Directory.EMPTY;

    /** Fields of specs that the API server does not know. */
    Set<String> leftOut = Set.of();

    private int version;

    Cluster exporting() {
      exports.put(HELLO, stored("demo", "hello", Map.of()));
      return this;
    }

    ImportPlan plan(RegionServices... regions) {
      Map<ServiceKey, StoredObject> imports = new HashMap<>();
      List<StoredObject> services = new ArrayList<>();
      List<StoredObject> slices = new ArrayList<>();
      objects.forEach((key, object) -> {
        switch (key.substring(0, key.indexOf(' '))) {
          case "ServiceImport" ->
              imports.put(new ServiceKey(object.namespace(), object.name()), object);
          case "Service" -> services.add(object);
          default -> slices.add(object);
        }
      });
      return ImportPlanner.plan(
          new ImportInputs(
              List.of(regions),
              unknown,
              local.services() == 0 ? regions[0].services() : local,
              families,
              new ClusterSetView(
                  ServedApi.V1BETA1, exports, imports, services, slices, namespaces)));
    }

    /** Plans and writes until there is nothing to do. */
    Cluster settle(RegionServices... regions) {
      for (int round = 0; round < 10; round++) {
        ImportPlan plan = plan(regions);
        if (plan.isDone()) {
          return this;
        }
        carryOut(plan);
      }
      throw new AssertionError("there is always something to write: " + plan(regions));
    }

    private void carryOut(ImportPlan plan) {
      plan.removals().forEach(r -> objects.remove(key(r.kind(), r.object().name())));
      plan.writes()
          .forEach(write -> {
            GenericKubernetesResource object = write.object().toApply(ServedApi.V1BETA1, null);
            String key = key(write.object().kind(), write.object().name());
            StoredObject before = objects.get(key);
            assertThat(write.version()).isEqualTo(before == null ? "" : before.version());
            Map<String, Object> fields = new HashMap<>(object.getAdditionalProperties());
            if (before != null && before.fields().containsKey("status")) {
              fields.put("status", before.fields().get("status"));
            }
            if (write.object().kind() == ObjectKind.SERVICE) {
              Map<String, Object> spec = new HashMap<>(map(fields.get("spec")));
              spec.put("clusterIPs", List.of("10.43.0.9"));
              spec.putIfAbsent("ipFamilies", List.of("IPv4"));
              fields.put("spec", spec);
            }
            if (fields.containsKey("spec")) {
              Map<String, Object> known = new HashMap<>(map(fields.get("spec")));
              known.keySet().removeAll(leftOut);
              fields.put("spec", known);
            }
            object.setAdditionalProperties(fields);
            object.getMetadata().setUid("uid of " + key);
            object.getMetadata().setResourceVersion(String.valueOf(++version));
            objects.put(key, StoredObject.of(object));
          });
      plan.statuses()
          .forEach((service, status) -> {
            String key = key(ObjectKind.IMPORT, service.name());
            status(key, status.fields(objects.get(key), ServedApi.V1BETA1, Instant.EPOCH));
          });
      plan.exports()
          .forEach((service, findings) ->
              exports.put(
                  service,
                  stored(
                      service.namespace(),
                      service.name(),
                      Map.of(
                          "status",
                          StatusConditions.of(exports.get(service), findings, Instant.EPOCH)))));
    }

    private void status(String key, Map<String, Object> status) {
      StoredObject object = objects.get(key);
      Map<String, Object> fields = new HashMap<>(object.fields());
      fields.put("status", status);
      objects.put(
          key,
          new StoredObject(
              object.namespace(),
              object.name(),
              object.version(),
              object.uid(),
              object.ours(),
              object.labels(),
              object.annotations(),
              fields));
    }

    private static String key(ObjectKind kind, String name) {
      return kind.kind() + " " + name;
    }

    private static StoredObject stored(String namespace, String name, Map<String, Object> fields) {
      return new StoredObject(namespace, name, "1", "u", false, Map.of(), Map.of(), fields);
    }

    StoredObject serviceImport() {
      StoredObject found = objects.get("ServiceImport hello");
      assertThat(found).isNotNull();
      return found;
    }

    /** What slices tell service proxies of each endpoint, as far as they do. */
    List<Object> hints() {
      List<Object> all = new ArrayList<>();
      objects.forEach((key, object) -> {
        if (key.startsWith("EndpointSlice")) {
          ((List<?>) object.at("endpoints"))
              .forEach(
                  endpoint -> Optional.ofNullable(map(endpoint).get("hints")).ifPresent(all::add));
        }
      });
      return all;
    }

    /** The addresses in slices, with the regions that they come from. */
    List<String> addresses() {
      List<String> all = new ArrayList<>();
      objects.forEach((key, object) -> {
        if (key.startsWith("EndpointSlice")) {
          for (Object endpoint : (List<?>) object.at("endpoints")) {
            all.add(
                object.labels().get(ImportedObjects.SOURCE_CLUSTER)
                    + " "
                    + ((List<?>) map(endpoint).get("addresses")).getFirst());
          }
        }
      });
      return all;
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private static String condition(List<Finding> findings, String type) {
    return findings.stream()
        .filter(finding -> finding.type().equals(type))
        .map(finding -> finding.state().text() + " " + finding.reason())
        .findFirst()
        .orElse("none");
  }

  @Test
  void anExportBecomesAnImportWithAnAddressAndEndpoints() {
    Cluster cluster =
        new Cluster().exporting().settle(region("here", hello().pods("10.42.0.1").make()));
    assertThat(cluster.objects.keySet())
        .hasSize(3)
        .contains("ServiceImport hello", "Service imported-hello");
    StoredObject made = cluster.serviceImport();
    assertThat(made.at("spec", "type")).isEqualTo("ClusterSetIP");
    assertThat(made.at("spec", "ips")).isEqualTo(List.of("10.43.0.9"));
    assertThat(made.at("spec", "ipFamilies")).isEqualTo(List.of("IPv4"));
    assertThat(made.texts("cluster", "status", "clusters")).containsExactly("here");
    assertThat(cluster.addresses()).containsExactly("here 10.42.0.1");
  }

  @Test
  void theImportIsWrittenFirstForTheOthersBelongToIt() {
    ImportPlan plan = new Cluster().plan(region("here", hello().make()));
    assertThat(plan.writes())
        .extracting(write -> write.object().kind())
        .containsExactly(ObjectKind.IMPORT);
  }

  @Test
  void slicesNameTheServiceAndTheRegionAndWhoKeepsThem() {
    Cluster cluster = new Cluster().settle(region("here", hello().pods("10.42.0.1").make()));
    StoredObject slice =
        cluster.objects.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("EndpointSlice"))
            .findFirst()
            .orElseThrow()
            .getValue();
    assertThat(slice.labels())
        .containsEntry("multicluster.kubernetes.io/service-name", "hello")
        .containsEntry("multicluster.kubernetes.io/source-cluster", "here")
        .containsEntry("endpointslice.kubernetes.io/managed-by", "region-bridge")
        .containsEntry("kubernetes.io/service-name", "imported-hello");
    assertThat(slice.at("ports"))
        .isEqualTo(List.of(Map.of("name", "http", "protocol", "TCP", "port", 8080)));
  }

  @Test
  void aHeadlessServiceHasNoAddressAndTheEndpointsOfAllRegions() {
    Cluster cluster =
        new Cluster()
            .settle(
                region("here", hello().headless().pods("10.42.0.1").make()),
                region("far", hello().headless().pods("10.52.0.1").make()));
    assertThat(cluster.serviceImport().at("spec", "type")).isEqualTo("Headless");
    assertThat(cluster.serviceImport().at("spec", "ips")).isNull();
    assertThat(cluster.objects).doesNotContainKey("Service imported-hello");
    assertThat(cluster.addresses()).containsExactlyInAnyOrder("here 10.42.0.1", "far 10.52.0.1");
  }

  @Test
  void aChangeFarAwayWritesNothingWhileLocalPodsServe() {
    DirectoryService here = hello().pods("10.42.0.1").make();
    Cluster cluster =
        new Cluster()
            .exporting()
            .settle(region("here", here), region("far", hello().pods("10.52.0.1").make()));
    assertThat(cluster.addresses()).containsExactly("here 10.42.0.1");
    for (DirectoryService far :
        List.of(
            hello().pods("10.52.0.1", "10.52.0.2").make(),
            hello().pods(EndpointState.DRAINING, "10.52.0.1").make(),
            hello().make())) {
      assertThat(cluster.plan(region("here", here), region("far", far)).isDone()).isTrue();
    }
    assertThat(
            cluster
                .plan(region("here", here), region("far", false, hello().pods("10.52.0.1").make()))
                .isDone())
        .isTrue();
  }

  @Test
  void theNearestRegionThatHasPodsAnswersWhenThereAreNoneHere() {
    RegionServices none = region("here", hello().make());
    RegionServices near = region("near", hello().pods("10.52.0.1").make());
    RegionServices far = region("far", hello().pods("10.62.0.1").make());
    Cluster cluster = new Cluster().settle(none, near, far);
    assertThat(cluster.addresses()).containsExactly("near 10.52.0.1");
    RegionServices cut = region("near", false, hello().pods("10.52.0.1").make());
    assertThat(cluster.settle(none, cut, far).addresses()).containsExactly("far 10.62.0.1");
    RegionServices back = region("here", hello().pods("10.42.0.1").make());
    assertThat(cluster.settle(back, near, far).addresses()).containsExactly("here 10.42.0.1");
  }

  @Test
  void eachPortLeadsToTheNearestRegionThatHasIt() {
    ServiceFacts.Port tcp = new ServiceFacts.Port("tcp", Protocol.TCP, 42);
    ServiceFacts.Port more = new ServiceFacts.Port("more", Protocol.TCP, 43);
    Cluster cluster =
        new Cluster()
            .settle(
                region("here", hello().ports(tcp).pods("10.42.0.1").make()),
                region("far", hello().at(1).ports(tcp, more).pods("10.52.0.1").make()));
    Map<String, Object> ports = new HashMap<>();
    cluster.objects.forEach((key, object) -> {
      if (key.startsWith("EndpointSlice")) {
        List<?> all = (List<?>) object.at("ports");
        ports.put(
            object.labels().get(ImportedObjects.SOURCE_CLUSTER),
            all.stream().map(port -> map(port).get("name")).toList());
      }
    });
    assertThat(ports).isEqualTo(Map.of("here", List.of("tcp"), "far", List.of("more")));
  }

  @Test
  void aRegionThatMeansAnotherPortByTheSameNameGetsNoTraffic() {
    Cluster cluster =
        new Cluster()
            .settle(
                region(
                    "here",
                    hello()
                        .at(1)
                        .ports(new ServiceFacts.Port("tcp", Protocol.TCP, 43))
                        .pods("10.42.0.1")
                        .make()),
                region(
                    "far",
                    hello()
                        .ports(new ServiceFacts.Port("tcp", Protocol.TCP, 42))
                        .pods("10.52.0.1")
                        .make()));
    assertThat(cluster.addresses()).containsExactly("far 10.52.0.1");
  }

  @Test
  void withATrafficPolicyOfLocalNoOtherRegionAnswers() {
    ServiceTraits traits = new ServiceTraits(List.of(), null, "Local", null, false);
    Cluster cluster =
        new Cluster()
            .settle(
                region("here", hello().traits(traits).make()),
                region("far", hello().traits(traits).pods("10.52.0.1").make()));
    assertThat(cluster.addresses()).isEmpty();
    assertThat(cluster.serviceImport().at("spec", "internalTrafficPolicy")).isEqualTo("Local");
  }

  @Test
  void clientsAreKeptInTheirZoneWhereTheServiceWantsThat() {
    for (String distribution : List.of("PreferClose", "PreferSameZone")) {
      ServiceTraits close = new ServiceTraits(List.of(), null, null, distribution, false);
      RegionServices here =
          region("here", hello().traits(close).zone("a").pods("10.42.0.1").make());
      RegionServices far = region("far", hello().traits(close).zone("b").pods("10.52.0.1").make());
      Cluster cluster = new Cluster().settle(here, far);
      assertThat(cluster.objects.get("Service imported-hello").at("spec", "trafficDistribution"))
          .isEqualTo("PreferClose");
      assertThat(cluster.serviceImport().at("spec", "trafficDistribution")).isEqualTo(distribution);
      assertThat(cluster.hints())
          .isEqualTo(List.of(Map.of("forZones", List.of(Map.of("name", "a")))));
      // A zone of another region means nothing here.
      cluster.settle(region("here", hello().traits(close).make()), far);
      assertThat(cluster.addresses()).containsExactly("far 10.52.0.1");
      assertThat(cluster.hints()).isEmpty();
    }
    ServiceTraits node = new ServiceTraits(List.of(), null, null, "PreferSameNode", false);
    Cluster cluster =
        new Cluster()
            .settle(region("here", hello().traits(node).zone("a").pods("10.42.0.1").make()));
    assertThat(cluster.objects.get("Service imported-hello").at("spec", "trafficDistribution"))
        .isNull();
    assertThat(cluster.hints()).isEmpty();
  }

  @Test
  void whatAnOlderApiServerLeavesOutIsNotWrittenForEver() {
    ServiceTraits close = new ServiceTraits(List.of(), null, "Cluster", "PreferClose", false);
    RegionServices here = region("here", hello().traits(close).pods("10.42.0.1").make());
    Cluster cluster = new Cluster();
    cluster.leftOut = Set.of("trafficDistribution", "internalTrafficPolicy");
    cluster.settle(here);
    assertThat(cluster.serviceImport().at("spec", "trafficDistribution")).isNull();
    // Once it takes the field, what is written next has it.
    cluster.leftOut = Set.of();
    cluster.settle(region("here", hello().traits(close).ports().pods("10.42.0.1").make()));
    assertThat(cluster.serviceImport().at("spec", "trafficDistribution")).isEqualTo("PreferClose");
  }

  @Test
  void exportsImportsAndConflictsAreCounted() {
    RegionServices far = region("far", hello().at(1).headless().make());
    assertThat(new Cluster().plan(region("here"), far).totals())
        .isEqualTo(new ImportTotals(0, 1, 0));
    assertThat(new Cluster().plan(region("here", hello().make()), far).totals())
        .isEqualTo(new ImportTotals(1, 1, 1));
    assertThat(new Cluster().plan(region("here", hello().externalName().make())).totals())
        .isEqualTo(new ImportTotals(0, 0, 0));
  }

  @Test
  void aRegionThatLeadsPeersToItsClusterIpsIsReachedByThem() {
    Cluster cluster =
        new Cluster()
            .settle(
                region("here"),
                region("far", hello().clusterIp("10.53.0.1").pods("10.52.0.1").make()));
    assertThat(cluster.addresses()).containsExactly("far 10.53.0.1");
  }

  @Test
  void afterTheLastUnexportEverythingIsRemoved() {
    Cluster cluster =
        new Cluster().settle(region("here"), region("far", hello().pods("10.52.0.1").make()));
    assertThat(cluster.objects).isNotEmpty();
    assertThat(cluster.settle(region("here"), region("far")).objects).isEmpty();
  }

  @Test
  void anImportStaysAsLongAsOneRegionExports() {
    RegionServices far = region("far", hello().pods("10.52.0.1").make());
    Cluster cluster = new Cluster().settle(region("here", hello().pods("10.42.0.1").make()), far);
    cluster.settle(region("here", hello().unexported().pods("10.42.0.1").make()), far);
    assertThat(cluster.serviceImport().texts("cluster", "status", "clusters"))
        .containsExactly("far");
    assertThat(cluster.addresses()).containsExactly("far 10.52.0.1");
  }

  @Test
  void silenceIsNoUnexport() {
    Cluster cluster =
        new Cluster().settle(region("here"), region("far", hello().pods("10.52.0.1").make()));
    cluster.unknown = Set.of("far");
    assertThat(cluster.plan(region("here")).isDone()).isTrue();
    cluster.unknown = Set.of();
    assertThat(cluster.settle(region("here")).objects).isEmpty();
  }

  @Test
  void aSilentRegionKeepsNoOtherFromAnswering() {
    Cluster cluster =
        new Cluster()
            .settle(
                region("here", hello().make()), region("far", hello().pods("10.52.0.1").make()));
    cluster.unknown = Set.of("far");
    assertThat(cluster.settle(region("here", hello().make())).addresses())
        .containsExactly("far 10.52.0.1");
    assertThat(cluster.settle(region("here", hello().pods("10.42.0.1").make())).addresses())
        .containsExactly("here 10.42.0.1");
    assertThat(cluster.serviceImport().texts("cluster", "status", "clusters"))
        .containsExactly("far", "here");
  }

  @Test
  void aNamespaceThatIsMissingIsNamedAndNothingIsWritten() {
    Cluster cluster = new Cluster();
    cluster.namespaces.clear();
    RegionServices far = region("far", hello().pods("10.52.0.1").make());
    ImportPlan plan = cluster.plan(region("here"), far);
    assertThat(plan.isDone()).isTrue();
    assertThat(plan.missing()).containsExactly("demo");
    cluster.namespaces.add("demo");
    assertThat(cluster.settle(region("here"), far).objects).hasSize(3);
  }

  @Test
  void besideImportsOfAnotherImplementationNothingIsWritten() {
    Cluster cluster = new Cluster().exporting();
    cluster.objects.put("ServiceImport x", Cluster.stored("demo", "x", Map.of()));
    ImportPlan plan = cluster.plan(region("here", hello().pods("10.42.0.1").make()));
    assertThat(plan.writes()).isEmpty();
    assertThat(plan.removals()).isEmpty();
    assertThat(plan.foreign()).containsExactly(new ServiceKey("demo", "x"));
  }

  @Test
  void anImportThatSomebodyChangedIsPutBack() {
    RegionServices here = region("here", hello().pods("10.42.0.1").make());
    Cluster cluster = new Cluster().settle(here);
    StoredObject made = cluster.serviceImport();
    Map<String, Object> spec = new HashMap<>(map(made.fields().get("spec")));
    spec.put("type", "Headless");
    cluster.objects.put(
        "ServiceImport hello",
        new StoredObject(
            made.namespace(),
            made.name(),
            "99",
            made.uid(),
            true,
            made.labels(),
            made.annotations(),
            Map.of("spec", spec)));
    assertThat(cluster.settle(here).serviceImport().at("spec", "type")).isEqualTo("ClusterSetIP");
  }

  @Test
  void fieldsThatAreNotWantedAnyMoreAreTakenAway() {
    Cluster cluster =
        new Cluster()
            .settle(
                region(
                    "here",
                    hello().exporting(Map.of("a", "b"), Map.of()).pods("10.42.0.1").make()));
    ImportPlan plan = cluster.plan(region("here", hello().pods("10.42.0.1").make()));
    assertThat(plan.writes()).hasSize(1);
    assertThat(plan.writes().getFirst().object().labels()).isEmpty();
  }

  @Test
  void aServiceOfAnotherMakerKeepsItsName() {
    DirectoryService mine = hello().pods("10.42.0.1").make();
    DirectoryService other =
        new DirectoryService(
            new ServiceFacts(
                new ServiceKey("demo", "imported-hello"),
                ServiceType.CLUSTER_IP,
                List.of(),
                List.of(),
                false,
                null,
                ExportAnnotation.NONE,
                ServiceTraits.NONE),
            List.of());
    Cluster cluster = new Cluster();
    cluster.local = directory(mine, other);
    assertThat(cluster.settle(region("here", mine)).objects)
        .doesNotContainKey("Service imported-hello");
  }

  @Test
  void aLargeServiceHasSeveralSlices() {
    String[] pods = new String[600];
    for (int i = 0; i < pods.length; i++) {
      pods[i] = "10.42." + i / 200 + "." + (1 + i % 200);
    }
    Cluster cluster = new Cluster().settle(region("here", hello().pods(pods).make()));
    assertThat(cluster.objects).hasSize(2 + 3);
    assertThat(cluster.addresses()).hasSize(600);
  }

  @Test
  void conditionsSayHowAnExportStands() {
    Cluster cluster = new Cluster().exporting();
    List<Finding> none = cluster.plan(region("here")).exports().get(HELLO);
    assertThat(condition(none, "Valid")).isEqualTo("False NoService");
    List<Finding> external =
        cluster.plan(region("here", hello().externalName().make())).exports().get(HELLO);
    assertThat(condition(external, "Valid")).isEqualTo("False InvalidServiceType");
    assertThat(cluster.settle(region("here", hello().externalName().make())).objects).isEmpty();
    List<Finding> good = cluster.plan(region("here", hello().make())).exports().get(HELLO);
    assertThat(condition(good, "Valid")).isEqualTo("True Valid");
    assertThat(condition(good, "Ready")).isEqualTo("True Exported");
    assertThat(condition(good, "Conflict")).isEqualTo("False NoConflicts");
  }

  @Test
  void bothSidesOfAConflictSaySo() {
    DirectoryService here = hello().at(1).headless().make();
    DirectoryService far = hello().make();
    for (List<RegionServices> seen :
        List.of(
            List.of(region("here", here), region("far", far)),
            List.of(region("here", far), region("far", here)))) {
      List<Finding> findings =
          new Cluster().exporting().plan(seen.toArray(RegionServices[]::new)).exports().get(HELLO);
      assertThat(condition(findings, "Conflict")).isEqualTo("True TypeConflict");
    }
  }

  @Test
  void anExportThatPeersDoNotGetIsNotReady() {
    Cluster cluster = new Cluster().exporting();
    cluster.local = directory(hello().make());
    List<Finding> findings = cluster.plan(region("here")).exports().get(HELLO);
    assertThat(condition(findings, "Valid")).isEqualTo("True Valid");
    assertThat(condition(findings, "Ready")).isEqualTo("False Failed");
  }

  @Test
  void anImportSaysWhetherItCanBeUsed() {
    Cluster cluster = new Cluster();
    RegionServices here = region("here", hello().pods("10.42.0.1").make());
    cluster.carryOut(cluster.plan(here));
    assertThat(cluster.plan(here).statuses().get(HELLO).ready().reason()).isEqualTo("Pending");
    StoredObject made = cluster.settle(here).serviceImport();
    assertThat(made.at("status", "endpointSliceObjects")).isEqualTo("Present");
    Map<?, ?> condition = (Map<?, ?>) ((List<?>) made.at("status", "conditions")).getFirst();
    assertThat(condition.get("type")).isEqualTo("Ready");
    assertThat(condition.get("status")).isEqualTo("True");
    assertThat(condition.get("reason")).isEqualTo("Ready");
    assertThat(new Cluster().settle(region("here", hello().headless().make())).serviceImport())
        .satisfies(headless ->
            assertThat(headless.at("status", "conditions")).asString().contains("reason=Ready"));
  }

  @Test
  void aServiceOfAnotherFamilyThanTheClusterHasIsNotGivenAnAddress() {
    ServiceTraits six = new ServiceTraits(List.of(IpFamily.IPV6), null, null, null, false);
    RegionServices far = region("far", hello().traits(six).pods("fd00::1").make());
    Cluster cluster = new Cluster().settle(region("here"), far);
    assertThat(cluster.objects).doesNotContainKey("Service imported-hello");
    assertThat(cluster.serviceImport().at("status", "conditions"))
        .asString()
        .contains("reason=IPFamilyNotSupported", "status=False", "IPv6");
    cluster.families = Set.of(IpFamily.IPV4, IpFamily.IPV6);
    assertThat(cluster.settle(region("here"), far).objects).containsKey("Service imported-hello");
  }

  @Test
  void twoFamiliesAreAskedForWhereTheClusterHasBoth() {
    Cluster cluster = new Cluster();
    cluster.families = Set.of(IpFamily.IPV4, IpFamily.IPV6);
    ServiceTraits both =
        new ServiceTraits(List.of(IpFamily.IPV6, IpFamily.IPV4), null, null, null, false);
    cluster.settle(region("here", hello().traits(both).pods("10.42.0.1").make()));
    StoredObject service = cluster.objects.get("Service imported-hello");
    assertThat(service).isNotNull();
    assertThat(service.at("spec", "ipFamilies")).isEqualTo(List.of("IPv6", "IPv4"));
    assertThat(service.at("spec", "ipFamilyPolicy")).isEqualTo("PreferDualStack");
  }
}
