package io.regionbridge.router.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpLiteralTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1",
    "0.0.0.0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "::ffff:10.0.0.1, 10.0.0.1",
  })
  void readsAnAddressAndPrintsItInCanonicalForm(String text, String canonical) {
    assertThat(IpLiteral.parse(text).map(IpLiteral::format)).contains(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "1.2",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4.",
        ".1.2.3.4",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.0x4",
        "1.2.3.-4",
        " 1.2.3.4",
        "1.2.3.4 ",
        "localhost",
        "mn.internal",
        "[::1]",
        "::1%lo",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "12345::",
        "g::",
        "::1.2.3",
        "::01.2.3.4",
        "::１"
      })
  void refusesWhatIsNoLiteralInsteadOfLookingItUp(String text) {
    assertThat(IpLiteral.parse(text)).isEmpty();
  }
}
