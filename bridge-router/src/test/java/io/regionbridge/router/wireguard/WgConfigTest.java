package io.regionbridge.router.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.ConfigProblem.Reason;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WgConfigTest {
  private static final String SECRET = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
  private static final String PEER_A = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
  private static final String PEER_B = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";
  private static final String PSK = "FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=";

  @Test
  void readsEveryKeyOfTheManualPage() {
    WgConfig config =
        valid(
            """
            # the local region
            [Interface]
            PrivateKey = %s
            ListenPort = 51820
            FwMark = 0xca6c

            [Peer] # fsn1
            PublicKey = %s
            PresharedKey = %s
            Endpoint = [2001:db8::7]:51820
            AllowedIPs = 100.64.0.7/32, 10.42.0.0/16
            AllowedIPs = fd00:42::/48
            PersistentKeepalive = 25

            [Peer]
            PublicKey = %s
            PersistentKeepalive = off
            """
                .formatted(SECRET, PEER_A, PSK, PEER_B));
    assertThat(config.privateKey()).isEqualTo(PrivateKey.parse(SECRET));
    assertThat(config.listenPort()).contains(51820);
    assertThat(config.fwmark()).contains(0xca6c);
    assertThat(config.peers())
        .containsExactly(
            PeerUpdate.add(PublicKey.parse(PEER_A).orElseThrow())
                .presharedKey(PresharedKey.parse(PSK).orElseThrow())
                .endpoint(Endpoint.parse("[2001:db8::7]:51820").orElseThrow())
                .replaceAllowedIps(
                    List.of(
                        Cidr.of("100.64.0.7/32"), Cidr.of("10.42.0.0/16"), Cidr.of("fd00:42::/48")))
                .persistentKeepalive(25)
                .build(),
            PeerUpdate.add(PublicKey.parse(PEER_B).orElseThrow())
                .replaceAllowedIps(List.of())
                .persistentKeepalive(0)
                .build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[interface]\nLISTENPORT=7",
        "[INTERFACE]\r\nlistenport = 7\r\n",
        "  [ Interface ]  # c\n\tListenPort\t=\t7 # c",
        "[Interface]\nListen Port = 7"
      })
  void caseSpacesAndCommentsMeanNothing(String text) {
    assertThat(valid(text).listenPort()).contains(7);
  }

  @ParameterizedTest
  @MethodSource("marks")
  void readsMarks(String text, int mark) {
    assertThat(valid("[Interface]\nFwMark = " + text).fwmark()).contains(mark);
  }

  static Stream<Arguments> marks() {
    return Stream.of(
        Arguments.of("off", 0),
        Arguments.of("OFF", 0),
        Arguments.of("51820", 51820),
        Arguments.of("0xFF", 255),
        Arguments.of("0xffffffff", -1),
        Arguments.of("4294967295", -1));
  }

  @Test
  void clearsHostBitsAndTakesBareAddressesAsWgDoes() {
    WgConfig config =
        valid("[Peer]\nPublicKey=" + PEER_A + "\nAllowedIPs=10.0.0.7/8,192.0.2.1,2001:db8::1");
    assertThat(config.peers().getFirst().allowedIps())
        .containsExactly(
            Cidr.of("10.0.0.0/8"), Cidr.of("192.0.2.1/32"), Cidr.of("2001:db8::1/128"));
  }

  @Test
  void anEmptyFileClearsADevice() {
    DeviceUpdate update = valid("").toUpdate();
    assertThat(update.replacePeers()).isTrue();
    assertThat(update.privateKey()).get().matches(Key::isZero);
    assertThat(update.listenPort()).contains(0);
    assertThat(update.fwmark()).contains(0);
    assertThat(update.peers()).isEmpty();
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource("broken")
  void saysLineSectionKeyAndReason(String text, Reason reason, String words) {
    assertThat(WgConfig.parse(text)).isInstanceOf(WgConfig.Parsed.Invalid.class);
    List<ConfigProblem> problems = ((WgConfig.Parsed.Invalid) WgConfig.parse(text)).problems();
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().reason()).isEqualTo(reason);
    assertThat(problems.getFirst().toString()).startsWith(words);
  }

  static Stream<Arguments> broken() {
    String peer = "[Peer]\nPublicKey=" + PEER_A + "\n";
    return Stream.of(
        Arguments.of("[Interface]\nnonsense", Reason.MALFORMED_LINE, "line 2: [Interface] exp"),
        Arguments.of("[Interface]\n=7", Reason.MALFORMED_LINE, "line 2: [Interface] expected"),
        Arguments.of("ListenPort=1", Reason.OUTSIDE_SECTION, "line 1: ListenPort stands before"),
        Arguments.of("[Server]\nPort=1", Reason.UNKNOWN_SECTION, "line 1: [Server] a section is"),
        Arguments.of("[Interface\n", Reason.UNKNOWN_SECTION, "line 1: a section is"),
        Arguments.of("[Interface]\nPort=1", Reason.UNKNOWN_KEY, "line 2: [Interface] Port: is no"),
        Arguments.of(peer + "ListenPort=1", Reason.UNKNOWN_KEY, "line 3: [Peer] ListenPort: is no"),
        Arguments.of(
            "[Interface]\nmtu=1", Reason.WG_QUICK_KEY, "line 2: [Interface] mtu: is a key"),
        Arguments.of(
            "[Interface]\nListenPort=1\nlistenport=2",
            Reason.DUPLICATE_KEY,
            "line 3: [Interface] ListenPort: stands twice"),
        Arguments.of(peer + peer, Reason.DUPLICATE_PEER, "line 4: [Peer] PublicKey: " + PEER_A),
        Arguments.of(
            "\n[Peer]\nEndpoint=192.0.2.1:1",
            Reason.MISSING_KEY,
            "line 2: [Peer] PublicKey: is missing"),
        Arguments.of(
            "[Peer]\nPublicKey=abc", Reason.INVALID_KEY, "line 2: [Peer] PublicKey: \"abc"),
        Arguments.of(
            "[Interface]\nPrivateKey=hunter2",
            Reason.INVALID_KEY,
            "line 2: [Interface] PrivateKey: is no key"),
        Arguments.of(peer + "PresharedKey=", Reason.INVALID_KEY, "line 3: [Peer] PresharedKey: is"),
        Arguments.of("[Interface]\nListenPort=65536", Reason.INVALID_NUMBER, "line 2: [Interf"),
        Arguments.of("[Interface]\nListenPort=-1", Reason.INVALID_NUMBER, "line 2: [Interface] L"),
        Arguments.of("[Interface]\nFwMark=0x", Reason.INVALID_NUMBER, "line 2: [Interface] FwMark"),
        Arguments.of("[Interface]\nFwMark=+1", Reason.INVALID_NUMBER, "line 2: [Interface] FwMark"),
        Arguments.of(
            "[Interface]\nFwMark=0x100000000", Reason.INVALID_NUMBER, "line 2: [Interface] FwMark"),
        Arguments.of(
            peer + "PersistentKeepalive=on", Reason.INVALID_NUMBER, "line 3: [Peer] PersistentK"),
        Arguments.of(
            peer + "Endpoint=vpn.example.com:51820",
            Reason.INVALID_ENDPOINT,
            "line 3: [Peer] Endpoint: \"vpn.example.com:51820\" is no endpoint"),
        Arguments.of(
            peer + "AllowedIPs=10.0.0.0/33",
            Reason.INVALID_ALLOWED_IP,
            "line 3: [Peer] AllowedIPs: \"10.0.0.0/33\""),
        Arguments.of(
            peer + "AllowedIPs=", Reason.INVALID_ALLOWED_IP, "line 3: [Peer] AllowedIPs: \"\""),
        Arguments.of(
            peer + "AllowedIPs=10.0.0.0/8,", Reason.INVALID_ALLOWED_IP, "line 3: [Peer] AllowedI"));
  }

  @Test
  void reportsAllProblemsInTheFilesOrderAndNoSecret() {
    String text =
        "[Interface]\nPrivateKey=" + SECRET + "x\nMTU=1\n[Peer]\nAllowedIPs=x\nEndpoint=y\n";
    WgConfig.Parsed.Invalid invalid = (WgConfig.Parsed.Invalid) WgConfig.parse(text);
    assertThat(invalid.problems())
        .extracting(ConfigProblem::reason)
        .containsExactly(
            Reason.INVALID_KEY,
            Reason.WG_QUICK_KEY,
            Reason.INVALID_ALLOWED_IP,
            Reason.INVALID_ENDPOINT,
            Reason.MISSING_KEY);
    assertThat(invalid.toString()).doesNotContain(SECRET);
  }

  @Test
  void closingWipesTheSecrets() {
    WgConfig config = valid("[Interface]\nPrivateKey=" + SECRET);
    config.close();
    assertThat(config.privateKey())
        .get()
        .satisfies(key -> assertThatThrownBy(key::bytes).isInstanceOf(IllegalStateException.class));
  }

  private static WgConfig valid(String text) {
    return switch (WgConfig.parse(text)) {
      case WgConfig.Parsed.Valid(WgConfig config) -> config;
      case WgConfig.Parsed.Invalid(List<ConfigProblem> problems) ->
          throw new AssertionError(problems.toString());
    };
  }
}
