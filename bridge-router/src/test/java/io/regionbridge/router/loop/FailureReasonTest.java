package io.regionbridge.router.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureReasonTest {
  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(new UnresolvedAddressException(), "its name does not resolve"),
        Arguments.of(new UnknownHostException("api.example"), "api.example does not resolve"),
        Arguments.of(new ClosedChannelException(), "the connection was closed"),
        Arguments.of(new ConnectException(), "connection refused"),
        Arguments.of(
            new IOException("a", new ConnectException().initCause(new ClosedChannelException())),
            "connection refused"),
        Arguments.of(new ConnectException("Connection refused"), "connection refused"),
        Arguments.of(new PortUnreachableException(), "nothing listens there"),
        Arguments.of(new NoRouteToHostException("No route to host"), "no route to host"),
        Arguments.of(new SocketTimeoutException(), "no answer in time"),
        Arguments.of(new NoSuchFileException("/x"), "there is no such file: /x"),
        Arguments.of(new AccessDeniedException("/x"), "no permission: /x"),
        Arguments.of(new CancellationException(), "no reason is given"),
        Arguments.of(new IOException("java.io.IOException: gone\nat x"), "gone"),
        Arguments.of(new IOException("java.io.IOException"), "no reason is given"),
        Arguments.of(
            new ExecutionException(new IOException("x", new ClosedChannelException())),
            "the connection was closed"));
  }

  static Stream<Arguments> sentences() {
    return Stream.of(
        Arguments.of(
            new IOException("cannot write it: full", new IOException("x")),
            "cannot write it: full"),
        Arguments.of(new IOException("java.io.IOException: it is gone"), "it is gone"),
        Arguments.of(
            new UncheckedIOException(new NoSuchFileException("/a b")),
            "there is no such file: /a b"),
        Arguments.of(new AccessDeniedException("/a b"), "no permission: /a b"),
        Arguments.of(new NotDirectoryException("/a b"), "it is no directory: /a b"),
        Arguments.of(new FileAlreadyExistsException("/a b"), "it exists already: /a b"),
        Arguments.of(new ClosedChannelException(), "the connection was closed"));
  }

  @ParameterizedTest
  @MethodSource("sentences")
  void tellsWhatAnExceptionSaysItself(Throwable error, String text) {
    assertThat(FailureReason.describe(error)).isEqualTo(text);
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysWhyWithoutTheNameOfAnException(Throwable error, String text) {
    assertThat(FailureReason.of(error)).isEqualTo(text);
  }
}
