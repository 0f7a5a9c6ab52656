package io.regionbridge.dns.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SocketFailureTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(
            new IOException("bind(..) failed with error(-98): Address already in use"),
            "Address already in use"),
        Arguments.of(
            new IOException("recvAddress(..) failed: Connection reset by peer"),
            "Connection reset by peer"),
        Arguments.of(
            new DecoderException(new NotSslRecordException("not an SSL/TLS record: 0000")),
            "it does not speak TLS"),
        Arguments.of(
            new DecoderException(new SSLHandshakeException("no such certificate\nat x")),
            "no such certificate"),
        Arguments.of(new IOException("java.io.IOException: gone"), "gone"),
        Arguments.of(new ClosedChannelException(), "the connection failed"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void saysWhyWithoutTheNameOfAnExceptionOrACall(Throwable failure, String text) {
    assertThat(SocketFailure.reason(failure)).isEqualTo(text);
  }
}
