package io.regionbridge.router.wireguard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTest {
  private static final String SOME_OCTETS =
      "77076d0a7318a57d3c16c17251b266454c6f98c4b8e9d7a3c5f1a2d3e4b5c6d7";

  @Test
  void base64AgreesWithTheJdkForEveryOctet() {
    Random random = new Random(5);
    for (int i = 0; i < 1000; i++) {
      byte[] octets = new byte[Key.LENGTH];
      random.nextBytes(octets);
      PublicKey key = PublicKey.of(octets);
      assertThat(key.toString()).isEqualTo(Base64.getEncoder().encodeToString(octets));
      assertThat(PublicKey.parse(key.toString())).contains(key);
      assertThat(new String(key.hex(), US_ASCII)).isEqualTo(HexFormat.of().formatHex(octets));
      assertThat(PublicKey.parseHex(new String(key.hex(), US_ASCII))).contains(key);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", // 43
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", // no padding
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", // 31 octets
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", // bits beyond the last octet
        "AAAAAAAAAAAAAAAAAAAAA-AAAAAAAAAAAAAAAAAAAAA=", // the URL alphabet
        "AAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAA=AAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAA\u0141AAAAAAAAAAAAAAAAAAAAA=",
        " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
      })
  void refusesWhatIsNotCanonicalBase64(String text) {
    assertThat(PublicKey.parse(text)).isEmpty();
    assertThat(PrivateKey.parse(text)).isEmpty();
  }

  @Test
  void everySingleCharacterIsJudgedAsTheJdkDoes() {
    char[] text = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".toCharArray();
    for (int c = 0; c < 0x180; c++) {
      text[7] = (char) c;
      boolean valid = PublicKey.parse(new String(text)).isPresent();
      boolean base64 =
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".indexOf(c) >= 0;
      assertThat(valid).as("character %d", c).isEqualTo(base64);
    }
  }

  @Test
  void derivesThePublicKeyOfRfc7748() {
    // Section 6.1, Alice.
    byte[] scalar =
        HexFormat.of().parseHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    assertThat(new String(PrivateKey.of(scalar).publicKey().hex(), US_ASCII))
        .isEqualTo("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  }

  @Test
  void generatedKeysAreClampedAndDiffer() {
    PrivateKey key = PrivateKey.generate();
    byte[] octets = key.bytes();
    assertThat(octets[0] & 7).isZero();
    assertThat(octets[31] & 0xc0).isEqualTo(0x40);
    assertThat(key).isNotEqualTo(PrivateKey.generate());
  }

  @Test
  void secretsDoNotPrintThemselves() {
    PrivateKey privateKey = PrivateKey.generate();
    PresharedKey presharedKey = PresharedKey.generate();
    Peer peer =
        new Peer(
            privateKey.publicKey(),
            Optional.of(presharedKey),
            Optional.empty(),
            0,
            Optional.empty(),
            0,
            0,
            List.of());
    assertThat(privateKey).hasToString("private key");
    assertThat(peer.toString())
        .contains("preshared key")
        .doesNotContain(new String(presharedKey.base64(), US_ASCII));
  }

  @Test
  void aClosedSecretIsGone() {
    PrivateKey key = PrivateKey.parseHex(SOME_OCTETS).orElseThrow();
    key.close();
    key.close();
    assertThatThrownBy(key::bytes).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(key::publicKey).isInstanceOf(IllegalStateException.class);
    assertThat(key).hasToString("private key");
  }

  @Test
  void keysOfDifferentKindsNeverEqual() {
    byte[] octets = HexFormat.of().parseHex(SOME_OCTETS);
    assertThat((Object) PrivateKey.of(octets)).isNotEqualTo(PresharedKey.of(octets));
    assertThat((Object) PublicKey.of(octets)).isNotEqualTo(PrivateKey.of(octets));
    assertThat(PresharedKey.of(octets)).isEqualTo(PresharedKey.of(octets));
    assertThat(PresharedKey.of(new byte[32]).isZero()).isTrue();
    assertThat(PresharedKey.of(octets).isZero()).isFalse();
  }

  @Test
  void otherLengthsAreAMistakeOfTheCaller() {
    assertThatThrownBy(() -> PublicKey.of(new byte[31]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 octets, not 31");
  }
}
