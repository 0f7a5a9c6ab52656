package io.regionbridge.router.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CidrTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0/0",
        "10.42.0.0/16",
        "10.42.8.0/21",
        "10.42.0.1/32",
        "::/0",
        "fd00:10:42::/56",
        "fd00::8/125",
        "::1/128"
      })
  void readsBackWhatItPrints(String text) {
    assertThat(Cidr.of(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.42.0.1/16    | bits are set to the right | write 10.42.0.0/16",
        "fd00::1/64      | bits are set to the right | write fd00::/64",
        "10.42.255.0/21  | bits are set to the right | write 10.42.248.0/21",
        "10.42.0.0       | prefix length is missing  | 10.42.0.0/32",
        "fd00::          | prefix length is missing  | fd00::/128",
        "10.42.0.0/33    | number from 0 to 32       | leading bits",
        "fd00::/129      | number from 0 to 128      | leading bits",
        "10.42.0.0/      | number from 0 to 32       | leading bits",
        "10.42.0.0/-1    | number from 0 to 32       | leading bits",
        "10.42.0.0/016   | number from 0 to 32       | leading bits",
        "10.42.0.0/99999999999 | number from 0 to 32 | leading bits",
        "10.42.0.0/255.255.0.0 | number from 0 to 32 | leading bits",
        "10.42/16        | not an address range      | 10.42.0.0/16",
        "pods/16         | not an address range      | 10.42.0.0/16",
        "/16             | not an address range      | 10.42.0.0/16",
        "''              | not an address range      | 10.42.0.0/16",
      })
  void saysWhatIsWrongAndWhatToWrite(String text, String reason, String advice) {
    assertThat(Cidr.parse(text))
        .isInstanceOfSatisfying(
            Parsed.Invalid.class,
            invalid -> {
              assertThat(invalid.reason()).contains(reason);
              assertThat(invalid.advice()).contains(advice);
            });
    assertThatThrownBy(() -> Cidr.of(text)).hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "10.42.0.0/16, 10.42.0.0, true",
    "10.42.0.0/16, 10.42.255.255, true",
    "10.42.0.0/16, 10.43.0.0, false",
    "10.42.8.0/21, 10.42.15.255, true",
    "10.42.8.0/21, 10.42.16.0, false",
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, ::1, false",
    "::/0, 10.0.0.1, false",
    "fd00::/9, fd7f:ffff::, true",
    "fd00::/9, fd80::, false",
    "10.0.0.1/32, 10.0.0.1, true",
    "10.0.0.1/32, 10.0.0.0, false",
  })
  void containsItsAddressesAlone(String range, String address, boolean inside) {
    assertThat(Cidr.of(range).contains(address(address))).isEqualTo(inside);
  }

  @ParameterizedTest
  @CsvSource({
    "10.42.0.0/16, 10.42.0.0/16, true",
    "10.42.0.0/16, 10.42.7.0/24, true",
    "10.0.0.0/8, 10.42.0.0/16, true",
    "10.42.0.0/16, 10.43.0.0/16, false",
    "0.0.0.0/0, 203.0.113.0/24, true",
    "0.0.0.0/0, ::/0, false",
    "fd00::/8, fd00:10::/32, true",
  })
  void overlapsBothWays(String one, String other, boolean overlap) {
    assertThat(Cidr.of(one).overlaps(Cidr.of(other))).isEqualTo(overlap);
    assertThat(Cidr.of(other).overlaps(Cidr.of(one))).isEqualTo(overlap);
  }

  @Test
  void containsARangeOnlyIfAllOfItIsInside() {
    assertThat(Cidr.of("10.0.0.0/8").contains(Cidr.of("10.42.0.0/16"))).isTrue();
    assertThat(Cidr.of("10.42.0.0/16").contains(Cidr.of("10.0.0.0/8"))).isFalse();
  }

  @Test
  void findsTheRangeAroundAnAddress() {
    assertThat(Cidr.containing(address("10.42.13.7"), 20)).hasToString("10.42.0.0/20");
    assertThat(Cidr.containing(address("fd00::ff"), 64)).hasToString("fd00::/64");
    assertThat(Cidr.host(address("10.42.13.7"))).hasToString("10.42.13.7/32");
  }

  @Test
  void cannotBeMadeWithHostBitsOrAPrefixThatDoesNotFit() {
    assertThatThrownBy(() -> new Cidr(address("10.42.0.1"), 16)).hasMessageContaining("host bits");
    assertThatThrownBy(() -> new Cidr(address("10.42.0.0"), 33)).hasMessageContaining("0 to 32");
    assertThatThrownBy(() -> Cidr.containing(address("10.0.0.1"), -1))
        .hasMessageContaining("0 to 32");
  }

  @Test
  void sortsByFamilyThenAddressThenWidth() {
    List<String> sorted =
        List.of("9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "200.0.0.0/8", "::/0", "fd00::/8");
    assertThat(Stream.of(5, 3, 1, 4, 2, 0).map(sorted::get).map(Cidr::of).sorted())
        .extracting(Cidr::toString)
        .isEqualTo(sorted);
  }

  private static InetAddress address(String literal) {
    return IpLiteral.parse(literal).orElseThrow();
  }
}
