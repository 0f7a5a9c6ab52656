package io.regionbridge.dns;

/** The server where there is no epoll: loops on a selector. */
class NioServerTest extends ServerContract {
  @Override
  TestBridge.Plan plan() {
    return TestBridge.plan().nio();
  }
}
