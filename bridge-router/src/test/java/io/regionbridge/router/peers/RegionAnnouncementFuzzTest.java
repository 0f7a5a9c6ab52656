package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a peer says of itself may be anything. */
class RegionAnnouncementFuzzTest {
  private static final InetAddress FROM = InetAddress.ofLiteral("100.99.1.1");

  @FuzzTest
  void anythingIsReadOrLeftOut(byte[] octets) {
    String json = new String(octets, StandardCharsets.UTF_8);
    Optional<RegionAnnouncement> read = RegionAnnouncement.parse(json);
    read.flatMap(announcement -> announcement.tunnelSaid(FROM, true))
        .ifPresent(said ->
            assertThat(said.ends())
                .allSatisfy(end -> {
                  assertThat(end.overlayAddress()).isPresent();
                  assertThat(PublicKey.parse(end.publicKey())).isPresent();
                }));
    OverlayView.Peer peer = new OverlayView.Peer("key", FROM, List.of(Cidr.of("10.0.0.0/8")), true);
    read.flatMap(announcement -> announcement.claim(peer, Map.of(), 1053))
        .ifPresent(claim -> assertThat(claim.podCidrs()).allMatch(Cidr.of("10.0.0.0/8")::contains));
  }
}
