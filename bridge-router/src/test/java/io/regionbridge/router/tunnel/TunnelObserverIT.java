package io.regionbridge.router.tunnel;

import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.testkit.NativeTool;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class TunnelObserverIT {
  @TestFactory
  List<DynamicTest> ofADeviceThatSomethingElseConfigured() {
    List.of("wg", "wireguard-go", "setpriv").forEach(NativeTool::find);
    try (Namespace namespace = Namespace.create()) {
      return namespace.tests(TunnelObserverInside.class);
    }
  }
}
