package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.router.wireguard.Device;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Whatever arrives on a netlink socket is understood or a {@code MalformedMessageException}. */
class NetlinkFuzzTest {
  @FuzzTest(maxDuration = "30s")
  void anyDatagramIsADeviceOrMalformed(byte[] octets) {
    WireGuardDecoder decoder = new WireGuardDecoder();
    try {
      for (NetlinkMessage message : NetlinkMessage.parse(datagram(octets))) {
        decoder.take(message);
      }
      Device device = decoder.device();
      assertThat(device.listenPort()).isBetween(0, 0xffff);
      assertThat(device.toString()).startsWith("Device[");
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @FuzzTest(maxDuration = "30s")
  void anyDatagramIsLinksAddressesAndRoutesOrMalformed(byte[] octets) {
    try {
      for (NetlinkMessage message : NetlinkMessage.parse(datagram(octets))) {
        if (message.type() < NetlinkMessage.FIRST_OWN_TYPE) {
          assertThat(Acknowledgement.parse(message).errno()).isNotNegative();
        }
        RouteDecoder.link(message).ifPresent(l -> assertThat(l.name().length()).isLessThan(16));
        RouteDecoder.address(message).ifPresent(a -> assertThat(a.network()).isNotNull());
        RouteDecoder.route(message).ifPresent(r -> assertThat(r.destination()).isNotNull());
      }
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static ByteBuffer datagram(byte[] octets) {
    return ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
  }
}
