package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ClusterPlaceTest {
  @Test
  void isWhatTheEnvironmentSays() throws IOException {
    assertThat(
            ClusterPlace.of(
                Map.of(
                    "NODE_NAME", "router-1",
                    "POD_NAMESPACE", "bridges",
                    "NODE_IP", "10.0.0.7",
                    "KUBECONFIG", "/etc/kubeconfig")))
        .isEqualTo(
            new ClusterPlace(
                "router-1",
                "bridges",
                Optional.of(InetAddress.ofLiteral("10.0.0.7")),
                Optional.of(Path.of("/etc/kubeconfig"))));
  }

  @Test
  void isFoundOutWhereTheEnvironmentIsSilent() throws IOException {
    ClusterPlace place = ClusterPlace.of(Map.of("NODE_NAME", " ", "KUBECONFIG", ""));
    assertThat(place.node()).isNotBlank();
    assertThat(place.namespace()).isNotBlank();
    assertThat(place.address()).isEmpty();
    assertThat(place.kubeconfig()).isEmpty();
  }

  @Test
  void anAddressThatIsNoneIsNamed() {
    assertThatThrownBy(() -> ClusterPlace.of(Map.of("NODE_NAME", "n", "NODE_IP", "node-1")))
        .isInstanceOf(IOException.class)
        .hasMessage("NODE_IP: \"node-1\" is not an IP address");
  }
}
