package io.regionbridge.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class OctetsTest {
  /** The definition, written out: RFC 4343 folds these 26 octets and no others. */
  private static int plainFold(int octet) {
    return octet >= 0x41 && octet <= 0x5A ? octet + 0x20 : octet;
  }

  @Test
  void foldingOneOctetFollowsTheDefinitionForEveryOctet() {
    for (int octet = 0; octet < 256; octet++) {
      assertThat(Octets.fold(octet)).as("octet %d", octet).isEqualTo(plainFold(octet));
      assertThat((byte) Octets.fold((byte) octet)).isEqualTo((byte) plainFold(octet));
    }
  }

  @Test
  void foldingEightOctetsFoldsEachByItselfWhateverItsNeighbours() {
    Random random = new Random(1);
    byte[] eight = new byte[8];
    byte[] expected = new byte[8];
    for (int octet = 0; octet < 256; octet++) {
      for (int place = 0; place < 8; place++) {
        for (int fill :
            new int[] {0x00, 0xFF, 0x40, 0x41, 0x5A, 0x5B, 0x80, 0xC1, random.nextInt()}) {
          java.util.Arrays.fill(eight, (byte) fill);
          eight[place] = (byte) octet;
          for (int i = 0; i < 8; i++) {
            expected[i] = (byte) plainFold(eight[i] & 0xFF);
          }
          assertThat(Octets.fold(Octets.get64(eight, 0)))
              .as("octet %d at %d among %d", octet, place, fill)
              .isEqualTo(Octets.get64(expected, 0));
        }
      }
    }
  }

  @Test
  void numbersAreBigEndianAndUnsignedWhereTheyHaveSixteenBits() {
    byte[] b = {(byte) 0xFF, (byte) 0xFE, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07};
    assertThat(Octets.get16(b, 0)).isEqualTo(0xFFFE);
    assertThat(Octets.get32(b, 1)).isEqualTo(0xFE010203);
    assertThat(Octets.get64(b, 1)).isEqualTo(0xFE01020304050607L);
    byte[] out = new byte[9];
    Octets.put16(out, 0, 0xABCDE);
    Octets.put32(out, 1, 0xFE010203);
    assertThat(out).startsWith(0xBC, 0xFE, 0x01, 0x02, 0x03);
    Octets.put64(out, 1, 0x0102030405060708L);
    assertThat(out).containsExactly(0xBC, 1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void nothingIsReadOrWrittenBeyondTheArray() {
    byte[] b = new byte[8];
    assertThatThrownBy(() -> Octets.get16(b, 7)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Octets.get64(b, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Octets.put32(b, 5, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Octets.get16(b, -1)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
