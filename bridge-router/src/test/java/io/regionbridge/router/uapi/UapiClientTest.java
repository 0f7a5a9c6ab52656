package io.regionbridge.router.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.regionbridge.router.linux.Capability;
import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.DeviceUpdate;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PeerUpdate;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UapiClientTest {
  private static final String OWN =
      "e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a";
  private static final String PEER_A =
      "b85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33";
  private static final String PEER_B =
      "58402e695ba1772b1cc9309755f043251ea77fdcf10fbe63989ceb7e19321376";
  private static final String PSK =
      "188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52";

  @TempDir private Path directory;

  @Test
  void readsEveryKeyOfADevice() throws IOException {
    Device device =
        answered(
            """
            private_key=%s
            listen_port=12912
            fwmark=51820
            public_key=%s
            preshared_key=%s
            protocol_version=1
            endpoint=[abcd:23::33]:51820
            last_handshake_time_sec=1700000000
            last_handshake_time_nsec=123456789
            tx_bytes=38333
            rx_bytes=9007199254740993
            persistent_keepalive_interval=111
            allowed_ip=192.168.4.4/32
            allowed_ip=fd00::/64
            new_key_of_tomorrow=1
            public_key=%s
            preshared_key=0000000000000000000000000000000000000000000000000000000000000000
            last_handshake_time_sec=0
            last_handshake_time_nsec=0
            endpoint=[fe80::1%%eth0]:7
            errno=0

            """
                .formatted(OWN, PEER_A, PSK, PEER_B));
    assertThat(device.name()).isEqualTo("wg7");
    assertThat(device.publicKey()).contains(PrivateKey.parseHex(OWN).orElseThrow().publicKey());
    assertThat(device.listenPort()).isEqualTo(12912);
    assertThat(device.fwmark()).isEqualTo(51820);
    assertThat(device.peers())
        .containsExactly(
            new Peer(
                PublicKey.parseHex(PEER_A).orElseThrow(),
                PresharedKey.parseHex(PSK),
                PeerEndpoint.parse("[abcd:23::33]:51820"),
                111,
                Optional.of(Instant.ofEpochSecond(1700000000, 123456789)),
                9007199254740993L,
                38333,
                List.of(Cidr.of("192.168.4.4/32"), Cidr.of("fd00::/64"))),
            new Peer(
                PublicKey.parseHex(PEER_B).orElseThrow(),
                Optional.empty(),
                PeerEndpoint.parse("[fe80::1]:7"),
                0,
                Optional.empty(),
                0,
                0,
                List.of()));
  }

  @Test
  void readsADeviceThatNobodyHasSetUp() throws IOException {
    Device device = answered("listen_port=0\nerrno=0\n\n");
    assertThat(device).isEqualTo(new Device("wg7", Optional.empty(), 0, 0, List.of()));
  }

  @Test
  void readsThousandsOfAllowedIps() throws IOException {
    String ranges =
        IntStream.range(0, 20_000)
            .mapToObj(i -> "allowed_ip=10." + i / 256 + "." + i % 256 + ".0/24\n")
            .collect(Collectors.joining());
    Device device = answered("public_key=" + PEER_A + "\n" + ranges + "errno=0\n\n");
    assertThat(device.peers().getFirst().allowedIps()).hasSize(20_000);
  }

  @Test
  void writesEveryKeyInTheOrderOfTheDocument() throws IOException {
    DeviceUpdate update =
        DeviceUpdate.builder()
            .privateKey(PrivateKey.parseHex(OWN).orElseThrow())
            .listenPort(0)
            .fwmark(-1)
            .peer(
                PeerUpdate.add(PublicKey.parseHex(PEER_A).orElseThrow())
                    .presharedKey(PresharedKey.parseHex(PSK).orElseThrow())
                    .endpoint(PeerEndpoint.parse("[2001:db8::1]:51820").orElseThrow())
                    .persistentKeepalive(25)
                    .replaceAllowedIps(List.of(Cidr.of("10.42.0.0/16"), Cidr.of("fd00::/8")))
                    .build())
            .peer(
                PeerUpdate.modify(PublicKey.parseHex(PEER_B).orElseThrow())
                    .addAllowedIps(List.of(Cidr.of("10.52.0.0/16")))
                    .build())
            .peer(PeerUpdate.remove(PublicKey.parseHex(PEER_B).orElseThrow()))
            .build();
    try (ScriptedSocket socket = socket(_ -> "errno=0\n\n")) {
      client().set(update);
      assertThat(socket.requests())
          .containsExactly(
              """
              set=1
              private_key=%s
              listen_port=0
              fwmark=4294967295
              public_key=%s
              preshared_key=%s
              endpoint=[2001:db8::1]:51820
              persistent_keepalive_interval=25
              replace_allowed_ips=true
              allowed_ip=10.42.0.0/16
              allowed_ip=fd00::/8
              public_key=%s
              update_only=true
              allowed_ip=10.52.0.0/16
              public_key=%s
              remove=true

              """
                  .formatted(OWN, PEER_A, PSK, PEER_B, PEER_B));
    }
  }

  @ParameterizedTest
  @CsvSource({"-22, EINVAL", "22, EINVAL", "-98, EADDRINUSE", "5, EIO", "1234, errno 1234"})
  void anErrorNumberIsATypedError(int number, String symbol) throws IOException {
    try (ScriptedSocket _ = socket(_ -> "errno=" + number + "\n\n")) {
      assertThat(refused(() -> client().set(DeviceUpdate.builder().build())).errno().symbol())
          .isEqualTo(symbol);
    }
  }

  @Test
  void permissionIsNamedByItsCapability() throws IOException {
    try (ScriptedSocket _ = socket(_ -> "errno=-1\n\n")) {
      ErrnoException error = refused(() -> client().get());
      assertThat(error.missingCapability()).contains(Capability.CAP_NET_ADMIN);
      assertThat(error)
          .hasMessageContaining("reading wg7 from")
          .hasMessageEndingWith("not permitted; this process needs CAP_NET_ADMIN (EPERM)");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "listen_port=1\n",
        "listen_port=1\n\n",
        "errno=zero\n\n",
        "nonsense\nerrno=0\n\n",
        "listen_port=65536\nerrno=0\n\n",
        "fwmark=-1\nerrno=0\n\n",
        "allowed_ip=10.0.0.0/8\nerrno=0\n\n",
        "public_key=zz\nerrno=0\n\n",
        "public_key=" + PEER_A + "\nallowed_ip=10.0.0.0\nerrno=0\n\n",
        "public_key=" + PEER_A + "\nlast_handshake_time_sec=9223372036854775807\nerrno=0\n\n",
        "public_key=" + PEER_A + "\nlast_handshake_time_nsec=1000000000\nerrno=0\n\n",
        "public_key=" + PEER_A + "\nendpoint=example.com:1\nerrno=0\n\n",
        "private_key=" + OWN + "00\nerrno=0\n\n"
      })
  void anAnswerThatMakesNoSenseIsAProtocolError(String answer) throws IOException {
    try (ScriptedSocket _ = socket(_ -> answer)) {
      ErrnoException error = refused(() -> client().get());
      assertThat(error.errno()).isEqualTo(Errno.EPROTO);
      assertThat(error).hasMessageNotContaining(OWN);
    }
  }

  @Test
  void anEndlessLineIsCutOff() throws IOException {
    try (ScriptedSocket _ = socket(_ -> "x".repeat(5000))) {
      assertThat(refused(() -> client().get()).errno()).isEqualTo(Errno.EPROTO);
    }
  }

  @Test
  void noSocketAndNoListenerAreToldApart() throws IOException {
    assertThat(refused(() -> client().get()).errno()).isEqualTo(Errno.ENOENT);
    socket(_ -> "").close(); // leaves the file behind, as a killed implementation does
    assertThat(refused(() -> client().get()).errno()).isEqualTo(Errno.ECONNREFUSED);
  }

  private Device answered(String text) throws IOException {
    try (ScriptedSocket socket = socket(_ -> text)) {
      Device device = client().get();
      assertThat(socket.requests()).containsExactly("get=1\n\n");
      return device;
    }
  }

  private ScriptedSocket socket(Function<String, String> answers) throws IOException {
    return new ScriptedSocket(directory.resolve("wg7.sock"), "\n\n", answers);
  }

  private UapiClient client() {
    return new UapiClient("wg7", directory);
  }

  private static ErrnoException refused(ThrowingCallable call) {
    return assertThatExceptionOfType(ErrnoException.class).isThrownBy(call).actual();
  }
}
