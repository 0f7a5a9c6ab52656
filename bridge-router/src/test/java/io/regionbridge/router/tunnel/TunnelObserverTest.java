package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TunnelObserverTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final PublicKey KEY = PublicKey.of(new byte[32]);

  private final Deque<TunnelView> views = new ArrayDeque<>();
  private final List<TunnelView> told = new ArrayList<>();

  @Test
  void tellsOnlyOfWhatChanged() {
    views.addAll(List.of(present(1), present(1), present(2), gone(), present(2)));
    TunnelObserver observer = observer();
    assertThat(observer.view()).isEqualTo(present(1));
    assertThat(observer.health().of(KEY)).isPresent();
    observer.look();
    assertThat(told).isEmpty();
    observer.look();
    assertThat(told).containsExactly(present(2));
    observer.look();
    assertThat(observer.view().problems())
        .extracting(TunnelProblem::reason)
        .containsExactly(TunnelProblem.Reason.INTERFACE_MISSING);
    assertThat(observer.health().of(KEY)).isEmpty();
    observer.look();
    assertThat(told).hasSize(3).last().isEqualTo(present(2));
  }

  @Test
  void aViewSaysWhichPeerRoutesWhatAndHoldsNoSecret() {
    TunnelView view = present(1);
    assertThat(view.routes()).containsEntry(Cidr.of("10.42.0.0/16"), KEY);
    assertThat(view.device().orElseThrow().peers().getFirst().presharedKey()).isEmpty();
  }

  private TunnelObserver observer() {
    TunnelReader reader =
        new TunnelReader() {
          @Override
          public TunnelView look(Instant now) {
            return views.removeFirst();
          }

          @Override
          public void close() {}
        };
    return new TunnelObserver(
        "wg0", reader, Clock.systemUTC(), TunnelObserver.REFRESH, told::add, new Loops());
  }

  private static TunnelView gone() {
    return new TunnelView(
        "wg0",
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(TunnelProblem.missing("wg0")),
        NOW);
  }

  private static TunnelView present(long rxBytes) {
    Peer peer =
        new Peer(
            KEY,
            Optional.of(PresharedKey.of(new byte[32])),
            Optional.empty(),
            0,
            Optional.of(NOW),
            rxBytes,
            0,
            List.of(Cidr.of("10.42.0.0/16")));
    return new TunnelView(
        "wg0",
        Optional.of(new Link(3, "wg0", Optional.of("wireguard"), 1420, true)),
        List.of(),
        Optional.of(TunnelDriver.Kind.KERNEL),
        Optional.of(new Device("wg0", Optional.empty(), 0, 0, List.of(peer))),
        Optional.empty(),
        List.of(),
        NOW);
  }
}
