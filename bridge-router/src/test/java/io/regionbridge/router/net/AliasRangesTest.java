package io.regionbridge.router.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AliasRangesTest {
  @ParameterizedTest
  @CsvSource({
    "10.42.0.0/16, 10.142.0.0/16, 10.42.3.7, 10.142.3.7",
    "10.42.0.0/16, 10.142.0.0/16, 10.42.0.0, 10.142.0.0",
    "10.42.0.0/16, 10.142.0.0/16, 10.42.255.255, 10.142.255.255",
    "10.42.0.0/16, 10.142.0.0/16, 10.43.0.0, 10.43.0.0",
    "10.42.0.0/16, 10.142.0.0/16, 10.142.0.1, 10.142.0.1",
    "10.42.0.0/16, 10.142.0.0/16, fd00::1, fd00::1",
    "10.42.128.0/19, 172.16.32.0/19, 10.42.159.255, 172.16.63.255",
    "10.42.0.0/32, 192.168.0.1/32, 10.42.0.0, 192.168.0.1",
    "128.0.0.0/1, 0.0.0.0/1, 255.1.2.3, 127.1.2.3",
    "fd42::/48, fd8a:1::/48, fd42::1:2:3, fd8a:1::1:2:3",
    "fd42::/64, fd8a::/64, fd42::ffff:ffff:ffff:ffff, fd8a::ffff:ffff:ffff:ffff",
    "fd42::/100, fd8a::/100, fd42::fff:ffff, fd8a::fff:ffff",
    "fd42::/100, fd8a::/100, fd42::1000:0, fd42::1000:0",
    "fd42::1/128, fd8a::2/128, fd42::1, fd8a::2",
    "8000::/1, ::/1, ffff::1, 7fff::1",
    "fd42::/48, fd8a:1::/48, 10.42.0.1, 10.42.0.1"
  })
  void anAddressKeepsItsHostBits(String range, String alias, String own, String known) {
    assertThat(ranges(range, alias).known(IpAddress.of(own))).isEqualTo(IpAddress.of(known));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // own ranges | known as
        "10.42.0.0/16 | 10.142.0.0/16",
        "10.42.0.0/24 10.42.7.0/24 | 10.142.0.0/24 10.142.7.0/24",
        "10.42.0.0/16 10.52.0.0/16 | 10.52.0.0/16 10.142.0.0/16",
        "10.42.0.0/15 | 10.43.0.0/16 10.142.0.0/16",
        "10.40.0.0/14 | 10.40.0.0/15 10.43.0.0/16 10.142.0.0/16",
        "fd00::/8 | fd00::/8",
        "10.52.0.0/16 | 10.52.0.0/16"
      })
  void rangesAreKnownByTheAliasAndTheRestAsItIs(String own, String known) {
    assertThat(ranges("10.42.0.0/16", "10.142.0.0/16").known(cidrs(own))).isEqualTo(cidrs(known));
  }

  @Test
  void partsAreToldWithTheirAlias() {
    AliasRanges aliases = ranges("10.42.0.0/17", "10.142.128.0/17");
    List<Cidr> own = cidrs("10.42.0.0/16 10.43.0.0/16");
    assertThat(aliases.aliased(own)).hasToString("[10.42.0.0/17, known as 10.142.128.0/17]");
    assertThat(aliases.unaliased(own)).isEqualTo(cidrs("10.42.128.0/17 10.43.0.0/16"));
  }

  @Test
  void whatIsNoPairOfRangesCannotBe() {
    assertThatIllegalArgumentException().isThrownBy(() -> ranges("10.42.0.0/16", "10.142.0.0/17"));
    assertThatIllegalArgumentException().isThrownBy(() -> ranges("10.0.0.0/16", "fd00::/16"));
    AliasRange one = new AliasRange(Cidr.of("10.42.0.0/16"), Cidr.of("10.142.0.0/16"));
    AliasRange sameRange = new AliasRange(Cidr.of("10.42.1.0/24"), Cidr.of("10.143.0.0/24"));
    AliasRange sameAlias = new AliasRange(Cidr.of("10.43.0.0/24"), Cidr.of("10.142.1.0/24"));
    assertThatIllegalArgumentException().isThrownBy(() -> new AliasRanges(List.of(one, sameRange)));
    assertThatIllegalArgumentException().isThrownBy(() -> new AliasRanges(List.of(one, sameAlias)));
  }

  /** Each address of a range is known by an address of what the range is known by, and no other. */
  @Test
  void addressesAndRangesAgree() {
    Random random = new Random(20);
    for (int i = 0; i < 2_000; i++) {
      AliasRanges aliases = random(random);
      List<Cidr> own = new ArrayList<>();
      for (int j = random.nextInt(3); j >= 0; j--) {
        own.add(Cidr.containing(address(random, random.nextBoolean()), 2 + random.nextInt(6)));
      }
      List<Cidr> known = aliases.known(own);
      for (Cidr range : own) {
        byte[] octets = range.network().getAddress();
        octets[0] |= (byte) (random.nextInt(256) & 0xff >>> range.prefixLength());
        random.nextBytes(Arrays.copyOfRange(octets, 1, octets.length));
        octets[octets.length - 1] = (byte) random.nextInt();
        IpAddress address = IpAddress.of(IpLiteral.address(octets));
        IpAddress alias = aliases.known(address);
        assertThat(known).anyMatch(r -> r.contains(alias.toInetAddress()));
        boolean has =
            aliases.ranges().stream().anyMatch(r -> r.range().contains(address.toInetAddress()));
        assertThat(aliases.known(List.of(Cidr.host(address.toInetAddress()))))
            .containsExactly(Cidr.host(alias.toInetAddress()));
        assertThat(has || alias.equals(address)).isTrue();
      }
      long addresses = own.stream().distinct().count();
      assertThat(known.size()).isGreaterThanOrEqualTo(addresses > 0 ? 1 : 0);
    }
  }

  private static AliasRanges random(Random random) {
    AliasRanges aliases = AliasRanges.NONE;
    for (int i = 0; i < 3; i++) {
      boolean ipv6 = random.nextBoolean();
      int length = 3 + random.nextInt(8);
      List<AliasRange> more = new ArrayList<>(aliases.ranges());
      more.add(
          new AliasRange(
              Cidr.containing(address(random, ipv6), length),
              Cidr.containing(address(random, ipv6), length)));
      try {
        aliases = new AliasRanges(more);
      } catch (IllegalArgumentException overlapping) {
        // The others stay.
      }
    }
    return aliases;
  }

  private static java.net.InetAddress address(Random random, boolean ipv6) {
    byte[] octets = new byte[ipv6 ? 16 : 4];
    random.nextBytes(octets);
    return IpLiteral.address(octets);
  }

  private static AliasRanges ranges(String range, String alias) {
    return new AliasRanges(List.of(new AliasRange(Cidr.of(range), Cidr.of(alias))));
  }

  private static List<Cidr> cidrs(String texts) {
    return Stream.of(texts.split(" ")).map(Cidr::of).toList();
  }
}
