package io.regionbridge.router.tunnel;

import io.regionbridge.router.sandbox.Machine;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** With the kernel's WireGuard, and with the delay that the kernel outside may not know. */
class TwoRegionsKernelIT {
  @TestFactory
  List<DynamicTest> onDebiansKernel() throws IOException, InterruptedException {
    return Machine.tests(TwoRegionsInside.class);
  }
}
