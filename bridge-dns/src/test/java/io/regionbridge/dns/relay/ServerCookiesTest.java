package io.regionbridge.dns.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.net.PeerAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerCookiesTest {
  private static final HexFormat HEX = HexFormat.of();

  private static String cookie(ServerCookies cookies, String client, String address, int seconds) {
    PeerAddress peer = new PeerAddress();
    peer.set(new InetSocketAddress(InetAddress.ofLiteral(address), 53));
    byte[] packet = HEX.parseHex("ffffff" + client + "ffff");
    return HEX.formatHex(cookies.forReply(packet, 3, peer, seconds));
  }

  /** The examples of RFC 9018, appendix A. */
  @ParameterizedTest
  @CsvSource({
    "e5e973e5a6b2a43f48e7dc849e37bfcf, 2464c4abcf10c957, 198.51.100.100, 1559731985,"
        + " 010000005cf79f111f8130c3eee29480",
    "e5e973e5a6b2a43f48e7dc849e37bfcf, 2464c4abcf10c957, 198.51.100.100, 1559734385,"
        + " 010000005cf7a871d4a564a1442aca77",
    "e5e973e5a6b2a43f48e7dc849e37bfcf, fc93fc62807ddb86, 203.0.113.203, 1559734700,"
        + " 010000005cf7a9acf73a7810aca2381e",
    "445536bcd2513298075a5d379663c962, 22681ab97d52c298, 2001:db8:220:1:59de:d0f4:8769:82b8,"
        + " 1559741961, 010000005cf7c609a6bb79d16625507a",
  })
  void examplesOfTheStandard(
      String secret, String client, String address, int seconds, String server) {
    ByteBuffer key = ByteBuffer.wrap(HEX.parseHex(secret)).order(ByteOrder.LITTLE_ENDIAN);
    ServerCookies cookies = new ServerCookies(key.getLong(), key.getLong());
    assertThat(cookie(cookies, client, address, seconds)).isEqualTo(client + server);
  }

  @Test
  void aCookieDependsOnClientAddressAndTime() {
    ServerCookies cookies = new ServerCookies();
    String cookie = cookie(cookies, "0102030405060708", "127.0.0.1", 1000);
    assertThat(cookie(cookies, "0102030405060708", "127.0.0.1", 1000)).isEqualTo(cookie);
    assertThat(cookie(new ServerCookies(), "0102030405060708", "127.0.0.1", 1000))
        .as("of another loop")
        .isEqualTo(cookie);
    assertThat(cookie(cookies, "0102030405060709", "127.0.0.1", 1000).substring(16))
        .isNotEqualTo(cookie.substring(16));
    assertThat(cookie(cookies, "0102030405060708", "127.0.0.2", 1000)).isNotEqualTo(cookie);
    assertThat(cookie(cookies, "0102030405060708", "127.0.0.1", 1001)).isNotEqualTo(cookie);
  }
}
