package io.regionbridge.router.peers;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/** What the data plane knows of peers' gateways. Must answer at once, from any thread. */
@FunctionalInterface
public interface GatewayProbes {
  /** The state of the gateway at a DNS address; empty if it was not asked yet. */
  Optional<State> of(String region, InetSocketAddress gateway);

  /**
   * The state of one gateway.
   *
   * @param late whether an answer is overdue, too soon to call it down
   * @param roundTrip median of the last probes; zero: none yet
   */
  record State(boolean up, boolean late, Duration roundTrip) {}
}
