package io.regionbridge.router.tunnel;

import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Between namespaces of this kernel, with wireguard-go unless this kernel has WireGuard. */
class TwoRegionsIT {
  @Test
  void theTunnelComesUpGoesOnAndMoves() throws IOException, InterruptedException {
    List.of("ip", "nft", "wg", "wireguard-go", "busybox").forEach(NativeTool::find);
    TwoRegionsInside.live();
  }
}
