package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.DirectoryIndex;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterIpSpanTest {
  @ParameterizedTest
  @CsvSource({
    "10.43.0.1, 10.43.0.10, 10.43.0.0/28",
    "10.43.0.1, 10.43.200.7, 10.43.0.0/16",
    "10.43.0.1, 10.43.0.1, 10.43.0.1/32",
    "10.96.0.1, 10.111.255.254, 10.96.0.0/12",
    "fd00:43::1, fd00:43::ff00, fd00:43::/112",
    "10.0.0.1, 192.168.0.1, 0.0.0.0/0",
  })
  void isTheShortestPrefixThatBothShare(String one, String other, String wanted) {
    assertThat(
            ClusterIpSpan.span(
                Cidr.host(IpAddress.of(one).toInetAddress()),
                Cidr.host(IpAddress.of(other).toInetAddress())))
        .isEqualTo(Cidr.of(wanted));
  }

  @Test
  void eachFamilyHasItsOwnOnceAllServicesAreKnownUnlessTheApiServerSays() {
    DirectoryIndex index = new DirectoryIndex();
    index.put(service("kubernetes", "10.43.0.1"));
    index.put(service("headless"));
    index.put(service("web", "10.43.9.9", "fd00:43::9"));
    assertThat(ClusterIpSpan.of(index.directory(), view())).isEmpty();
    index.complete(true);
    assertThat(ClusterIpSpan.of(index.directory(), view()))
        .containsExactly(Cidr.of("10.43.0.0/20"), Cidr.of("fd00:43::9/128"));
    assertThat(ClusterIpSpan.of(index.directory(), view("10.43.0.0/16"))).isEmpty();
  }

  private static ServiceFacts service(String name, String... clusterIps) {
    return new ServiceFacts(
        new ServiceKey("default", name),
        clusterIps.length == 0 ? ServiceType.HEADLESS : ServiceType.CLUSTER_IP,
        Stream.of(clusterIps).map(IpAddress::of).toList(),
        List.of(),
        false,
        null,
        ExportAnnotation.of(null),
        ServiceTraits.NONE);
  }

  private static ClusterView view(String... serviceCidrs) {
    return new ClusterView(
        List.of(),
        Stream.of(serviceCidrs).map(Cidr::of).toList(),
        List.of(),
        Map.of(),
        List.of(),
        List.of(),
        Map.of());
  }
}
