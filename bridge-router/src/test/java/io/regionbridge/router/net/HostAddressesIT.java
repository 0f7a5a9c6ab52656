package io.regionbridge.router.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.sandbox.Namespace;
import org.junit.jupiter.api.Test;

/** In a network namespace whose {@code /sys} is that of another one, as beside {@code nsenter}. */
class HostAddressesIT {
  @Test
  void anInterfaceOfTheProcessesOwnNamespaceExistsWhateverIsMountedAtSys() {
    try (Namespace one = Namespace.create();
        Namespace other = Namespace.create()) {
      one.sh("ip link add rbone0 type bridge");
      other.sh("ip link add rbother0 type bridge");
      assertThat(one.<Boolean>call(() -> HostAddresses.exists("rbone0"))).isTrue();
      assertThat(one.<Boolean>call(() -> HostAddresses.exists("rbother0"))).isFalse();
      assertThat(other.<Boolean>call(() -> HostAddresses.exists("rbother0"))).isTrue();
      one.sh("ip link delete rbone0");
      assertThat(one.<Boolean>call(() -> HostAddresses.exists("rbone0"))).isFalse();
    }
  }
}
