package io.regionbridge.dns.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressSetTest {
  private static Prefix prefix(String text) {
    int slash = text.indexOf('/');
    return new Prefix(
        InetAddress.ofLiteral(text.substring(0, slash)),
        Integer.parseInt(text.substring(slash + 1)));
  }

  private static AddressSet set(String... prefixes) {
    return AddressSet.of(Arrays.stream(prefixes).map(AddressSetTest::prefix).toList());
  }

  private static boolean contains(AddressSet set, String address) {
    PeerAddress peer = new PeerAddress();
    peer.set(new InetSocketAddress(InetAddress.ofLiteral(address), 1));
    return set.contains(peer.high(), peer.low());
  }

  @ParameterizedTest
  @CsvSource({
    "10.52.0.0/16, 10.52.0.0, true",
    "10.52.0.0/16, 10.52.255.255, true",
    "10.52.0.0/16, 10.51.255.255, false",
    "10.52.0.0/16, 10.53.0.0, false",
    "10.52.1.2/32, 10.52.1.2, true",
    "10.52.1.2/32, 10.52.1.3, false",
    "10.52.77.88/16, 10.52.0.1, true",
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, 0.0.0.0, true",
    "0.0.0.0/0, ::, false",
    "0.0.0.0/0, fd00::1, false",
    "fd52::/32, fd52:0:ffff::1, true",
    "fd52::/32, fd52:1::, false",
    "fd52::/64, fd52::ffff:ffff:ffff:ffff, true",
    "fd52::/65, fd52::8000:0:0:0, false",
    "fd52::1/128, fd52::1, true",
    "fd52::1/128, fd52::2, false",
    "::/0, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, true",
    "::/0, ::1, true",
    "::/0, 10.0.0.1, false",
    "::/64, 10.0.0.1, false",
    "::/64, ::fffe:ffff:ffff, true",
    "::/64, ::1:0:0:0, true",
  })
  void anAddressIsInAPrefixOrNot(String prefix, String address, boolean in) {
    assertThat(contains(set(prefix), address)).isEqualTo(in);
  }

  @Test
  void theEmptySetHoldsNothing() {
    assertThat(AddressSet.NONE.isEmpty()).isTrue();
    assertThat(contains(AddressSet.NONE, "10.0.0.1")).isFalse();
    assertThat(contains(AddressSet.NONE, "::")).isFalse();
    assertThat(AddressSet.of(List.of())).isEqualTo(AddressSet.NONE);
  }

  @Test
  void setsAreEqualWhenTheyHoldTheSameAddressesByTheSameOutline() {
    assertThat(set("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32")).isEqualTo(set("10.9.9.9/8"));
    assertThat(set("10.0.0.0/8").hashCode()).isEqualTo(set("10.9.9.9/8").hashCode());
    assertThat(set("10.0.0.0/8")).isNotEqualTo(set("10.0.0.0/9"));
    assertThat(set("10.0.0.0/8")).isNotEqualTo(new Object());
  }

  /** The definition, written out with big numbers. */
  private static boolean naive(List<Prefix> prefixes, InetAddress address) {
    for (Prefix p : prefixes) {
      byte[] a = address.getAddress();
      byte[] b = p.address().getAddress();
      if (a.length == b.length) {
        int shift = a.length * 8 - p.length();
        if (new BigInteger(1, a).shiftRight(shift).equals(new BigInteger(1, b).shiftRight(shift))) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void randomSetsAgreeWithTheDefinition() throws UnknownHostException {
    Random random = new Random(11);
    int inside = 0;
    for (int round = 0; round < 500; round++) {
      List<Prefix> prefixes = new ArrayList<>();
      for (int n = random.nextInt(12); n > 0; n--) {
        InetAddress address = address(random);
        int bits = address instanceof Inet4Address ? 32 : 128;
        prefixes.add(new Prefix(address, random.nextInt(bits + 1)));
      }
      AddressSet set = AddressSet.of(prefixes);
      for (Prefix prefix : prefixes) {
        assertThat(set.containsAll(AddressSet.of(List.of(prefix)))).isTrue();
      }
      AddressSet half = AddressSet.of(prefixes.subList(0, prefixes.size() / 2));
      assertThat(set.containsAll(half)).isTrue();
      assertThat(half.containsAll(set)).isEqualTo(half.equals(set));
      for (int n = 0; n < 100; n++) {
        InetAddress address = address(random);
        PeerAddress peer = new PeerAddress();
        peer.set(new InetSocketAddress(address, 53));
        boolean expected = naive(prefixes, address);
        assertThat(set.contains(peer.high(), peer.low()))
            .as("%s in %s", address, prefixes)
            .isEqualTo(expected);
        inside += expected ? 1 : 0;
      }
    }
    assertThat(inside).isBetween(5_000, 45_000);
  }

  /** Addresses close to each other, so that bounds are met. */
  private static InetAddress address(Random random) throws UnknownHostException {
    byte[] octets = new byte[random.nextBoolean() ? 4 : 16];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) new int[] {0, 0, 0xFF, 0x80, 10}[random.nextInt(5)];
    }
    if (octets.length == 16 && random.nextInt(3) == 0) {
      Arrays.fill(octets, 0, 10, (byte) 0);
      octets[10] = (byte) 0xFF;
      octets[11] = (byte) (random.nextBoolean() ? 0xFE : 0xFD);
    }
    return InetAddress.getByAddress(octets);
  }

  @Test
  void aPrefixMustFitItsFamily() {
    assertThatThrownBy(() -> prefix("10.0.0.0/33"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prefix length 33 of 10.0.0.0 is not 0 to 32");
    assertThatThrownBy(() -> prefix("fd00::/129"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 128");
    assertThat(prefix("10.0.0.0/8")).hasToString("10.0.0.0/8");
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 53, true",
    "255.255.255.255, 65535, true",
    "0.0.0.0, 0, true",
    "::, 1, false",
    "::1, 1, false",
    "fe80::1, 1, false",
    "fd00:1:2:3:4:5:6:7, 5353, false",
  })
  void aPeerAddressGoesToNumbersAndBack(String text, int port, boolean ipv4) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(text), port);
    PeerAddress peer = new PeerAddress();
    peer.set(address);
    PeerAddress copy = new PeerAddress();
    copy.set(peer);
    assertThat(copy.ipv4()).isEqualTo(ipv4);
    assertThat(copy.port()).isEqualTo(port);
    assertThat(copy.toSocketAddress()).isEqualTo(address);
    assertThat(copy).hasToString(address.toString());
  }

  @Test
  void theScopeOfALinkLocalAddressIsKept() {
    PeerAddress peer = new PeerAddress();
    peer.setIpv6(0xFE80_0000_0000_0000L, 1, 53, 3);
    assertThat(peer.scope()).isEqualTo(3);
    assertThat(peer.toSocketAddress().getAddress().getHostAddress()).endsWith("%3");
    peer.setIpv4(0x0A000001, 53);
    assertThat(peer.scope()).isZero();
  }
}
