package io.regionbridge.router.directory;

import static io.regionbridge.router.directory.Samples.WEB;
import static io.regionbridge.router.directory.Samples.endpoint;
import static io.regionbridge.router.directory.Samples.headless;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.ClusterIpRule.Answer;
import io.regionbridge.router.directory.ClusterIpRule.Mode;
import io.regionbridge.router.net.IpAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {

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
      ExportRule.Mode mode, String namespace, @Nullable String annotation, boolean exported) {
    ServiceFacts service =
        new ServiceFacts(
            new ServiceKey(namespace, "web"),
            ServiceType.CLUSTER_IP,
            List.of(),
            List.of(),
            false,
            null,
            ExportAnnotation.of(annotation));

    assertThat(new ExportRule(mode, Set.of("kube-system")).exports(service)).isEqualTo(exported);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # mode, region translates, Service's port, pods' port, answer, remapped
          EXPAND, true,  80, 80,   Endpoints, false
          EXPAND, true,  80, 8080, Endpoints, true
          KEEP,   false, 80, 80,   ClusterIp, false
          KEEP,   false, 80, 8080, ClusterIp, true
          AUTO,   true,  80, 80,   Endpoints, false
          AUTO,   true,  80, 8080, ClusterIp, true
          AUTO,   false, 80, 8080, Endpoints, true
          """)
  void clusterIpIsKeptOrExpanded(
      Mode mode, boolean translates, int port, int podPort, String answer, boolean remapped) {
    Answer decided =
        new ClusterIpRule(mode, translates)
            .decide(service(List.of("10.43.0.1"), port(port, podPort), podPort));

    assertThat(decided.getClass().getSimpleName()).isEqualTo(answer);
    assertThat(remapped(decided))
        .hasToString(remapped ? "[http " + port + "/TCP -> " + podPort + "]" : "[]");
  }

  @Test
  void serviceThatWasGivenNoAddressYetIsExpandedWhateverTheMode() {
    assertThat(new ClusterIpRule(Mode.KEEP, true).decide(service(List.of(), port(80, 8080), 8080)))
        .isInstanceOf(Answer.Endpoints.class);
  }

  @Test
  void headlessServiceIsExpandedAndNothingIsRemapped() {
    assertThat(
            new ClusterIpRule(Mode.KEEP, true)
                .decide(new DirectoryService(headless(WEB, false), List.of())))
        .isEqualTo(new Answer.Endpoints(List.of()));
  }

  @Test
  void targetPortDecidesWhileNoEndpointSaysOtherwise() {
    DirectoryService none = service(List.of("10.43.0.1"), port(80, 8080));

    assertThat(ClusterIpRule.remapped(none)).hasToString("[http 80/TCP -> 8080]");
  }

  @Test
  void namedTargetPortIsUnknownWithoutEndpointsAndEveryNumberOfItIsToldWithThem() {
    ServiceFacts.Port named =
        new ServiceFacts.Port("http", Protocol.TCP, 80, new ServiceFacts.Port.Target.Named("web"));

    assertThat(ClusterIpRule.remapped(service(List.of("10.43.0.1"), named))).isEmpty();
    assertThat(ClusterIpRule.remapped(service(List.of("10.43.0.1"), named, 80, 8081, 8080, 8081)))
        .hasToString("[http 80/TCP -> 8080, http 80/TCP -> 8081]");
  }

  @Test
  void portsAreMatchedByNameAndProtocol() {
    ServiceFacts.Port udp =
        new ServiceFacts.Port(
            "http", Protocol.UDP, 443, new ServiceFacts.Port.Target.Named("quic"));

    assertThat(ClusterIpRule.remapped(service(List.of("10.43.0.1"), udp, 8443))).isEmpty();
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
            ExportAnnotation.NONE);
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

  private static List<ClusterIpRule.RemappedPort> remapped(Answer answer) {
    return switch (answer) {
      case Answer.Endpoints(var ports) -> ports;
      case Answer.ClusterIp(var ports) -> ports;
    };
  }
}
