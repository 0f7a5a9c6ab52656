package io.regionbridge.router.netlink;

import io.regionbridge.router.sandbox.Machine;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The kernel's WireGuard, in an emulated machine: it takes about half a minute. */
class KernelIT {
  @TestFactory
  List<DynamicTest> onDebiansKernel() throws IOException, InterruptedException {
    return Machine.tests(WireGuardNetlinkInside.class, RouteNetlinkInside.class);
  }
}
