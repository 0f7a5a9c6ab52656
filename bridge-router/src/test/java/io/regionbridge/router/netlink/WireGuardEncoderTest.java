package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.DeviceUpdate;
import io.regionbridge.router.wireguard.Key;
import io.regionbridge.router.wireguard.PeerUpdate;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WireGuardEncoderTest {
  private static final int FAMILY = 31;

  @Test
  void aLargeUpdateIsSplitWithoutLosingOrRepeatingAnything() throws MalformedMessageException {
    DeviceUpdate.Builder update = DeviceUpdate.builder().privateKey(PrivateKey.generate());
    for (int i = 1; i <= 50; i++) {
      update.peer(PeerUpdate.add(key(i)).replaceAllowedIps(ranges(i == 25 ? 3000 : 7)).build());
    }
    List<List<Attribute>> messages = encode(update.build());
    assertThat(messages).hasSizeGreaterThan(2);

    Map<ByteBuffer, Integer> found = new LinkedHashMap<>();
    for (List<Attribute> message : messages) {
      assertThat(find(message, WireGuardApi.DEVICE_IFNAME).getFirst().string()).isEqualTo("wg0");
      for (Attribute peer : find(message, WireGuardApi.DEVICE_PEERS).getFirst().nested()) {
        List<Attribute> fields = peer.nested();
        ByteBuffer key = find(fields, WireGuardApi.PEER_PUBLIC_KEY).getFirst().value();
        int count = find(fields, WireGuardApi.PEER_ALLOWEDIPS).getFirst().nested().size();
        boolean first = found.merge(key, count, Integer::sum) == count;
        assertThat(find(fields, WireGuardApi.PEER_FLAGS))
            .as("what follows must not replace what went before")
            .hasSize(first ? 1 : 0);
      }
    }
    assertThat(found).hasSize(50);
    assertThat(found.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(49 * 7 + 3000);
    assertThat(messages.stream().filter(m -> !find(m, WireGuardApi.DEVICE_PRIVATE_KEY).isEmpty()))
        .hasSize(1);
  }

  @Test
  void whatAnUpdateLeavesOutIsNotSent() throws MalformedMessageException {
    List<Attribute> message =
        encode(DeviceUpdate.builder().peer(PeerUpdate.modify(key(1)).build()).build()).getFirst();
    assertThat(message)
        .extracting(Attribute::type)
        .containsExactly(WireGuardApi.DEVICE_IFNAME, WireGuardApi.DEVICE_PEERS);
    List<Attribute> peer = message.getLast().nested().getFirst().nested();
    assertThat(peer)
        .extracting(Attribute::type)
        .containsExactly(
            WireGuardApi.PEER_PUBLIC_KEY, WireGuardApi.PEER_FLAGS, WireGuardApi.PEER_ALLOWEDIPS);
    assertThat(find(peer, WireGuardApi.PEER_FLAGS).getFirst().u32())
        .isEqualTo(WireGuardApi.PEER_F_UPDATE_ONLY);
  }

  private static List<List<Attribute>> encode(DeviceUpdate update)
      throws MalformedMessageException {
    List<List<Attribute>> messages = new ArrayList<>();
    for (MessageWriter writer : WireGuardEncoder.set(FAMILY, "wg0", update)) {
      ByteBuffer octets = writer.finish(1, true);
      assertThat(octets.remaining()).isLessThanOrEqualTo(WireGuardEncoder.MESSAGE_LIMIT);
      NetlinkMessage message = NetlinkMessage.parse(octets).getFirst();
      assertThat(message.type()).isEqualTo(FAMILY);
      ByteBuffer payload = message.payload();
      assertThat(payload.get(0)).isEqualTo((byte) WireGuardApi.SET_DEVICE);
      messages.add(Attribute.parse(payload.duplicate().order(payload.order()).position(4)));
    }
    return messages;
  }

  private static List<Attribute> find(List<Attribute> attributes, int type) {
    return attributes.stream().filter(a -> a.type() == type).toList();
  }

  private static List<Cidr> ranges(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Cidr.of("10." + i / 256 + "." + i % 256 + ".0/24"))
        .toList();
  }

  private static PublicKey key(int number) {
    return PublicKey.of(ByteBuffer.allocate(Key.LENGTH).putInt(number).array());
  }
}
