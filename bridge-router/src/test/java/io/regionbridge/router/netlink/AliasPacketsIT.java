package io.regionbridge.router.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Packets of both families between a pod and a peer, through a gateway that translates. Checksums
 * are computed by the senders and verified by the receivers, as on wires without offloading.
 */
@Timeout(120)
class AliasPacketsIT {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int CLOSED_PORT = 9;

  private static final int SOCK_DGRAM = 2;
  private static final int SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_STXCSUM = 0x17;

  /** A place with one interface. */
  private record End(Namespace place, InetAddress own, InetAddress known) {}

  @ParameterizedTest
  @CsvSource({
    // range, alias, the pod, its alias, its router, the peer, its router, tracking
    "10.42.0.0/16, 10.142.0.0/16, 10.42.7.5/24, 10.142.7.5, 10.42.7.1/24, 10.52.0.5/24,"
        + " 10.52.0.1/24, true",
    "10.42.0.0/16, 10.142.0.0/16, 10.42.7.5/24, 10.142.7.5, 10.42.7.1/24, 10.52.0.5/24,"
        + " 10.52.0.1/24, false",
    "10.42.128.0/19, 10.142.224.0/19, 10.42.135.5/24, 10.142.231.5, 10.42.135.1/24, 10.52.0.5/24,"
        + " 10.52.0.1/24, true",
    "fd42::/48, fd8a:42::/48, fd42::7:5/64, fd8a:42::7:5, fd42::7:1/64, fd52::5/64, fd52::1/64,"
        + " true",
    "fd42::/48, fd8a:42::/48, fd42::7:5/64, fd8a:42::7:5, fd42::7:1/64, fd52::5/64, fd52::1/64,"
        + " false",
    "fd42:0:0:ab00::/56, fd8a:1:2:cd00::/56, fd42:0:0:ab07::5/64, fd8a:1:2:cd07::5,"
        + " fd42:0:0:ab07::1/64, fd52::5/64, fd52::1/64, true"
  })
  void allProtocolsPassBothWays(
      String range,
      String alias,
      String pod,
      String known,
      String podRouter,
      String peer,
      String peerRouter,
      boolean tracked)
      throws Exception {
    NativeTool.find("nft");
    NativeTool.find("busybox");
    try (Namespace gateway = Namespace.create();
        Namespace pods = Namespace.create();
        Namespace peers = Namespace.create();
        AliasTable table = gateway.call(AliasTable::open)) {
      wire(gateway, "pods", podRouter, pods, pod);
      wire(gateway, "wt0", peerRouter, peers, peer);
      gateway.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
      gateway.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
      if (tracked) {
        gateway.sh("nft add table inet cni");
        gateway.run("nft", "add chain inet cni post { type nat hook postrouting priority 100 ; }");
        gateway.sh("nft add rule inet cni post oifname lan masquerade");
      }
      table.replace(
          "wt0", new AliasRanges(List.of(new AliasRange(Cidr.of(range), Cidr.of(alias)))));
      End here = new End(pods, address(pod), IpLiteral.parse(known).orElseThrow());
      End there = new End(peers, address(peer), address(peer));
      for (List<End> way : List.of(List.of(there, here), List.of(here, there))) {
        End from = way.getFirst();
        End to = way.getLast();
        tcp(from, to);
        for (int octets : new int[] {1, 100, 4000}) {
          udp(from, to, octets);
        }
        from.place().sh("busybox ping -c 1 -W 5 " + to.known().getHostAddress());
        closedPort(from, to);
      }
    }
  }

  /** kube-proxy translates own addresses, between the two places where aliases are. */
  @Test
  void clusterIpsAreReachedByTheirAliases() throws IOException {
    NativeTool.find("nft");
    try (Namespace gateway = Namespace.create();
        Namespace pods = Namespace.create();
        Namespace peers = Namespace.create();
        AliasTable table = gateway.call(AliasTable::open)) {
      wire(gateway, "pods", "10.42.7.1/24", pods, "10.42.7.5/24");
      wire(gateway, "wt0", "10.52.0.1/24", peers, "10.52.0.5/24");
      gateway.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
      table.replace(
          "wt0",
          new AliasRanges(
              List.of(
                  new AliasRange(Cidr.of("10.42.0.0/16"), Cidr.of("10.142.0.0/16")),
                  new AliasRange(Cidr.of("10.43.0.0/16"), Cidr.of("10.143.0.0/16")))));
      try (ServerSocket server = pods.call(() -> listen(address("10.42.7.5")))) {
        gateway.sh("nft add table ip proxy");
        gateway.run("nft", "add chain ip proxy pre { type nat hook prerouting priority -100 ; }");
        gateway.sh(
            "nft add rule ip proxy pre ip daddr 10.43.0.10 tcp dport 80 dnat to 10.42.7.5:"
                + server.getLocalPort());
        try (Socket client = peers.call(() -> connect(address("10.143.0.10"), 80));
            Socket served = server.accept()) {
          assertThat(served.getInetAddress()).isEqualTo(address("10.52.0.5"));
          client.setSoTimeout(TIMEOUT_MILLIS);
          served.getOutputStream().write(42);
          assertThat(client.getInputStream().read()).isEqualTo(42);
        }
      }
    }
  }

  private static void tcp(End from, End to) throws IOException {
    byte[] much = new byte[300_000];
    Arrays.fill(much, (byte) 7);
    try (ServerSocket server = to.place().call(() -> listen(to.own()));
        Socket client = from.place().call(() -> connect(to.known(), server.getLocalPort()));
        Socket served = server.accept()) {
      assertThat(served.getInetAddress()).as("TCP from").isEqualTo(from.known());
      for (List<Socket> way : List.of(List.of(client, served), List.of(served, client))) {
        way.getLast().setSoTimeout(TIMEOUT_MILLIS);
        Thread sender =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    way.getFirst().getOutputStream().write(much);
                  } catch (IOException e) {
                    // the reader gets less
                  }
                });
        assertThat(way.getLast().getInputStream().readNBytes(much.length)).isEqualTo(much);
        assertThat(sender.join(Duration.ofMillis(TIMEOUT_MILLIS))).isTrue();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static ServerSocket listen(InetAddress address) throws IOException {
    ServerSocket server = new ServerSocket(0, 1, address);
    server.setSoTimeout(TIMEOUT_MILLIS);
    return server;
  }

  private static Socket connect(InetAddress address, int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
    return socket;
  }

  /** There and back; large ones in fragments. */
  private static void udp(End from, End to, int octets) throws IOException {
    byte[] sent = new byte[octets];
    Arrays.fill(sent, (byte) 9);
    try (DatagramSocket server = to.place().call(() -> new DatagramSocket(0, to.own()));
        DatagramSocket client = from.place().call(() -> new DatagramSocket(0, from.own()))) {
      server.setSoTimeout(TIMEOUT_MILLIS);
      client.setSoTimeout(TIMEOUT_MILLIS);
      client.connect(to.known(), server.getLocalPort());
      client.send(new DatagramPacket(sent, octets));
      DatagramPacket packet = new DatagramPacket(new byte[octets + 1], octets + 1);
      server.receive(packet);
      assertThat(packet.getAddress()).as("UDP from").isEqualTo(from.known());
      server.send(packet);
      client.receive(packet); // connected: from where it was sent to, and from nowhere else
      assertThat(Arrays.copyOf(packet.getData(), packet.getLength())).isEqualTo(sent);
    }
  }

  /** The error has the packet in it that it is about, and is believed only if that was sent. */
  private static void closedPort(End from, End to) throws IOException {
    try (DatagramSocket client = from.place().call(() -> new DatagramSocket(0, from.own()))) {
      client.setSoTimeout(TIMEOUT_MILLIS);
      client.connect(to.known(), CLOSED_PORT);
      client.send(new DatagramPacket(new byte[10], 10));
      assertThatThrownBy(() -> client.receive(new DatagramPacket(new byte[10], 10)))
          .isInstanceOf(PortUnreachableException.class);
    }
  }

  private static void wire(
      Namespace gateway, String device, String router, Namespace end, String address) {
    gateway.sh("ip link add %s type veth peer name eth0 netns %s".formatted(device, end.name()));
    up(gateway, device, router);
    up(end, "eth0", address);
    end.sh(
        "ip %s route add default via %s"
            .formatted(router.contains(":") ? "-6" : "-4", router.replaceAll("/.*", "")));
  }

  private static void up(Namespace place, String device, String address) {
    place.sh("ip link set " + device + " up");
    place.sh(
        "ip address add %s dev %s%s"
            .formatted(address, device, address.contains(":") ? " nodad" : ""));
    assertThat(place.call(() -> withWholeChecksums(device))).isZero();
  }

  /** Has the kernel compute checksums before packets leave, so that the other end verifies them. */
  private static int withWholeChecksums(String device) {
    Function close = Function.getFunction("c", "close");
    int fd =
        Function.getFunction("c", "socket").invokeInt(new Object[] {LibC.AF_INET, SOCK_DGRAM, 0});
    try (Memory request = new Memory(40);
        Memory value = new Memory(8)) {
      request.clear();
      request.setString(0, device);
      request.setPointer(16, value);
      value.setInt(0, ETHTOOL_STXCSUM);
      value.setInt(4, 0);
      return Function.getFunction("c", "ioctl").invokeInt(new Object[] {fd, SIOCETHTOOL, request});
    } finally {
      close.invokeInt(new Object[] {fd});
    }
  }

  private static InetAddress address(String withLength) {
    return IpLiteral.parse(withLength.replaceAll("/.*", "")).orElseThrow();
  }
}
