package io.regionbridge.router.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.router.wireguard.Device;
import java.nio.ByteBuffer;

/** Whatever an implementation sends is a device or a {@code BadLineException}. */
class UapiFuzzTest {
  @FuzzTest(maxDuration = "30s")
  void anyOctetsAreADeviceOrABadLine(byte[] octets) {
    UapiDecoder decoder = new UapiDecoder("wg0");
    try {
      decoder.read(ByteBuffer.wrap(octets));
      Device device = decoder.device();
      assertThat(device.listenPort()).isBetween(0, 0xffff);
      assertThat(device.toString()).startsWith("Device[name=wg0");
    } catch (UapiDecoder.BadLineException e) {
      assertThat(e).hasMessageNotContaining("\n");
    }
  }
}
