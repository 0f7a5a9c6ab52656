package io.regionbridge.router.netlink;

import io.regionbridge.router.sandbox.Namespace;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class RouteNetlinkIT {
  @TestFactory
  List<DynamicTest> inANamespaceOfItsOwn() {
    try (Namespace namespace = Namespace.create()) {
      return namespace.tests(RouteNetlinkInside.class);
    }
  }
}
