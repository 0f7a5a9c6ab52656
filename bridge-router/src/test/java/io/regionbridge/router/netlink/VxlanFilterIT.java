package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code nft} is the oracle, and datagrams show what it is worth. */
class VxlanFilterIT {
  private static final List<Cidr> NODES =
      List.of(Cidr.of("127.0.0.2/32"), Cidr.of("192.0.2.0/25"), Cidr.of("2001:db8::1/128"));

  @Test
  void nodesAloneSendToThePort() throws IOException {
    NativeTool.find("nft");
    try (Namespace namespace = Namespace.create();
        VxlanFilter filter = namespace.call(VxlanFilter::open)) {
      try (DatagramSocket device = namespace.call(() -> socket("127.0.0.1", VxlanNetlink.PORT));
          DatagramSocket other = namespace.call(() -> socket("127.0.0.1", 4789));
          DatagramSocket node = namespace.call(() -> socket("127.0.0.2", 0));
          DatagramSocket stranger = namespace.call(() -> socket("127.0.0.3", 0))) {
        assertThat(filter.keep(Optional.empty())).isFalse();
        assertThat(arrives(stranger, device)).isTrue();
        assertThat(filter.keep(Optional.of(NODES))).isTrue();
        assertThat(filter.keep(Optional.of(NODES))).as("as it is").isFalse();
        assertThat(filter.inForce()).isTrue();
        namespace.sh("nft add table ip region-bridge-vxlan { flags dormant; }");
        assertThat(filter.inForce()).isFalse();
        assertThat(filter.keep(Optional.of(NODES))).as("dormant").isTrue();
        namespace.sh("nft add chain ip6 region-bridge-vxlan input { policy drop; }");
        assertThat(filter.keep(Optional.of(NODES))).as("another policy").isTrue();
        assertThat(filter.keep(Optional.of(NODES))).as("as it is again").isFalse();
        assertThat(arrives(node, device)).isTrue();
        assertThat(arrives(stranger, other)).as("another port").isTrue();
        assertThat(arrives(stranger, device)).isFalse();
        assertThat(namespace.sh("nft list table ip region-bridge-vxlan"))
            .contains("type filter hook input priority filter - 10; policy accept;")
            .contains("udp dport 8473 jump senders")
            .contains("ip saddr 127.0.0.2 accept", "ip saddr 192.0.2.0/25 accept", "drop");
        assertThat(namespace.sh("nft list table ip6 region-bridge-vxlan"))
            .contains("ip6 saddr 2001:db8::1 accept");
        assertThat(filter.keep(Optional.of(List.of()))).isTrue();
        assertThat(arrives(node, device)).as("nobody may").isFalse();
      }
      filter.keep(Optional.empty());
      assertThat(namespace.sh("nft list tables").strip()).isEmpty();
    }
  }

  private static DatagramSocket socket(String address, int port) throws IOException {
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    socket.setSoTimeout(300); // loopback delivers before send returns
    return socket;
  }

  private static boolean arrives(DatagramSocket from, DatagramSocket to) throws IOException {
    from.send(new DatagramPacket(new byte[1], 1, to.getLocalSocketAddress()));
    try {
      to.receive(new DatagramPacket(new byte[1], 1));
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }
}
