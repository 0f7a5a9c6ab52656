package io.regionbridge.dns;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.regionbridge.dns.socket.LoopSockets;

/** The server on Linux: packets in batches, loops on epoll. */
class EpollServerTest extends ServerContract {
  @Override
  TestBridge.Plan plan() {
    assumeTrue(LoopSockets.nativeAvailable(), "needs 64-bit Linux with Netty's native epoll");
    return TestBridge.plan();
  }
}
