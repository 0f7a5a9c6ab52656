package io.regionbridge.router.directory;

import static io.regionbridge.router.directory.Samples.WEB;
import static io.regionbridge.router.directory.Samples.endpoint;
import static io.regionbridge.router.directory.Samples.headless;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.settings.RegionSettings;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static final ClusterIpRule KEEP = new ClusterIpRule(RegionSettings.ClusterIp.KEEP, true);

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # mode,      namespace,   annotation, exported
          ALL,         prod,        ,           true
          ALL,         prod,        true,       true
          ALL,         prod,        false,      false
          ALL,         prod,        maybe,      true
          ALL,         kube-system, true,       false
          ANNOTATED,   prod,        ,           false
          ANNOTATED,   prod,        true,       true
          ANNOTATED,   prod,        TRUE,       false
          ANNOTATED,   prod,        false,      false
          ANNOTATED,   kube-system, true,       false
          """)
  void exportFollowsModeNamespaceAndAnnotation(
      RegionSettings.Export mode, String namespace, @Nullable String annotation, boolean exported) {
    ServiceFacts service =
        new ServiceFacts(
            new ServiceKey(namespace, "web"),
            ServiceType.CLUSTER_IP,
            List.of(),
            List.of(),
            false,
            null,
            ExportAnnotation.of(annotation),
            ServiceTraits.NONE);

    assertThat(new ExportRule(mode, Set.of("kube-system")).exports(service)).isEqualTo(exported);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # mode, region translates, Service's port, pods' port, keeps the ClusterIP
          EXPAND, true,  80, 80,   false
          EXPAND, true,  80, 8080, false
          KEEP,   false, 80, 80,   true
          KEEP,   false, 80, 8080, true
          AUTO,   true,  80, 80,   false
          AUTO,   true,  80, 8080, true
          AUTO,   false, 80, 8080, false
          """)
  void clusterIpIsKeptOrExpanded(
      RegionSettings.ClusterIp mode, boolean translates, int port, int podPort, boolean kept) {
    DirectoryService service = service(List.of("10.43.0.1"), port(port, podPort), podPort);

    assertThat(new ClusterIpRule(mode, translates).keeps(service)).isEqualTo(kept);
    assertThat(service.remappedPorts())
        .hasToString(port == podPort ? "[]" : "[http " + port + "/TCP -> " + podPort + "]");
  }

  @Test
  void serviceThatWasGivenNoAddressYetIsExpandedWhateverTheMode() {
    assertThat(KEEP.keeps(service(List.of(), port(80, 8080), 8080))).isFalse();
  }

  @Test
  void headlessServiceIsExpandedAndNothingIsRemapped() {
    DirectoryService headless = new DirectoryService(headless(WEB, false), List.of());

    assertThat(KEEP.keeps(headless)).isFalse();
    assertThat(headless.remappedPorts()).isEmpty();
  }

  @Test
  void anAliasIntoTheClusterIsOneIntoTheRegion() {
    ExternalNames names =
        new ExternalNames("mn.internal", List.of("cluster.local", "k8s.example.org"));

    assertThat(names.target("web.shop.svc.Cluster.Local.")).isEqualTo("web.shop.svc.mn.internal");
    assertThat(names.target("web.shop.svc.k8s.example.org")).isEqualTo("web.shop.svc.mn.internal");
    assertThat(names.target("web.example.org.")).isEqualTo("web.example.org");
    assertThat(ExternalNames.AS_GIVEN.target("web.shop.svc.cluster.local"))
        .isEqualTo("web.shop.svc.cluster.local");
  }

  @Test
  void targetPortDecidesWhileNoEndpointSaysOtherwise() {
    DirectoryService none = service(List.of("10.43.0.1"), port(80, 8080));

    assertThat(none.remappedPorts()).hasToString("[http 80/TCP -> 8080]");
  }

  @Test
  void namedTargetPortIsUnknownWithoutEndpointsAndEveryNumberOfItIsToldWithThem() {
    ServiceFacts.Port named =
        new ServiceFacts.Port("http", Protocol.TCP, 80, new ServiceFacts.Port.Target.Named("web"));

    assertThat(service(List.of("10.43.0.1"), named).remappedPorts()).isEmpty();
    assertThat(service(List.of("10.43.0.1"), named, 80, 8081, 8080, 8081).remappedPorts())
        .hasToString("[http 80/TCP -> 8080, http 80/TCP -> 8081]");
  }

  @Test
  void portsAreMatchedByNameAndProtocol() {
    ServiceFacts.Port udp =
        new ServiceFacts.Port(
            "http", Protocol.UDP, 443, new ServiceFacts.Port.Target.Named("quic"));

    assertThat(service(List.of("10.43.0.1"), udp, 8443).remappedPorts()).isEmpty();
  }

  private static ServiceFacts.Port port(int port, int target) {
    return new ServiceFacts.Port(
        "http", Protocol.TCP, port, new ServiceFacts.Port.Target.Numbered(target));
  }

  private static DirectoryService service(
      List<String> clusterIps, ServiceFacts.Port port, int... podPorts) {
    ServiceFacts facts =
        new ServiceFacts(
            WEB,
            ServiceType.CLUSTER_IP,
            clusterIps.stream().map(IpAddress::of).toList(),
            List.of(port),
            false,
            null,
            ExportAnnotation.NONE,
            ServiceTraits.NONE);
    List<Endpoint> endpoints =
        Stream.iterate(0, i -> i < podPorts.length, i -> i + 1)
            .map(i ->
                endpoint(
                    "10.42.0." + i,
                    null,
                    EndpointState.READY,
                    List.of(new Endpoint.Port("http", Protocol.TCP, podPorts[i]))))
            .toList();
    return new DirectoryService(facts, endpoints);
  }
}
