package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** What a peer says of itself may be anything. */
class RegionAnnouncementFuzzTest {
  private static final InetAddress FROM = InetAddress.ofLiteral("100.99.1.1");

  @FuzzTest
  void anythingIsReadOrLeftOut(byte[] octets) {
    String json = new String(octets, StandardCharsets.UTF_8);
    boolean accepted = RegionAnnouncement.accepts(json);
    RegionAnnouncement.tunnel(json, FROM, accepted)
        .ifPresent(announcement ->
            assertThat(announcement.ends())
                .allSatisfy(end -> {
                  assertThat(end.overlayAddress()).isPresent();
                  assertThat(PublicKey.parse(end.publicKey())).isPresent();
                }));
  }
}
