package io.regionbridge.router.netlink;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.regionbridge.router.linux.Capability;
import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Inside;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import io.regionbridge.router.wireguard.Key;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PeerUpdate;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import io.regionbridge.router.wireguard.WgDump;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Run on a kernel with WireGuard; {@code wg} is the oracle. */
class WireGuardNetlinkInside {
  @Test
  void readsBackWhatItSetsAsWgShowsIt() throws ErrnoException {
    PrivateKey own = PrivateKey.generate();
    PublicKey a = key(1);
    PublicKey b = key(2);
    DeviceUpdate update =
        DeviceUpdate.builder()
            .privateKey(own)
            .listenPort(51777)
            .fwmark(0xca6c)
            .peer(
                PeerUpdate.add(a)
                    .presharedKey(PresharedKey.generate())
                    .endpoint(PeerEndpoint.parse("192.0.2.7:51820").orElseThrow())
                    .persistentKeepalive(25)
                    .replaceAllowedIps(List.of(Cidr.of("10.42.0.0/16"), Cidr.of("100.64.0.7/32")))
                    .build())
            .peer(
                PeerUpdate.add(b)
                    .endpoint(PeerEndpoint.parse("[2001:db8::7]:51821").orElseThrow())
                    .replaceAllowedIps(List.of(Cidr.of("fd00:42::/48"), Cidr.of("0.0.0.0/0")))
                    .build())
            .build();
    try (Created device = new Created("wgt0")) {
      device.wireGuard.set("wgt0", update);
      Device read = device.wireGuard.get("wgt0");
      assertThat(read.publicKey()).contains(own.publicKey());
      assertThat(read.listenPort()).isEqualTo(51777);
      assertThat(read.fwmark()).isEqualTo(0xca6c);
      Peer peer = read.peer(a).orElseThrow();
      assertThat(peer.presharedKey()).isEqualTo(update.peers().getFirst().presharedKey());
      assertThat(peer.endpoint()).hasToString("Optional[192.0.2.7:51820]");
      assertThat(read.peer(b).orElseThrow().endpoint())
          .hasToString("Optional[[2001:db8::7]:51821]");
      assertThat(read).isEqualTo(shown("wgt0"));
    }
  }

  @Test
  void anUpdateChangesWhatItSaysAndNothingElse() throws ErrnoException {
    try (Created device = new Created("wgt1")) {
      WireGuardNetlink wireGuard = device.wireGuard;
      wireGuard.set(
          "wgt1",
          DeviceUpdate.builder()
              .privateKey(PrivateKey.generate())
              .peer(peer(key(1), "10.1.0.0/16", "10.9.0.0/16"))
              .peer(peer(key(2), "10.2.0.0/16"))
              .peer(peer(key(3), "10.3.0.0/16"))
              .build());
      Device before = wireGuard.get("wgt1");
      wireGuard.set(
          "wgt1",
          DeviceUpdate.builder()
              .peer(
                  PeerUpdate.modify(key(2)).addAllowedIps(List.of(Cidr.of("10.9.0.0/16"))).build())
              .peer(PeerUpdate.modify(key(9)).persistentKeepalive(7).build())
              .peer(PeerUpdate.remove(key(3)))
              .build());
      Device after = wireGuard.get("wgt1");
      assertThat(after.publicKey()).isEqualTo(before.publicKey());
      assertThat(after.listenPort()).isEqualTo(before.listenPort());
      assertThat(ranges(after, key(1))).containsExactly(Cidr.of("10.1.0.0/16"));
      assertThat(ranges(after, key(2)))
          .as("a range moves to the peer that it is added to")
          .containsExactly(Cidr.of("10.2.0.0/16"), Cidr.of("10.9.0.0/16"));
      assertThat(after.peer(key(3))).isEmpty();
      assertThat(after.peer(key(9))).as("modify creates nothing").isEmpty();
      assertThat(after).isEqualTo(shown("wgt1"));
    }
  }

  @Test
  void aThousandPeersOfTenAllowedIpsReadBackAsWgShowsThem() throws ErrnoException {
    DeviceUpdate.Builder update = DeviceUpdate.builder().privateKey(PrivateKey.generate());
    for (int i = 0; i < 1000; i++) {
      int peer = i;
      List<Cidr> ranges =
          IntStream.range(0, 10)
              .mapToObj(j ->
                  j % 5 == 4
                      ? Cidr.of("fd00:" + Integer.toHexString(peer + 1) + ":" + j + "::/48")
                      : Cidr.of("10." + peer / 4 + "." + (peer % 4 * 64 + j) + ".0/24"))
              .toList();
      update.peer(
          PeerUpdate.add(key(i + 1))
              .endpoint(PeerEndpoint.parse("192.0.2." + i % 250 + ":51820").orElseThrow())
              .persistentKeepalive(25)
              .replaceAllowedIps(ranges)
              .build());
    }
    try (Created device = new Created("wgt2")) {
      long set = time(() -> device.wireGuard.set("wgt2", update.build()));
      Device read = device.wireGuard.get("wgt2");
      assertThat(read.peers()).hasSize(1000).allMatch(p -> p.allowedIps().size() == 10);
      assertThat(read).isEqualTo(shown("wgt2"));
      List<Long> ours = new ArrayList<>();
      List<Long> wgs = new ArrayList<>();
      // In turns, so that whatever else the machine does slows both.
      for (int i = 0; i < 31; i++) {
        ours.add(time(() -> device.wireGuard.get("wgt2")));
        wgs.add(time(() -> Inside.output("wg", "show", "wgt2", "dump")));
      }
      Inside.note(
          String.format(
              Locale.ROOT,
              "1,000 peers x 10 allowed IPs: set in %.1f ms; full read, median of 31: %.1f ms;"
                  + " wg show dump: %.1f ms",
              set / 1e6,
              median(ours) / 1e6,
              median(wgs) / 1e6));
    }
  }

  @Test
  void aPeerWithThousandsOfAllowedIpsIsPutTogetherAgain() throws ErrnoException {
    List<Cidr> ranges =
        IntStream.range(0, 5000)
            .mapToObj(i ->
                i % 2 == 0
                    ? Cidr.of("10." + i / 256 + "." + i % 256 + ".0/24")
                    : Cidr.of("fd00:" + Integer.toHexString(i) + "::/32"))
            .toList();
    try (Created device = new Created("wgt3")) {
      device.wireGuard.set(
          "wgt3",
          DeviceUpdate.builder()
              .peer(peer(key(1), "192.168.1.0/24"))
              .peer(PeerUpdate.add(key(2)).replaceAllowedIps(ranges).build())
              .peer(peer(key(3), "192.168.3.0/24"))
              .build());
      Device read = device.wireGuard.get("wgt3");
      assertThat(read.peers()).hasSize(3);
      assertThat(ranges(read, key(2))).hasSize(5000).containsExactlyInAnyOrderElementsOf(ranges);
      assertThat(read).isEqualTo(shown("wgt3"));
    }
  }

  @Test
  void anUpdateInModifyKeepsItsMeaningWhenSplit() throws ErrnoException {
    List<Cidr> ranges =
        IntStream.range(0, 2000)
            .mapToObj(i -> Cidr.of("10." + i / 256 + "." + i % 256 + ".0/24"))
            .toList();
    try (Created device = new Created("wgt4")) {
      device.wireGuard.set(
          "wgt4",
          DeviceUpdate.builder()
              .peer(PeerUpdate.modify(key(1)).replaceAllowedIps(ranges).build())
              .build());
      assertThat(device.wireGuard.get("wgt4").peers()).isEmpty();
    }
  }

  @Test
  void anUpdateDoesWhatWgSetconfDoes() throws IOException {
    PrivateKey own = PrivateKey.generate();
    String text =
        """
        [Interface]
        PrivateKey = %s
        ListenPort = 51999
        FwMark = 0x10
        [Peer]
        PublicKey = %s
        AllowedIPs = 10.0.0.0/8, fd00::1
        PersistentKeepalive = 25
        Endpoint = [2001:db8::9]:5
        [Peer]
        PublicKey = %s
        """
            .formatted(new String(own.base64(), US_ASCII), key(1), key(2));
    Path file = Files.createTempFile("wg", ".conf");
    Files.writeString(file, text);
    try (Created ours = new Created("wgt5");
        Created _ = new Created("wgt6")) {
      ours.wireGuard.set("wgt5", peers(key(7)));
      ours.wireGuard.set(
          "wgt5",
          DeviceUpdate.builder()
              .privateKey(own)
              .listenPort(51_999)
              .fwmark(0x10)
              .peer(PeerUpdate.remove(key(7)))
              .peer(
                  PeerUpdate.add(key(1))
                      .endpoint(PeerEndpoint.parse("[2001:db8::9]:5").orElseThrow())
                      .persistentKeepalive(25)
                      .replaceAllowedIps(List.of(Cidr.of("10.0.0.0/8"), Cidr.of("fd00::1/128")))
                      .build())
              .peer(PeerUpdate.add(key(2)).build())
              .build());
      Inside.output("wg", "setconf", "wgt6", file.toString());
      assertThat(Inside.output("wg", "showconf", "wgt5"))
          .isEqualTo(Inside.output("wg", "showconf", "wgt6"));
    }
  }

  @Test
  void keysCanBeTakenAway() throws ErrnoException {
    try (Created device = new Created("wgt7")) {
      device.wireGuard.set(
          "wgt7",
          DeviceUpdate.builder()
              .privateKey(PrivateKey.generate())
              .peer(PeerUpdate.add(key(1)).presharedKey(PresharedKey.generate()).build())
              .build());
      device.wireGuard.set(
          "wgt7",
          DeviceUpdate.builder()
              .privateKey(PrivateKey.of(new byte[Key.LENGTH]))
              .peer(PeerUpdate.modify(key(1)).noPresharedKey().build())
              .build());
      Device read = device.wireGuard.get("wgt7");
      assertThat(read.publicKey()).isEmpty();
      assertThat(read.peers()).containsExactly(Peer.of(key(1)));
    }
  }

  @Test
  void refusalsAreTyped() throws ErrnoException {
    try (Created device = new Created("wgt8");
        Created other = new Created("wgt9")) {
      assertThat(refused(() -> device.wireGuard.get("nowhere")).errno()).isEqualTo(Errno.ENODEV);
      assertThat(refused(() -> device.wireGuard.get("lo")).errno()).isEqualTo(Errno.EOPNOTSUPP);
      DeviceUpdate port = DeviceUpdate.builder().listenPort(51444).build();
      device.wireGuard.set("wgt8", port);
      int index = device.route.link("wgt8").orElseThrow().index();
      device.route.setUp(index, true);
      device.route.setUp(other.route.link("wgt9").orElseThrow().index(), true);
      ErrnoException taken = refused(() -> other.wireGuard.set("wgt9", port));
      assertThat(taken.errno()).isEqualTo(Errno.EADDRINUSE);
      assertThat(taken).hasMessageContaining("changing WireGuard device wgt9");
    }
  }

  @Test
  void withoutTheCapabilityTheErrorNamesIt() {
    String classPath = System.getProperty("java.class.path");
    String said =
        Inside.output(
            "setpriv",
            "--bounding-set",
            "-net_admin",
            "java",
            "-Xint",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            Unprivileged.class.getName());
    assertThat(said.strip())
        .endsWith(
            "reading WireGuard device lo: not permitted; this process needs CAP_NET_ADMIN (EPERM)");
    assertThat(said).contains("links: lo");
  }

  /** What a process of another user can and cannot see. */
  static final class Unprivileged {
    public static void main(String[] arguments) throws ErrnoException {
      try (RouteNetlink route = RouteNetlink.open()) {
        System.out.println("links: " + route.links().getFirst().name());
      }
      try (WireGuardNetlink wireGuard = WireGuardNetlink.open()) {
        wireGuard.get("lo");
      } catch (ErrnoException e) {
        assertThat(e.missingCapability()).contains(Capability.CAP_NET_ADMIN);
        System.out.println(e.getMessage());
      }
    }
  }

  /** A device for as long as a test runs. */
  private static final class Created implements AutoCloseable {
    final RouteNetlink route = RouteNetlink.open();
    final WireGuardNetlink wireGuard = WireGuardNetlink.open();
    private final String name;

    Created(String name) throws ErrnoException {
      this.name = name;
      route.createLink(name, "wireguard");
    }

    @Override
    public void close() throws ErrnoException {
      route.deleteLink(route.link(name).orElseThrow().index());
      route.close();
      wireGuard.close();
    }
  }

  private static DeviceUpdate peers(PublicKey... keys) {
    DeviceUpdate.Builder update = DeviceUpdate.builder();
    Arrays.stream(keys).forEach(k -> update.peer(PeerUpdate.add(k).build()));
    return update.build();
  }

  private static PeerUpdate peer(PublicKey key, String... ranges) {
    return PeerUpdate.add(key)
        .replaceAllowedIps(Arrays.stream(ranges).map(Cidr::of).toList())
        .build();
  }

  private static List<Cidr> ranges(Device device, PublicKey key) {
    return device.peer(key).orElseThrow().allowedIps();
  }

  private static PublicKey key(int number) {
    return PublicKey.of(ByteBuffer.allocate(Key.LENGTH).putInt(number).put((byte) 5).array());
  }

  private static Device shown(String name) {
    return WgDump.parse(name, Inside.output("wg", "show", name, "dump"));
  }

  /** Something to be timed. */
  @FunctionalInterface
  private interface Work {
    void run() throws ErrnoException;
  }

  private static long time(Work work) throws ErrnoException {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  private static long median(List<Long> times) {
    return times.stream().sorted().toList().get(times.size() / 2);
  }

  private static ErrnoException refused(ThrowingCallable call) {
    return assertThatExceptionOfType(ErrnoException.class).isThrownBy(call).actual();
  }
}
