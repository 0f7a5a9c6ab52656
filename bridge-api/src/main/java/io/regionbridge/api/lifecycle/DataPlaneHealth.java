package io.regionbridge.api.lifecycle;

import io.regionbridge.dns.DnsBridge;
import io.regionbridge.router.peers.GatewayProbes;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/** How gateways fare, as the data plane finds them and in the control plane's terms. */
record DataPlaneHealth(DnsBridge dns) implements GatewayProbes {
  @Override
  public Optional<State> of(String region, InetSocketAddress gateway) {
    return dns.gateways().stream()
        .filter(g -> g.region().equals(region) && g.address().equals(gateway))
        .findFirst()
        .flatMap(g ->
            switch (g.state()) {
              case UNKNOWN -> Optional.empty();
              case UP -> Optional.of(new State(true, g.late(), Duration.ofNanos(g.rtt())));
              case DOWN -> Optional.of(new State(false, g.late(), Duration.ofNanos(g.rtt())));
            });
  }
}
