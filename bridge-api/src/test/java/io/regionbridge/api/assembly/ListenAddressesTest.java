package io.regionbridge.api.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.SocketLiteral;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ListenAddressesTest {
  @Test
  void takesWhatIsConfigured() {
    assertThat(listen("dns: { listen: [\"10.0.0.9:53\"] }", host("10.0.0.1", "wt0", "100.64.0.1")))
        .containsExactly("10.0.0.9:53");
  }

  @Test
  void takesTheAddressOfTheNodeAndThatOfTheOverlayOtherwise() {
    assertThat(listen("", host("10.0.0.1", "wt0", "100.64.0.1")))
        .containsExactly("10.0.0.1:1053", "100.64.0.1:1053");
  }

  @Test
  void prefersTheOverlayInterfaceThatIsNamed() {
    assertThat(
            listen(
                "overlay: { interface: nb1 }",
                host("10.0.0.1", "wt0", "100.64.0.1", "nb1", "100.64.0.2")))
        .containsExactly("10.0.0.1:1053", "100.64.0.2:1053");
  }

  @Test
  void takesTheFirstOfTheUsualOverlayInterfaces() {
    assertThat(listen("", host("10.0.0.1", "wg0", "10.9.0.1", "tailscale0", "100.64.0.2")))
        .containsExactly("10.0.0.1:1053", "100.64.0.2:1053");
  }

  @Test
  void looksForNoOverlayWhereThereIsNone() {
    assertThat(listen("overlay: { mode: none }", host("10.0.0.1", "wt0", "100.64.0.1")))
        .containsExactly("10.0.0.1:1053");
  }

  @Test
  void listsAnAddressOnceWhenTheOverlayIsTheDefaultRoute() {
    assertThat(listen("", host("100.64.0.1", "wt0", "100.64.0.1")))
        .containsExactly("100.64.0.1:1053");
  }

  @Test
  void staysOnLoopbackWhereNothingElseIs() {
    assertThat(listen("", new HostAddresses(Map.of(), Optional.empty())))
        .containsExactly("127.0.0.1:1053");
  }

  @Test
  void readsThisMachineWithoutLinkLocalAddresses() {
    HostAddresses host = HostAddresses.read();
    assertThat(host.interfaces().values())
        .allSatisfy(all -> assertThat(all).noneMatch(InetAddress::isLinkLocalAddress));
    assertThat(host.node()).noneMatch(InetAddress::isLoopbackAddress);
  }

  private static List<String> listen(String yaml, HostAddresses host) {
    return ListenAddresses.of(Configs.of(yaml), host).stream().map(SocketLiteral::format).toList();
  }

  /** A machine with a default route and interfaces, given as name and address in turns. */
  static HostAddresses host(String route, String... interfaces) {
    Map<String, List<InetAddress>> all = new LinkedHashMap<>();
    all.put("lo", List.of(InetAddress.ofLiteral("127.0.0.1")));
    for (int i = 0; i < interfaces.length; i += 2) {
      all.put(interfaces[i], List.of(InetAddress.ofLiteral(interfaces[i + 1])));
    }
    return new HostAddresses(all, Optional.of(InetAddress.ofLiteral(route)));
  }
}
