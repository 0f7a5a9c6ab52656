package io.regionbridge.router.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SocketLiteralTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.1:53, 10.0.0.1:53",
    "10.0.0.1, 10.0.0.1:1053",
    "127.0.0.1:0, 127.0.0.1:0",
    "10.0.0.1:65535, 10.0.0.1:65535",
    "[::1]:53, [::1]:53",
    "[::1], [::1]:1053",
    "[FD00:0::1]:53, [fd00::1]:53",
  })
  void readsAnAddressWithOrWithoutPort(String text, String canonical) {
    assertThat(SocketLiteral.parse(text, 1053))
        .isInstanceOfSatisfying(
            Parsed.Valid.class,
            valid ->
                assertThat(SocketLiteral.format((InetSocketAddress) valid.value()))
                    .isEqualTo(canonical));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''               | not an IP address         | 10.0.0.1:1053",
        "localhost:53     | not an IP address         | names are not looked up",
        "gw.mn.internal   | not an IP address         | names are not looked up",
        ":53              | not an IP address         | 10.0.0.1:1053",
        "*:53             | not an IP address         | 10.0.0.1:1053",
        "[10.0.0.1]:53    | not an IP address         | 10.0.0.1:1053",
        "[fd00::1%wt0]:53 | not an IP address         | [fd00::1]:1053",
        "[]:53            | not an IP address         | 10.0.0.1:1053",
        "fd00::1          | needs brackets            | [fd00::1]:1053",
        "fd00::1:1053     | needs brackets            | [fd00::1:1053]:1053",
        "[fd00::1         | closing bracket           | [ADDRESS]:PORT",
        "10.0.0.1:        | number from 0 to 65535    | 10.0.0.1:1053",
        "10.0.0.1:65536   | number from 0 to 65535    | 10.0.0.1:1053",
        "10.0.0.1:-1      | number from 0 to 65535    | 10.0.0.1:1053",
        "10.0.0.1:dns     | number from 0 to 65535    | 10.0.0.1:1053",
        "[fd00::1]53      | number from 0 to 65535    | [fd00::1]:1053",
        "10.0.0.1:000053  | number from 0 to 65535    | 10.0.0.1:1053",
      })
  void saysWhatIsWrongAndWhatToWrite(String text, String reason, String advice) {
    assertThat(SocketLiteral.parse(text, 1053))
        .isInstanceOfSatisfying(
            Parsed.Invalid.class,
            invalid -> {
              assertThat(invalid.reason()).contains(reason);
              assertThat(invalid.advice()).contains(advice);
            });
  }

  @Test
  void doesNotPrintANameThatWasNotResolved() {
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("mn.internal", 53);
    assertThatThrownBy(() -> SocketLiteral.format(unresolved)).hasMessageContaining("mn.internal");
  }
}
