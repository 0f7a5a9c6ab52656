package io.regionbridge.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostCheckTest {
  @ParameterizedTest(name = "<{0}>")
  @ValueSource(
      strings = {
        "",
        "localhost",
        "LocalHost:8053",
        "127.0.0.1",
        "127.0.0.1:8053",
        "192.168.7.9:1",
        "[::1]",
        "[::1]:8053",
        "[fd00::7]:9"
      })
  void takesWhatNobodyCanGiveAnotherMeaning(String host) {
    assertThat(HostCheck.LOCAL.allows(host)).isTrue();
  }

  @ParameterizedTest(name = "<{0}>")
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8053",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8053",
        "127.0.0.1:8053:8053",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "127.1",
        "2130706433",
        "::1",
        "[::1",
        "[::1].evil.example",
        "[evil.example]",
        "localhost:80a",
        "localhost, evil.example"
      })
  void takesNoOtherName(String host) {
    assertThat(HostCheck.LOCAL.allows(host)).isFalse();
    assertThat(HostCheck.ANY.allows(host)).isTrue();
  }
}
