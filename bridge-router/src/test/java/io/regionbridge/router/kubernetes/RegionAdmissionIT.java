package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real API server refuses Region objects that the border would refuse, as far as it can tell. */
class RegionAdmissionIT {
  private static final String PATH = "/apis/region-bridge.io/v1alpha1/regions/";
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.start();
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  static Stream<String> refused() {
    return Stream.of(
        "domain: internal",
        "domain: mn.local",
        "domain: cluster.local",
        "domain: 52.10.in-addr.arpa",
        "domain: MN.internal",
        "domain: mn.internal.",
        "domain: a..internal",
        "domain: '*.internal'",
        "domain: a_b.internal",
        "domain: ''",
        "domain: \"a.internal\\nb.internal\"",
        "domain: %s.internal".formatted("a".repeat(64)),
        "domain: %s".formatted(longDomain(201)),
        "domain: 5",
        "domain: 10.0.0.1",
        "domain: mn.5",
        "domain: mn.0x7f",
        "podCIDRs: 10.52.0.0/16",
        "podCIDRs: [10.52.0.0]",
        "podCIDRs: [5]",
        "podCIDRs: [%s]".formatted(ranges(65)),
        "serviceCIDRs: [%s]".formatted(ranges(65)),
        "gateways: [dns.example.com]",
        "gateways: ['fd00::1']",
        "gateways: [%s]".formatted(addresses(17)),
        "overlayKeys: ['two words']",
        "overlayKeys: [%s]".formatted("k".repeat(65)),
        "wireguard: {}",
        "wireguard: {publicKey: short}",
        "kubeconfigSecretRef: {}",
        "aliasRanges: [{range: 10.42.0.0/16}]");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatTheBorderRefusesIsRefusedAtOnce(String spec) {
    assertThatThrownBy(() -> apply("mn", spec))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching("(?s).*: (400|422|500) .*spec\\.[a-zA-Z]+.*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.b", "-a", "UPPER"})
  void aNameIsOneLabel(String name) {
    assertThatThrownBy(() -> apply(name, "domain: mn.internal"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theLargestObjectThatTheBorderTakesIsTaken() {
    apply(
        "a".repeat(63),
        """
        {domain: %s, podCIDRs: [%s], serviceCIDRs: [], gateways: [%s, '[fd00::1]:65535'],
         contain: false, overlayKeys: [%s]}
        """
            .formatted(longDomain(200), ranges(64), addresses(15), "k".repeat(64)));
    try (KubernetesClient admin = cluster.admin()) {
      assertThat(admin.resources(Region.class).withName("a".repeat(63)).get()).isNotNull();
    }
  }

  private static void apply(String name, String spec) {
    cluster
        .server()
        .apply(
            PATH + name,
            "{apiVersion: region-bridge.io/v1alpha1, kind: Region, metadata: {name: '%s'}, spec: %s}"
                .formatted(name, spec.startsWith("{") ? spec : "{" + spec + "}"));
  }

  private static String longDomain(int octets) {
    String labels = ("a".repeat(49) + ".").repeat(3);
    return labels + "b".repeat(octets - labels.length());
  }

  private static String ranges(int count) {
    return IntStream.range(0, count)
        .mapToObj("10.66.%d.0/24"::formatted)
        .collect(Collectors.joining(", "));
  }

  private static String addresses(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj("192.0.2.%d"::formatted)
        .collect(Collectors.joining(", "));
  }
}
