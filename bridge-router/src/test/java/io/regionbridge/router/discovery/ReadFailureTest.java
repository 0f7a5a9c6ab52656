package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ReadFailureTest {
  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of(new UnresolvedAddressException(), "its name does not resolve; outside"),
        Arguments.of(new ClosedChannelException(), "the connection was closed"),
        Arguments.of(new ConnectException("Connection refused"), "connection refused"),
        Arguments.of(new IOException("one line\nanother"), "one line"),
        Arguments.of(new IOException(new ConnectException("inside")), "inside"));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void saysInWordsWhyTheServerDoesNotAnswer(Throwable cause, String words) {
    ReadFailure failure =
        ReadFailure.of("list", "nodes", new KubernetesClientException("around it", cause));
    assertThat(failure.reason()).isEqualTo(ReadFailure.Reason.UNREACHABLE);
    assertThat(failure.toString())
        .startsWith("cannot list nodes: the API server does not answer: " + words)
        .doesNotContain("Exception", "\n");
  }
}
