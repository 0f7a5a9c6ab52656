package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Key;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a kernel once said, understood without one. */
class RecordedDumpTest {
  @Test
  void aDeviceWithEverything() throws MalformedMessageException {
    assertThat(device("wireguard-device.hex"))
        .isEqualTo(
            new Device(
                "wg0",
                PublicKey.parseHex(
                    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
                51820,
                0xca6c,
                List.of(
                    new Peer(
                        key(2),
                        Optional.of(PresharedKey.of(octets(3))),
                        PeerEndpoint.parse("192.0.2.7:51821"),
                        25,
                        Optional.empty(),
                        0,
                        0,
                        List.of(Cidr.of("10.42.0.0/16"), Cidr.of("fd00:42::/48"))),
                    new Peer(
                        key(3),
                        Optional.empty(),
                        PeerEndpoint.parse("[2001:db8::7]:7"),
                        0,
                        Optional.empty(),
                        0,
                        0,
                        List.of()))));
  }

  @Test
  void aPeerThatGoesOnInTheNextMessageIsOnePeer() throws MalformedMessageException {
    Device device = device("wireguard-split-peer.hex");
    assertThat(device.peers()).hasSize(2);
    assertThat(device.peer(key(2)).orElseThrow().allowedIps()).hasSize(300);
    assertThat(device.peer(key(3)).orElseThrow().allowedIps()).containsExactly(Cidr.of("fd00::/8"));
  }

  @Test
  void aDumpThatStartsAgainForgetsWhatItHad() throws MalformedMessageException {
    WireGuardDecoder decoder = new WireGuardDecoder();
    take(decoder, "wireguard-split-peer.hex");
    decoder.restart();
    take(decoder, "wireguard-device.hex");
    assertThat(decoder.device()).isEqualTo(device("wireguard-device.hex"));
  }

  @Test
  void refusalsCarryNumberAndMessage() throws MalformedMessageException {
    assertThat(RecordedDump.messages("wireguard-no-such-device.hex"))
        .hasSize(1)
        .first()
        .satisfies(m ->
            assertThat(Acknowledgement.parse(m))
                .isEqualTo(new Acknowledgement(Errno.ENODEV.number(), Optional.empty())));
    assertThat(Acknowledgement.parse(RecordedDump.messages("unknown-kind.hex").getFirst()))
        .isEqualTo(
            new Acknowledgement(Errno.EOPNOTSUPP.number(), Optional.of("Unknown device type")));
  }

  @Test
  void linksAddressesAndRoutes() throws MalformedMessageException {
    List<Link> links = new ArrayList<>();
    for (NetlinkMessage message : RecordedDump.messages("links.hex")) {
      RouteDecoder.link(message).filter(l -> l.name().equals("wg0")).ifPresent(links::add);
    }
    assertThat(links).hasSize(1);
    Link link = links.getFirst();
    assertThat(link.kind()).contains("wireguard");
    assertThat(link.mtu()).isEqualTo(1420);
    assertThat(link.up()).isTrue();
    InterfaceAddress address = null;
    for (NetlinkMessage message : RecordedDump.messages("addresses.hex")) {
      address =
          RouteDecoder.address(message)
              .filter(a -> !a.address().isLoopbackAddress())
              .orElse(address);
    }
    assertThat(address).hasToString("100.64.0.9/24");
    Route route = null;
    for (NetlinkMessage message : RecordedDump.messages("routes.hex")) {
      route = RouteDecoder.route(message).filter(r -> r.protocol() == 114).orElse(route);
    }
    assertThat(route).isEqualTo(Route.through(link.index(), Cidr.of("10.42.0.0/16"), 114));
  }

  @ParameterizedTest
  @CsvSource({
    "0f000000 1000 0000 01000000 00000000, a message claims 15 octets",
    "20000000 1000 0000 01000000 00000000, a message claims 32 octets",
    "10000000 1000, a message header is cut off"
  })
  void lengthsThatLieAreMalformed(String hex, String reason) {
    byte[] octets = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(
            () -> NetlinkMessage.parse(ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder())))
        .withMessageStartingWith(reason);
  }

  private static Device device(String file) throws MalformedMessageException {
    WireGuardDecoder decoder = new WireGuardDecoder();
    take(decoder, file);
    return decoder.device();
  }

  private static void take(WireGuardDecoder decoder, String file) throws MalformedMessageException {
    for (NetlinkMessage message : RecordedDump.messages(file)) {
      if (message.type() >= NetlinkMessage.FIRST_OWN_TYPE) {
        decoder.take(message);
      }
    }
  }

  private static PublicKey key(int octet) {
    return PublicKey.of(octets(octet));
  }

  private static byte[] octets(int octet) {
    byte[] octets = new byte[Key.LENGTH];
    Arrays.fill(octets, (byte) octet);
    return octets;
  }
}
