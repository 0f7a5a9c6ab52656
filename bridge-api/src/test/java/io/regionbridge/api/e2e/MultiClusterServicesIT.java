package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Multi-Cluster Services API with two real API servers and a real CoreDNS: what its conformance
 * suite looks at, but for connections, which need a data path. The bridges have the rights of the
 * chart and nothing else, narrowed by its admission policy. The page on exported Services has the
 * table of specifications and tests.
 */
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MultiClusterServicesIT {
  private static final String PORTS =
      "[{name: tcp, port: 42, protocol: TCP}, {name: udp, port: 42, protocol: UDP}]";
  private static final String SERVICE = "{ports: " + PORTS + "}";
  private static final String HEADLESS = "{clusterIP: None, ports: " + PORTS + "}";
  private static final String NAME = "hello.demo.svc.clusterset.local";

  /** Longer than any write takes that should not be. */
  private static final Duration QUIET = Duration.ofSeconds(3);

  @TempDir private static Path directory;
  private static final List<AutoCloseable> RUNNING = new ArrayList<>();
  private static final String NET = network();

  private static Installation installation;
  private static ClusterSetMember one;
  private static ClusterSetMember two;
  private static Served bridgeOne;
  private static Served bridgeTwo;
  private static NativeProcess coreDns;
  private static Path corefile;
  private static int coreDnsPort;

  /** Addresses of loopback that nobody else uses at the same time. */
  private static String network() {
    long pid = ProcessHandle.current().pid();
    return "127.%d.%d.".formatted(64 + pid / 250 % 128, 1 + pid % 250);
  }

  @BeforeAll
  static void start() throws IOException {
    Path program = NativeTool.find("coredns");
    NativeTool.find("dig");
    installation = Installation.in(directory);
    one = member("one", "10.43.0.0/16");
    two = member("two", "10.53.0.0/16");
    one.cluster().routerNode("n1", NET + "1", "10.42.0.0/16");
    two.cluster().routerNode("n2", NET + "2", "10.52.0.0/16");
    one.cluster().region("two", "{podCIDRs: [10.52.0.0/16], gateways: ['%s2']}".formatted(NET));
    two.cluster().region("one", "{podCIDRs: [10.42.0.0/16], gateways: ['%s1']}".formatted(NET));
    coreDnsPort = FreePorts.next();
    one.cluster()
        .corefile(".:%d {\n    errors\n    forward . 127.0.0.1:1\n}\n".formatted(coreDnsPort));
    corefile = Files.writeString(directory.resolve("Corefile"), one.cluster().corefile());
    coreDns = NativeProcess.start(program, "-conf", corefile.toString());
    RUNNING.addFirst(coreDns);
    coreDns.awaitPort(
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), coreDnsPort), Served.TIMEOUT);
    bridgeTwo = serve(two, "n2", "2", true);
    bridgeOne = serve(one, "n1", "1", true);
    bridgeTwo.awaitReady();
    bridgeOne.awaitReady();
    Served.await("both are active", () -> bridgeOne.active("n1") && bridgeTwo.active("n2"));
  }

  private static ClusterSetMember member(String region, String serviceCidr) throws IOException {
    RegionCluster cluster = RegionCluster.start(serviceCidr);
    RUNNING.addFirst(cluster);
    cluster.grantMultiCluster();
    cluster.restrictMultiCluster();
    ClusterSetMember member = new ClusterSetMember(cluster, region);
    member.namespace();
    return member;
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable each : RUNNING) {
      each.close();
    }
  }

  @AfterEach
  void clear() {
    one.clear();
    two.clear();
    Served.await("nothing is left", () -> one.written().isEmpty() && two.written().isEmpty());
  }

  /** Makes and exports the Service in a cluster. */
  private static void export(ClusterSetMember member, String spec, String... pods) {
    member.service(spec);
    member.pods(PORTS, pods);
    member.export();
  }

  @Test
  @Order(1)
  void theApiMayBeInstalledWhileBridgesRun() throws IOException {
    Served.await("that is said", () -> reason(bridgeOne).equals("NotInstalled"));
    one.install("v1beta1", "v1alpha1");
    two.install("v1beta1", "v1alpha1");
    Served.await(
        "they are watched",
        () -> reason(bridgeOne).equals("Kept") && reason(bridgeTwo).equals("Kept"));
  }

  @Test
  @Order(2)
  void aClusterIpServiceIsImportedEverywhereAndGoneAfterUnexport() throws IOException {
    export(one, SERVICE, "10.42.0.7");
    for (ClusterSetMember member : List.of(one, two)) {
      Served.await(
          "an import with an address in " + member.region(),
          () -> member.serviceImport().at("/spec/ips").size() == 1);
      JsonNode made = member.serviceImport();
      assertThat(made.at("/spec/type").asText()).isEqualTo("ClusterSetIP");
      assertThat(made.at("/spec/ipFamilies").toString()).isEqualTo("[\"IPv4\"]");
      assertThat(made.at("/spec/ports").toString())
          .isEqualTo(
              "[{\"name\":\"tcp\",\"port\":42,\"protocol\":\"TCP\"},"
                  + "{\"name\":\"udp\",\"port\":42,\"protocol\":\"UDP\"}]");
      Served.await(
          "the exporting region",
          () -> member.serviceImport().at("/status/clusters/0/cluster").asText().equals("one"));
      Served.await(
          "it is ready",
          () -> {
            JsonNode status = member.serviceImport().path("status");
            return status.at("/conditions/0/reason").asText().equals("Ready")
                && status.path("endpointSliceObjects").asText().equals("Present");
          });
    }
    assertThat(one.condition("Valid")).isEqualTo("True Valid");
    assertThat(one.condition("Ready")).isEqualTo("True Exported");
    assertThat(one.condition("Conflict")).isEqualTo("False NoConflicts");
    one.unexport();
    Duration took = Served.await("none", () -> !one.imported() && !two.imported());
    System.out.println("imports were gone " + took.toMillis() + " ms after the unexport");
  }

  @Test
  @Order(3)
  void anImportLivesAsLongAsOneRegionExports() throws IOException {
    export(one, SERVICE, "10.42.0.7");
    export(two, SERVICE, "10.52.0.7");
    Served.await("both are named", () -> one.serviceImport().at("/status/clusters").size() == 2);
    one.unexport();
    Served.await("one is", () -> one.serviceImport().at("/status/clusters").size() == 1);
    assertThat(two.imported()).isTrue();
    two.unexport();
    Served.await("none", () -> !one.imported() && !two.imported());
  }

  @Test
  @Order(4)
  void whatSaysHowTrafficIsSpreadIsCopied() {
    // The API server leaves out what Services did not have before Kubernetes 1.31, or refuses it.
    int minor = one.cluster().server().minor();
    assumeTrue(minor >= 30, "Kubernetes 1." + minor + " refuses trafficDistribution");
    String distribution = minor >= 31 ? "PreferClose" : "";
    export(
        one,
        "{ports: %s, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}}, internalTrafficPolicy: Cluster, trafficDistribution: PreferClose}"
            .formatted(PORTS),
        "10.42.0.7");
    Served.await(
        "all of it",
        () -> {
          JsonNode spec = two.serviceImport().path("spec");
          return spec.path("sessionAffinity").asText().equals("ClientIP")
              && spec.at("/sessionAffinityConfig/clientIP/timeoutSeconds").asInt() == 10
              && spec.path("internalTrafficPolicy").asText().equals("Cluster")
              && spec.path("trafficDistribution").asText().equals(distribution);
        });
    Served.await(
        "the Service that gives the address",
        () -> {
          JsonNode spec = one.get("/api/v1/namespaces/demo/services/imported-hello").path("spec");
          return spec.path("sessionAffinity").asText().equals("ClientIP")
              && spec.at("/sessionAffinityConfig/clientIP/timeoutSeconds").asInt() == 10
              && spec.path("trafficDistribution").asText().equals(distribution);
        });
    Served.await(
        "a hint for the zone",
        () ->
            one.slices().size() == 1
                && one.slices()
                    .getFirst()
                    .at("/endpoints/0/hints/forZones/0/name")
                    .asText()
                    .equals(distribution.isEmpty() ? "" : "z1"));
  }

  @Test
  @Order(5)
  void differentPortsAreJoinedAndTheConflictIsSaidOnBothSides() {
    export(one, SERVICE, "10.42.0.7");
    String more = "[{name: tcp, port: 42, protocol: TCP}, {name: sctp, port: 142, protocol: SCTP}]";
    two.service("{ports: " + more + "}");
    two.pods(more, "10.52.0.7");
    two.export();
    for (ClusterSetMember member : List.of(one, two)) {
      Served.await(
          "the union",
          () ->
              names(member.serviceImport().at("/spec/ports")).equals(Set.of("tcp", "udp", "sctp")));
      Served.await("a conflict", () -> member.condition("Conflict").equals("True PortConflict"));
    }
    // Each port leads to where it is.
    Served.await(
        "both regions", () -> one.endpoints().equals(Set.of("one 10.42.0.7", "two 10.52.0.7")));
  }

  @Test
  @Order(6)
  void ofTwoMeaningsOfOnePortThatOfTheOlderExportCounts() {
    export(one, SERVICE, "10.42.0.7");
    LockSupport.parkNanos(Duration.ofMillis(1100).toNanos()); // times of objects are whole seconds
    String other = "[{name: tcp, port: 43, protocol: TCP}, {name: udp, port: 42, protocol: UDP}]";
    two.service("{ports: " + other + "}");
    two.pods(other, "10.52.0.7");
    two.export();
    for (ClusterSetMember member : List.of(one, two)) {
      Served.await("a conflict", () -> member.condition("Conflict").equals("True PortConflict"));
      Served.await(
          "the older one's", () -> member.serviceImport().at("/spec/ports/0/port").asInt() == 42);
    }
  }

  @Test
  @Order(7)
  void ofAHeadlessServiceAndOneThatIsNotTheOlderExportCounts() {
    export(one, SERVICE, "10.42.0.7");
    LockSupport.parkNanos(Duration.ofMillis(1100).toNanos());
    export(two, HEADLESS, "10.52.0.7");
    for (ClusterSetMember member : List.of(one, two)) {
      Served.await("a conflict", () -> member.condition("Conflict").contains("TypeConflict"));
      Served.await(
          "the older one's",
          () -> member.serviceImport().at("/spec/type").asText().equals("ClusterSetIP"));
    }
  }

  @Test
  @Order(8)
  void aHeadlessServiceNeverHasAnAddress() throws IOException {
    export(one, HEADLESS, "10.42.0.7");
    for (ClusterSetMember member : List.of(one, two)) {
      Served.await(
          "an import", () -> member.serviceImport().at("/spec/type").asText().equals("Headless"));
      Served.await("endpoints", () -> member.endpoints().equals(Set.of("one 10.42.0.7")));
      assertThat(member.serviceImport().at("/spec/ips").isMissingNode()).isTrue();
    }
  }

  @Test
  @Order(9)
  void anExternalNameIsNotExported() throws IOException {
    one.service("{type: ExternalName, externalName: example.com}");
    one.export();
    Served.await(
        "it is not valid", () -> one.condition("Valid").equals("False InvalidServiceType"));
    quiet();
    assertThat(one.imported()).isFalse();
    assertThat(two.imported()).isFalse();
  }

  @Test
  @Order(10)
  void anExportWithoutAServiceSaysSo() {
    one.export();
    Served.await("there is none", () -> one.condition("Valid").equals("False NoService"));
    one.service(SERVICE);
    Served.await("there is one", () -> one.condition("Valid").equals("True Valid"));
  }

  @Test
  @Order(11)
  void onlyLabelsAndAnnotationsThatAreExportedAreOnTheImport() throws IOException {
    one.service(SERVICE);
    one.export("v1beta1", "{exportedLabels: {a: label}, exportedAnnotations: {b: an annotation}}");
    Served.await("an import", () -> two.imported());
    JsonNode metadata = two.serviceImport().path("metadata");
    assertThat(metadata.at("/labels/a").asText()).isEqualTo("label");
    assertThat(metadata.at("/annotations/b").asText()).isEqualTo("an annotation");
    assertThat(metadata.at("/labels/mine").isMissingNode()).isTrue();
    assertThat(metadata.at("/annotations/mine").isMissingNode()).isTrue();
    LockSupport.parkNanos(Duration.ofMillis(1100).toNanos());
    two.service(SERVICE);
    two.export("v1beta1", "{exportedLabels: {a: other}, exportedAnnotations: {b: other}}");
    for (ClusterSetMember member : List.of(one, two)) {
      Served.await(
          "a conflict",
          () -> member.condition("Conflict").equals("True LabelsConflict,AnnotationsConflict"));
      assertThat(ClusterSetMember.label(member.serviceImport(), "a")).isEqualTo("label");
    }
  }

  @Test
  @Order(12)
  void endpointSlicesAreInEveryClusterAndGoneAfterUnexport() throws IOException {
    export(one, SERVICE, "10.42.0.7");
    for (ClusterSetMember member : List.of(one, two)) {
      Served.await("a slice", () -> member.slices().size() == 1);
      JsonNode slice = member.slices().getFirst();
      assertThat(ClusterSetMember.label(slice, "multicluster.kubernetes.io/service-name"))
          .isEqualTo("hello");
      assertThat(ClusterSetMember.label(slice, "multicluster.kubernetes.io/source-cluster"))
          .isEqualTo("one");
      assertThat(ClusterSetMember.label(slice, "endpointslice.kubernetes.io/managed-by"))
          .isEqualTo("region-bridge");
    }
    one.unexport();
    Served.await("none", () -> one.slices().isEmpty() && two.slices().isEmpty());
  }

  @Test
  @Order(13)
  void theNameLeadsClientsOfTheClusterToTheAddressOfTheImport() throws IOException {
    export(two, SERVICE, "10.52.0.7");
    Served.await("an address", () -> one.serviceImport().at("/spec/ips").size() == 1);
    String address = one.serviceImport().at("/spec/ips/0").asText();
    assertThat(address).startsWith("10.43.");
    // CoreDNS asks from loopback here, which gets what is outside of the cluster: pods.
    Served.await("through CoreDNS", () -> dig(NAME, "A").equals(List.of("10.52.0.7")));
    // The node is a client of the cluster, as CoreDNS's pods are in one.
    assertThat(digAtNode(NAME, "A")).containsExactly(address);
    // The ports 42/TCP and 42/UDP are one record.
    assertThat(digAtNode(NAME, "SRV")).singleElement().asString().endsWith(" 42 " + NAME + ".");
    assertThat(digAtNode("_udp._udp." + NAME, "SRV"))
        .singleElement()
        .asString()
        .endsWith(" 42 " + NAME + ".");
    assertThat(dig("two." + NAME, "A")).as("a whole region has no name").isEmpty();
    assertThat(dig("dns-version.clusterset.local", "TXT")).containsExactly("\"1.0.0\"");
  }

  @Test
  @Order(14)
  void aServiceThatIsNotExportedHasNoName() {
    one.service(SERVICE);
    one.pods(PORTS, "10.42.0.7");
    Served.await("the region has it", () -> dig("hello.demo.svc.one.internal", "A").size() == 1);
    assertThat(dig(NAME, "A")).isEmpty();
  }

  @Test
  @Order(15)
  void theNameOfAHeadlessServiceLeadsToItsReadyPods() {
    export(two, HEADLESS, "hello-0=10.52.0.7", "hello-1=10.52.0.8");
    Served.await("both", () -> dig(NAME, "A").equals(List.of("10.52.0.7", "10.52.0.8")));
    assertThat(dig("hello-0.two." + NAME, "A")).containsExactly("10.52.0.7");
    assertThat(dig("hello-1.two." + NAME, "A")).containsExactly("10.52.0.8");
    assertThat(dig(NAME, "SRV"))
        .hasSize(2)
        .allSatisfy(
            record -> assertThat(record).matches(".* 42 hello-[01]\\.two\\." + NAME + "\\."));
    two.pods(PORTS, "10.52.0.9");
    Served.await(
        "a name by the address",
        () -> dig("10-52-0-9.two." + NAME, "A").equals(List.of("10.52.0.9")));
    assertThat(dig(NAME, "SRV"))
        .singleElement()
        .asString()
        .endsWith(" 42 10-52-0-9.two." + NAME + ".");
  }

  @Test
  @Order(16)
  void aChangeInAFarRegionWritesNothingWhileLocalPodsServe() throws IOException {
    export(one, SERVICE, "10.42.0.7");
    export(two, SERVICE, "10.52.0.7");
    Served.await("both export", () -> one.serviceImport().at("/status/clusters").size() == 2);
    Served.await("local pods serve", () -> one.endpoints().equals(Set.of("one 10.42.0.7")));
    quiet();
    Set<String> before = one.written();
    for (int i = 1; i <= 5; i++) {
      two.pods(PORTS, "10.52.0." + i);
      LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
    }
    quiet();
    assertThat(one.written()).isEqualTo(before);
    one.pods(PORTS);
    Duration took =
        Served.await(
            "the other region's serve", () -> one.endpoints().equals(Set.of("two 10.52.0.5")));
    System.out.println("endpoints of the other region after " + took.toMillis() + " ms");
    one.pods(PORTS, "10.42.0.9");
    Served.await("local pods serve again", () -> one.endpoints().equals(Set.of("one 10.42.0.9")));
  }

  @Test
  @Order(17)
  void anImportFollowsTheNamespace() throws IOException {
    two.cluster()
        .server()
        .apply(
            "/api/v1/namespaces/late", "{apiVersion: v1, kind: Namespace, metadata: {name: late}}");
    two.cluster()
        .server()
        .apply(
            "/api/v1/namespaces/late/services/hello",
            "{apiVersion: v1, kind: Service, metadata: {name: hello}, spec: %s}"
                .formatted(SERVICE));
    String path = "/apis/multicluster.x-k8s.io/v1beta1/namespaces/late/serviceexports/hello";
    two.cluster()
        .server()
        .apply(
            path,
            "{apiVersion: multicluster.x-k8s.io/v1beta1, kind: ServiceExport, metadata: {name:"
                + " hello}}");
    Served.await(
        "that is said",
        () ->
            bridgeOne
                .condition("MultiClusterServices")
                .path("message")
                .asText()
                .contains("no namespace late"));
    assertThat(bridgeOne.condition("MultiClusterServices").path("status").asText())
        .isEqualTo("True");
    one.cluster()
        .server()
        .apply(
            "/api/v1/namespaces/late", "{apiVersion: v1, kind: Namespace, metadata: {name: late}}");
    String made = "/apis/multicluster.x-k8s.io/v1beta1/namespaces/late/serviceimports/hello";
    Served.await("an import", () -> one.get(made).path("kind").asText().equals("ServiceImport"));
    two.delete(path);
    Served.await("none", () -> !one.get(made).path("kind").asText().equals("ServiceImport"));
  }

  @Test
  @Order(18)
  void besideAnotherImplementationNothingIsWritten() throws IOException {
    String path = "/apis/multicluster.x-k8s.io/v1beta1/namespaces/default/serviceimports/other";
    one.cluster()
        .server()
        .apply(
            path,
            "{apiVersion: multicluster.x-k8s.io/v1beta1, kind: ServiceImport, metadata: {name:"
                + " other}, spec: {type: ClusterSetIP, ports: []}}");
    Served.await("that is said", () -> reason(bridgeOne).equals("OtherImplementation"));
    export(two, SERVICE, "10.52.0.7");
    Served.await("the other region is not concerned", () -> two.imported());
    quiet();
    assertThat(one.imported()).isFalse();
    one.delete(path);
    Served.await("an import", () -> one.imported());
  }

  @Test
  @Order(19)
  void whatIsToldOfNamesKnowsTheseToo() throws IOException {
    export(two, SERVICE, "10.52.0.7");
    Served.await("an address", () -> one.serviceImport().at("/spec/ips").size() == 1);
    Served.await("through CoreDNS", () -> dig(NAME, "A").size() == 1);
    JsonNode trace = bridgeOne.json("/api/v1/trace?name=" + NAME + "&type=A");
    assertThat(trace.toString()).contains("two: ").contains("to clients in this cluster: 10.43.");
  }

  /** What the bridge itself writes passes: all other tests here see to that. */
  @Test
  @Order(20)
  void theAdmissionPolicyKeepsTheBridgeFromTouchingAnythingElse() {
    assumeTrue(one.cluster().hasAdmissionPolicies(), "there are none before Kubernetes 1.30");
    one.service(SERVICE);
    one.pods(PORTS, "10.42.0.7");
    String ours = "app.kubernetes.io/managed-by: region-bridge";
    String imported = ours + ", multicluster.kubernetes.io/service-name: hello";
    String api = "/api/v1/namespaces/demo/services/";
    String service =
        "{apiVersion: v1, kind: Service, metadata: {name: %s, labels: {%s}}, spec: {%s}}";
    String ports = "ports: [{port: 42}]";
    Served.await(
        "the policy is in force",
        () ->
            one.asTheBridge("PATCH", api + "other", service.formatted("other", "a: b", ports))
                .contains("managed-by=region-bridge"));
    assertThat(one.asTheBridge("PATCH", api + "hello", service.formatted("hello", imported, ports)))
        .as("somebody's Service")
        .contains("managed-by=region-bridge");
    assertThat(one.asTheBridge("DELETE", api + "hello", ""))
        .as("removing somebody's Service")
        .contains("managed-by=region-bridge");
    assertThat(
            one.asTheBridge(
                "PATCH", api + "imported-x", service.formatted("imported-x", ours, ports)))
        .as("a Service of no import")
        .contains("only for imported Services");
    assertThat(one.asTheBridge("PATCH", api + "x", service.formatted("x", imported, ports)))
        .as("a Service with any name")
        .contains("begins with imported-");
    for (String spec :
        List.of(
            ports + ", selector: {app: hello}",
            ports + ", type: LoadBalancer",
            ports + ", type: NodePort",
            ports + ", externalIPs: [192.0.2.1]",
            "type: ExternalName, externalName: example.com")) {
      assertThat(
              one.asTheBridge(
                  "PATCH", api + "imported-x", service.formatted("imported-x", imported, spec)))
          .as(spec)
          .contains("reached inside of the cluster alone");
    }
    String slices = "/apis/discovery.k8s.io/v1/namespaces/demo/endpointslices/";
    assertThat(
            one.asTheBridge(
                "PATCH",
                slices + "x",
                "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: x, labels: {%s, kubernetes.io/service-name: hello}}, addressType: IPv4, endpoints: [{addresses: [192.0.2.1]}]}"
                    .formatted(imported)))
        .as("endpoints of somebody's Service")
        .contains("lead to no other Service");
    assertThat(one.asTheBridge("DELETE", slices + "hello-1", ""))
        .as("removing somebody's endpoints")
        .contains("managed-by=region-bridge");
    assertThat(
            one.asTheBridge(
                "PATCH",
                "/apis/multicluster.x-k8s.io/v1beta1/namespaces/demo/serviceimports/x",
                "{apiVersion: multicluster.x-k8s.io/v1beta1, kind: ServiceImport, metadata: {name:"
                    + " x}, spec: {type: Headless, ports: []}}"))
        .as("a ServiceImport without the label")
        .contains("managed-by=region-bridge");
    assertThat(
            one.asTheBridge(
                "PATCH", api + "imported-x", service.formatted("imported-x", imported, ports)))
        .as("what the bridge writes for an import")
        .isEmpty();
    one.delete(api + "imported-x");
  }

  @Test
  @Order(21)
  void whatWasExportedIsRemovedWhenTheBridgeComesBack() throws IOException {
    export(two, SERVICE, "10.52.0.7");
    Served.await("an import", () -> one.endpoints().equals(Set.of("two 10.52.0.7")));
    bridgeOne.process().kill();
    two.unexport();
    Served.await("the other region has none", () -> !two.imported());
    bridgeOne = serve(one, "n1", "1", true);
    bridgeOne.awaitReady();
    Served.await("none", () -> !one.imported());
  }

  /** Both have 10.42.0.0/16, and pods with the same address. */
  @Test
  @Order(22)
  void regionsWithTheSameRangeImportEachOthersAliases() throws IOException {
    String aliased = "podCIDRs: [10.42.0.0/16], aliasRanges: [{range: 10.42.0.0/16, alias: %s}]";
    String oneIs = aliased.formatted("10.142.0.0/16");
    String twoIs = aliased.formatted("10.152.0.0/16");
    configure(one, "n1", "1", true, ", " + oneIs);
    configure(two, "n2", "2", true, ", " + twoIs);
    one.cluster().region("two", "{%s, gateways: ['%s2']}".formatted(twoIs, NET));
    two.cluster().region("one", "{%s, gateways: ['%s1']}".formatted(oneIs, NET));
    export(one, HEADLESS, "10.42.0.7");
    export(two, HEADLESS, "10.42.0.7");
    Served.await(
        "own pods and aliases",
        () ->
            one.endpoints().equals(Set.of("one 10.42.0.7", "two 10.152.0.7"))
                && two.endpoints().equals(Set.of("one 10.142.0.7", "two 10.42.0.7")));
    Served.await("names too", () -> dig(NAME, "A").equals(List.of("10.152.0.7", "10.42.0.7")));

    configure(one, "n1", "1", true, "");
    configure(two, "n2", "2", true, "");
    one.cluster().region("two", "{podCIDRs: [10.52.0.0/16], gateways: ['%s2']}".formatted(NET));
    two.cluster().region("one", "{podCIDRs: [10.42.0.0/16], gateways: ['%s1']}".formatted(NET));
    two.pods(PORTS, "10.52.0.7");
    Served.await(
        "own addresses again",
        () -> one.endpoints().equals(Set.of("one 10.42.0.7", "two 10.52.0.7")));
  }

  @Test
  @Order(23)
  void theFirstVersionOfTheApiDoesWhereOnlyThatIsServed() {
    for (ClusterSetMember member : List.of(one, two)) {
      for (String name : List.of("serviceexports", "serviceimports")) {
        member.delete(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
                + name
                + ".multicluster.x-k8s.io");
      }
    }
    Served.await(
        "it is gone",
        () -> reason(bridgeOne).equals("NotInstalled") && reason(bridgeTwo).equals("NotInstalled"));
    Served.await(
        "it is installed",
        () -> {
          one.install("v1alpha1");
          two.install("v1alpha1");
          return true;
        });
    two.service(SERVICE);
    two.pods(PORTS, "10.52.0.7");
    Served.await(
        "an import",
        () -> {
          two.export("v1alpha1", "{}");
          return one.serviceImport("v1alpha1").at("/spec/ips").size() == 1;
        });
    Served.await("a condition", () -> two.condition("v1alpha1", "Valid").equals("True Valid"));
    two.delete("/apis/multicluster.x-k8s.io/v1alpha1/namespaces/demo/serviceexports/hello");
    Served.await("none", () -> one.serviceImport("v1alpha1").isEmpty());
  }

  private static void quiet() {
    LockSupport.parkNanos(QUIET.toNanos());
  }

  private static String reason(Served bridge) {
    return bridge.condition("MultiClusterServices").path("reason").asText();
  }

  private static Set<String> names(JsonNode ports) {
    Set<String> names = new TreeSet<>();
    ports.forEach(port -> names.add(port.path("name").asText()));
    return names;
  }

  private static Served serve(ClusterSetMember member, String node, String host, boolean on)
      throws IOException {
    Path kubeconfig =
        Files.writeString(directory.resolve("kubeconfig-" + node), member.cluster().kubeconfig());
    Path config = configure(member, node, host, on, "");
    NativeProcess process =
        installation
            .command(List.of(), "serve", "--config", config.toString())
            .environment("NODE_NAME", node)
            .environment("POD_NAMESPACE", "region-bridge")
            .environment("KUBECONFIG", kubeconfig.toString())
            .start();
    RUNNING.addFirst(process);
    return new Served(process, NET + host);
  }

  private static Path configure(
      ClusterSetMember member, String node, String host, boolean on, String ranges)
      throws IOException {
    return Files.writeString(
        directory.resolve(node + ".yaml"),
        """
        region: {name: %1$s%4$s}
        dns: {listen: ['%2$s:1053'], threads: 1, drain: 2s, allow: [127.0.0.0/8]}
        overlay: {mode: none}
        admin: {listen: '%2$s:8053'}
        multicluster: {enabled: %3$s}
        """
            .formatted(member.region(), NET + host, on, ranges));
  }

  /** What the kubelet and CoreDNS's own look at its file do, without their half minute. */
  private static void carryCorefile() throws IOException {
    String wanted = one.cluster().corefile();
    if (!Files.readString(corefile).equals(wanted)) {
      Files.writeString(corefile, wanted);
      coreDns.signal("USR1");
    }
  }

  private static List<String> dig(String name, String type) {
    try {
      carryCorefile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return run("@127.0.0.1", "-p", Integer.toString(coreDnsPort), name, type);
  }

  /** What a client gets that has the node's address. */
  private static List<String> digAtNode(String name, String type) {
    return run("@" + NET + "1", "-b", NET + "1", "-p", "1053", name, type);
  }

  private static List<String> run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("+short", "+tries=1", "+time=2"));
    all.addAll(List.of(arguments));
    try (NativeProcess dig =
        NativeProcess.start(NativeTool.find("dig"), all.toArray(String[]::new))) {
      dig.awaitEnd(Served.TIMEOUT);
      return dig.output().lines().filter(l -> !l.startsWith(";")).sorted().toList();
    }
  }
}
