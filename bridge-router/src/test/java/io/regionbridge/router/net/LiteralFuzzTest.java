package io.regionbridge.router.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetSocketAddress;

/**
 * Whatever the text, reading ends in a value, and what was read is read again from its own text.
 */
final class LiteralFuzzTest {
  @FuzzTest(maxDuration = "30s")
  void readsBackWhatItPrints(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    IpLiteral.parse(text)
        .ifPresent(a -> assertThat(IpLiteral.parse(IpLiteral.format(a))).contains(a));
    if (Cidr.parse(text) instanceof Parsed.Valid(Cidr cidr)) {
      assertThat(Cidr.of(cidr.toString())).isEqualTo(cidr);
    }
    if (SocketLiteral.parse(text, 53) instanceof Parsed.Valid<InetSocketAddress> valid) {
      assertThat(SocketLiteral.parse(SocketLiteral.format(valid.value()), 0)).isEqualTo(valid);
    }
  }
}
