package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.HostAddresses;
import io.regionbridge.router.net.SocketLiteral;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public final class ListenAddressesTest {
  @ParameterizedTest(name = "{0}: {4}")
  @CsvSource(
      nullValues = "-",
      value = {
        "what is configured, dns: { listen: [10.0.0.9:53] }, -, 100.64.0.1, 10.0.0.9:53",
        "the default route's and the overlay's, '', -, 100.64.0.1, 10.0.0.1:1053 100.64.0.1:1053",
        "the node's own and the overlay's, '', 10.9.9.9, 100.64.0.1, 10.9.9.9:1053 100.64.0.1:1053",
        "both families of the overlay, '', 10.9.9.9, 100.64.0.1 fd7a:115c:a1e0::1,"
            + " 10.9.9.9:1053 100.64.0.1:1053 [fd7a:115c:a1e0::1]:1053",
        "no overlay, '', -, -, 10.0.0.1:1053",
        "once when the overlay is the default route, '', -, 10.0.0.1, 10.0.0.1:1053",
      })
  void servesDnsThere(
      String what, String yaml, @Nullable String node, @Nullable String overlay, String expected) {
    assertThat(listen(yaml, host("10.0.0.1"), node, overlay))
        .as(what)
        .isEqualTo(List.of(expected.split(" ", -1)));
  }

  @Test
  void staysOnLoopbackWhereNothingElseIs() {
    assertThat(listen("", new HostAddresses(Map.of(), Optional.empty()), null, null))
        .containsExactly("127.0.0.1:1053");
  }

  @Test
  void readsThisMachineWithoutLinkLocalAddresses() {
    HostAddresses host = HostAddresses.read();
    assertThat(host.interfaces().values())
        .allSatisfy(all -> assertThat(all).noneMatch(InetAddress::isLinkLocalAddress));
    assertThat(host.node()).noneMatch(InetAddress::isLoopbackAddress);
  }

  private static List<String> listen(
      String yaml, HostAddresses host, @Nullable String node, @Nullable String overlay) {
    List<InetAddress> addresses =
        overlay == null
            ? List.of()
            : Arrays.stream(overlay.split(" ", -1)).map(InetAddress::ofLiteral).toList();
    return ListenAddresses.of(Configs.of(yaml), host, address(node), addresses).stream()
        .map(SocketLiteral::format)
        .toList();
  }

  private static Optional<InetAddress> address(@Nullable String text) {
    return Optional.ofNullable(text).map(InetAddress::ofLiteral);
  }

  /** A machine with a default route and interfaces, given as name and address in turns. */
  public static HostAddresses host(String route, String... interfaces) {
    Map<String, List<InetAddress>> all = new LinkedHashMap<>();
    all.put("lo", List.of(InetAddress.ofLiteral("127.0.0.1")));
    for (int i = 0; i < interfaces.length; i += 2) {
      all.put(interfaces[i], List.of(InetAddress.ofLiteral(interfaces[i + 1])));
    }
    return new HostAddresses(all, Optional.of(InetAddress.ofLiteral(route)));
  }
}
