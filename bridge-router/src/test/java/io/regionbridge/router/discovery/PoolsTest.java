package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolsTest {
  @ParameterizedTest(name = "{0} of {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          node   | {ipam: {podCIDRs: [10.52.1.0/24, 'fd00:1::/64']}} | 10.52.1.0/24 fd00:1::/64
          node   | {ipam: {pools: {allocated: [{pool: a, cidrs: [10.8.0.0/27]}, {pool: b, cidrs: [10.7.0.0/28, 10.7.0.16/28]}]}}} | 10.7.0.0/28 10.7.0.16/28 10.8.0.0/27
          node   | {ipam: {pools: {allocated: [x, {cidrs: y}]}}} |
          node   | {} |
          cilium | {ipv4: {cidrs: [10.7.0.0/16], maskSize: 28}, ipv6: {cidrs: ['fd00:7::/48']}} | 10.7.0.0/16 fd00:7::/48
          calico | {cidr: 10.2.0.0/16, blockSize: 26} | 10.2.0.0/16
          calico | {cidr: 10.2.0.0/16, disabled: true} |
          calico | {cidr: 10.2.0.0/16, allowedUses: [Tunnel]} |
          calico | {cidr: 10.2.0.0/16, allowedUses: [Workload, Tunnel]} | 10.2.0.0/16
          calico | {cidr: 7} |
          calico | {} |
          """)
  void readsTheRangesThatPodsAreGivenAddressesFrom(String kind, String spec, String ranges) {
    Function<GenericKubernetesResource, List<Cidr>> reader =
        switch (kind) {
          case "node" -> Pools::ofCiliumNode;
          case "cilium" -> Pools::ofCilium;
          default -> Pools::ofCalico;
        };
    assertThat(
            reader.apply(
                Serialization.unmarshal(
                    "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: %s".formatted(spec),
                    GenericKubernetesResource.class)))
        .isEqualTo(
            ranges == null ? List.of() : Stream.of(ranges.split(" ")).map(Cidr::of).toList());
  }
}
