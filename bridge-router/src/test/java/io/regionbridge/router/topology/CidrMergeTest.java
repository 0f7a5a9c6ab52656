package io.regionbridge.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidrMergeTest {
  @ParameterizedTest
  @CsvSource({
    "10.42.0.0/24, 10.42.0.0/24",
    "10.42.0.0/24 10.42.0.0/24, 10.42.0.0/24",
    "10.42.1.0/24 10.42.0.0/24, 10.42.0.0/23",
    "10.42.1.0/24 10.42.2.0/24, 10.42.1.0/24 10.42.2.0/24",
    "10.42.0.0/24 10.42.1.0/24 10.42.2.0/24 10.42.3.0/24, 10.42.0.0/22",
    "10.42.0.0/16 10.42.7.0/24, 10.42.0.0/16",
    "0.0.0.0/1 128.0.0.0/1, 0.0.0.0/0",
    "fd00::/65 fd00:0:0:0:8000::/65 10.0.0.0/8, 10.0.0.0/8 fd00::/64"
  })
  void theSameAddressesInAsFewRangesAsCanBe(String ranges, String merged) {
    assertThat(CidrMerge.merge(Stream.of(ranges.split(" ")).map(Cidr::of).toList()))
        .map(Cidr::toString)
        .containsExactly(merged.split(" "));
  }
}
