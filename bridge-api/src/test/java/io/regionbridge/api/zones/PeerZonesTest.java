package io.regionbridge.api.zones;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.lifecycle.Configs;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.PeerRegion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PeerZonesTest {
  @ParameterizedTest(name = "{0}: {1} reverse zones from {2} to {3}")
  @CsvSource({
    "10.52.0.0/16, 1, 52.10.in-addr.arpa., 52.10.in-addr.arpa.",
    "10.52.4.0/24, 1, 4.52.10.in-addr.arpa., 4.52.10.in-addr.arpa.",
    "10.52.0.0/14, 4, 52.10.in-addr.arpa., 55.10.in-addr.arpa.",
    "10.52.128.0/17, 128, 128.52.10.in-addr.arpa., 255.52.10.in-addr.arpa.",
    "10.52.4.192/26, 64, 192.4.52.10.in-addr.arpa., 255.4.52.10.in-addr.arpa.",
    "fd52::/16, 1, 2.5.d.f.ip6.arpa., 2.5.d.f.ip6.arpa.",
    "fd52:0:8::/45, 8, 8.0.0.0.0.0.0.0.2.5.d.f.ip6.arpa., f.0.0.0.0.0.0.0.2.5.d.f.ip6.arpa.",
  })
  void splitsRangesWhereLabelsEnd(String range, int count, String first, String last) {
    List<ForwardZone> zones = zones(peer("podCIDRs: [\"" + range + "\"]"));
    assertThat(zones.getFirst().apex()).hasToString("mn.internal.");
    assertThat(zones).hasSize(count + 1);
    assertThat(zones.get(1).apex()).hasToString(first);
    assertThat(zones.getLast().apex()).hasToString(last);
  }

  @Test
  void holdsAnswersAgainstPodAndServiceRanges() {
    ForwardZone zone =
        zones(peer("podCIDRs: [10.52.0.0/16], serviceCIDRs: [10.53.0.0/16]")).getFirst();
    assertThat(zone.addresses().contain()).isTrue();
    assertThat(zone.addresses().ranges().contains(0, AddressSet.lowOfIpv4(0x0A34_0101))).isTrue();
    assertThat(zone.addresses().ranges().contains(0, AddressSet.lowOfIpv4(0x0A35_0101))).isTrue();
    assertThat(zone.addresses().ranges().contains(0, AddressSet.lowOfIpv4(0x0A36_0101))).isFalse();
  }

  @Test
  void containsNothingWhereNoRangeIsKnown() {
    assertThat(zones(peer("contain: true")).getFirst().addresses().contain()).isFalse();
  }

  @Test
  void containsNothingWhereThatIsNotWanted() {
    assertThat(zones(peer("podCIDRs: [10.52.0.0/16], contain: false")))
        .noneMatch(zone -> zone.addresses().contain());
  }

  @Test
  void aNodeThatComesOrGoesConcernsOnlyPeersThatCouldHaveItsAddress() {
    List<Cidr> nodes = List.of(Cidr.of("10.52.0.9/32"), Cidr.of("192.0.2.1/32"));
    assertThat(PeerZones.relevant(peer("podCIDRs: [10.52.0.0/16]"), nodes))
        .containsExactly(Cidr.of("10.52.0.9/32"));
    assertThat(PeerZones.relevant(peer("serviceCIDRs: [10.53.0.0/16]"), nodes)).isEmpty();
    assertThat(PeerZones.relevant(peer("podCIDRs: [10.52.0.0/16], contain: false"), nodes))
        .isEqualTo(nodes);
    assertThat(PeerZones.relevant(peer("contain: true"), nodes)).isEqualTo(nodes);
  }

  private static List<ForwardZone> zones(PeerRegion peer) {
    return PeerZones.of(peer, peer.podCidrs(), List.of(), List.of());
  }

  private static PeerRegion peer(String keys) {
    BridgeConfig config =
        Configs.of("regions: [{ name: mn, gateways: [\"100.64.0.9\"], %s }]".formatted(keys));
    return Configs.topology(config, List.of()).peers().getFirst();
  }
}
