package io.regionbridge.router.tailscale;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.uapi.ScriptedSocket;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TailscaleStatusTest {
  private static final String SELF =
      "b85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33";
  private static final String PEER =
      "58402e695ba1772b1cc9309755f043251ea77fdcf10fbe63989ceb7e19321376";
  private static final String RELAYED =
      "662e14fd594556f522604703340351258903b64f35553763f19426ab2a515c58";

  @TempDir private Path directory;

  @Test
  void readsPeersAsWireGuardWouldShowThem() throws IOException {
    String status =
        """
        {"Version":"1.90.0","BackendState":"Running",
         "Self":{"PublicKey":"nodekey:%s","TailscaleIPs":["100.100.1.1"],"CurAddr":""},
         "Peer":{
          "nodekey:%s":{"PublicKey":"nodekey:%s","HostName":"fsn-1",
           "TailscaleIPs":["100.100.1.2"],
           "AllowedIPs":["100.100.1.2/32","fd7a:115c:a1e0::2/128","10.52.0.0/16"],
           "CurAddr":"203.0.113.2:41641","Relay":"fra","RxBytes":9007199254740993,
           "TxBytes":34,"LastHandshake":"2026-11-20T10:00:00.5+01:00","Online":true},
          "nodekey:%s":{"PublicKey":"nodekey:%s","CurAddr":"","Relay":"fra",
           "LastHandshake":"0001-01-01T00:00:00Z"},
          "odd":{"PublicKey":"nodekey:zz","AllowedIPs":null}
         }}
        """
            .formatted(SELF, PEER, PEER, RELAYED, RELAYED);
    Device device = json(status).device();
    assertThat(device)
        .isEqualTo(
            new Device(
                "tailscale0",
                PublicKey.parseHex(SELF),
                0,
                0,
                List.of(
                    new Peer(
                        PublicKey.parseHex(PEER).orElseThrow(),
                        Optional.empty(),
                        PeerEndpoint.parse("203.0.113.2:41641"),
                        0,
                        Optional.of(Instant.parse("2026-11-20T09:00:00.5Z")),
                        9007199254740993L,
                        34,
                        List.of(
                            Cidr.of("100.100.1.2/32"),
                            Cidr.of("fd7a:115c:a1e0::2/128"),
                            Cidr.of("10.52.0.0/16"))),
                    Peer.of(PublicKey.parseHex(RELAYED).orElseThrow()))));
  }

  @Test
  void asksAsALocalClientDoes() throws IOException {
    try (ScriptedSocket socket =
        new ScriptedSocket(directory.resolve("ts"), "\r\n\r\n", _ -> "HTTP/1.1 200 OK\r\n\r\n{}")) {
      new TailscaleStatus(directory.resolve("ts")).read("tailscale0");
      assertThat(socket.requests())
          .containsExactly(
              """
              GET /localapi/v0/status HTTP/1.0\r
              Host: local-tailscaled.sock\r
              Accept: application/json\r
              \r
              """);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "HTTP/1.0 403 Forbidden\r\n\r\nnot for you",
        "HTTP/1.0 200 OK\r\n\r\n{\"Peer\":",
        "HTTP/1.0 200 OK\r\n"
      })
  void whatMakesNoSenseIsAProtocolError(String answer) throws IOException {
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> answered(answer))
        .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EPROTO));
  }

  @Test
  void noTailscaledIsSaidPlainly() {
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> new TailscaleStatus(directory.resolve("none")).read("tailscale0"))
        .withMessageContaining("there is no socket")
        .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
  }

  @Test
  void tellsOfNodesWhatWireGuardDoesNot() throws IOException {
    Tailnet tailnet =
        json("""
        {"BackendState":"NeedsLogin","Health":["Tailscale is stopped.\\u001b[31m"],
         "Self":{"ID":"nSELF","HostName":"mn-1","PublicKey":"nodekey:%s","Online":true,
          "TailscaleIPs":["fd7a:115c:a1e0::1","100.64.0.1"],
          "AllowedIPs":["100.64.0.1/32","fd7a:115c:a1e0::1/128"]},
         "Peer":{"nodekey:%s":{"ID":"nPEER","HostName":"fsn-1","PublicKey":"nodekey:%s",
          "TailscaleIPs":["100.64.0.2"],"KeyExpiry":"2027-01-01T00:00:00Z",
          "AllowedIPs":["100.64.0.2/32","0.0.0.0/0","::/0","10.52.0.0/16","10.52.9.9/32"],
          "PrimaryRoutes":["10.52.0.0/16"]}}}
        """
                .formatted(SELF, PEER, PEER))
            .tailnet();
    assertThat(tailnet)
        .isEqualTo(
            new Tailnet(
                "NeedsLogin",
                List.of("Tailscale is stopped. [31m"),
                Optional.of(
                    new Tailnet.Node(
                        "nSELF",
                        "mn-1",
                        List.of(ip("100.64.0.1"), ip("fd7a:115c:a1e0::1")),
                        true,
                        Optional.empty(),
                        List.of(),
                        List.of())),
                Map.of(
                    PublicKey.parseHex(PEER).orElseThrow(),
                    new Tailnet.Node(
                        "nPEER",
                        "fsn-1",
                        List.of(ip("100.64.0.2")),
                        false,
                        Optional.of(Instant.parse("2027-01-01T00:00:00Z")),
                        List.of(Cidr.of("10.52.0.0/16"), Cidr.of("10.52.9.9/32")),
                        List.of(Cidr.of("10.52.0.0/16"))))));
  }

  @Test
  void aNodeThatHasNotLoggedInHasNoKey() throws IOException {
    TailscaleStatus.Reading reading =
        json("{\"Self\":{\"PublicKey\":\"nodekey:%s\"}}".formatted("0".repeat(64)));
    assertThat(reading.device().publicKey()).isEmpty();
    assertThat(reading.tailnet().self()).isEmpty();
    assertThat(reading.tailnet().running()).isFalse();
  }

  /** The kernel's routes through the interface; what of the peer's ranges its device has. */
  @ParameterizedTest
  @CsvSource({
    "'', 100.64.0.2/32",
    "10.52.0.0/16, 100.64.0.2/32 10.52.0.0/16",
    "10.52.0.0/16 10.52.9.9/32, 100.64.0.2/32 10.52.0.0/16 10.52.9.9/32",
    "10.0.0.0/8, 100.64.0.2/32",
    "0.0.0.0/0, 100.64.0.2/32 0.0.0.0/0",
  })
  void aRangeCountsWhereTheInterfaceHasARouteForIt(String routed, String kept) throws IOException {
    TailscaleStatus.Reading reading =
        json(
            """
            {"Peer":{"p":{"PublicKey":"nodekey:%s","TailscaleIPs":["100.64.0.2"],
             "AllowedIPs":["100.64.0.2/32","0.0.0.0/0","10.52.0.0/16","10.52.9.9/32"]}}}
            """
                .formatted(PEER));
    Device accepted = reading.tailnet().accepted(reading.device(), Set.copyOf(cidrs(routed)));
    assertThat(accepted.peers().getFirst().allowedIps())
        .containsExactlyInAnyOrderElementsOf(cidrs(kept));
  }

  private static List<Cidr> cidrs(String texts) {
    return Arrays.stream(texts.split(" ", -1)).filter(t -> !t.isEmpty()).map(Cidr::of).toList();
  }

  private static InetAddress ip(String text) {
    return InetAddress.ofLiteral(text);
  }

  private TailscaleStatus.Reading json(String status) throws IOException {
    return answered("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + status);
  }

  private TailscaleStatus.Reading answered(String answer) throws IOException {
    assertThat(answer.getBytes(UTF_8)).hasSize(answer.length());
    try (ScriptedSocket _ = new ScriptedSocket(directory.resolve("ts"), "\r\n\r\n", _ -> answer)) {
      return new TailscaleStatus(directory.resolve("ts")).read("tailscale0");
    }
  }
}
