package io.regionbridge.router.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.path.PathState.Verdict;
import io.regionbridge.router.sandbox.Namespace;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.testkit.NativeTool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two gateways in namespaces, with a wire for the overlay and an interface of the pod range. */
class PathProbesIT {
  private static final List<Cidr> OVERLAY = List.of(Cidr.of("100.64.0.0/16"));

  private Gateway here;
  private Gateway there;

  /** One gateway; its region is known to the other as {@code peer}. */
  private static final class Gateway implements AutoCloseable {
    final Namespace namespace = Namespace.create();
    final AtomicReference<Optional<PathProbes.Look>> look = new AtomicReference<>(Optional.empty());
    final Loops loops = new Loops();
    final PathProbes probes = namespace.call(this::probes);

    private PathProbes probes() {
      PathProbes started = new PathProbes(look::get, () -> {}, loops);
      started.start();
      return started;
    }

    Link overlay() {
      return namespace.call(() -> {
        try (RouteNetlink netlink = RouteNetlink.open()) {
          return netlink.link("wt0").orElseThrow();
        }
      });
    }

    void prepare(String overlay, String own, String peers) {
      namespace.sh("ip link set wt0 mtu 1280 up");
      namespace.sh("ip address add " + overlay + "/16 dev wt0");
      namespace.sh("ip link add cni0 type bridge");
      namespace.sh("ip address add " + own + "/24 dev cni0");
      namespace.sh("ip link set cni0 up");
      namespace.sh("ip route add " + peers + " dev wt0");
    }

    void know(String pods, String peers, String said, Optional<InetAddress> translated) {
      PeerRegion peer =
          new PeerRegion(
              "peer",
              "peer.internal",
              List.of(Cidr.of(peers)),
              List.of(),
              List.of(),
              true,
              Set.of(),
              List.of());
      look.set(
          Optional.of(
              new PathProbes.Look(
                  List.of(Cidr.of(pods)),
                  Optional.of(overlay()),
                  translated,
                  List.of(OVERLAY.getFirst(), Cidr.of(peers)),
                  List.of(peer),
                  Map.of(
                      "peer",
                      List.of(
                          new InetSocketAddress(InetAddress.ofLiteral(said), PathProbes.PORT))))));
    }

    void await(Verdict verdict) {
      Await.that(verdict.toString(), () -> probes.of("peer").verdict() == verdict);
    }

    @Override
    public void close() {
      probes.close();
      namespace.close();
    }
  }

  @BeforeEach
  void connect() {
    NativeTool.find("nft");
    here = new Gateway();
    there = new Gateway();
    here.namespace.sh("ip link add wt0 type veth peer name wt0 netns " + there.namespace.name());
    here.prepare("100.64.1.1", "10.42.1.1", "10.52.0.0/16");
    there.prepare("100.64.2.1", "10.52.1.1", "10.42.0.0/16");
    here.know("10.42.0.0/16", "10.52.0.0/16", "10.52.1.1", Optional.empty());
    there.know("10.52.0.0/16", "10.42.0.0/16", "10.42.1.1", Optional.empty());
  }

  @AfterEach
  void stop() {
    here.close();
    there.close();
  }

  @Test
  void tellsWhatPassesBetweenPodsAddresses() {
    here.await(Verdict.WORKS);
    there.await(Verdict.WORKS);
    assertThat(here.probes.of("peer").words())
        .isEqualTo("packets of 1280 octets pass from 10.42.1.1 to 10.52.1.1 and back");

    // As WireGuard does with a range that is another peer's: what has overlay addresses passes.
    there.namespace.sh("nft add table ip f");
    there.namespace.sh("nft add chain ip f in { type filter hook input priority 0 ; }");
    there.namespace.sh("nft add rule ip f in iifname wt0 ip saddr 10.42.0.0/16 drop");
    here.await(Verdict.SILENT);
    assertThat(here.probes.of("peer").worked()).isTrue();
    here.know(
        "10.42.0.0/16",
        "10.52.0.0/16",
        "10.52.1.1",
        Optional.of(InetAddress.ofLiteral("100.64.1.1")));
    here.await(Verdict.WORKS);
    assertThat(here.probes.of("peer").words()).contains("from 100.64.1.1 to 10.52.1.1");
  }

  @Test
  void tellsThatLargePacketsAreLostOnTheWayBack() {
    here.await(Verdict.WORKS);
    there.namespace.sh("ip link set wt0 mtu 1000");
    here.await(Verdict.SMALL_ONLY);
  }

  @Test
  void claimsNothingWhereProbesWouldGoAnotherWay() {
    here.await(Verdict.WORKS);
    here.namespace.sh("ip link add eth0 type bridge");
    here.namespace.sh("ip link set eth0 up");
    here.namespace.sh("ip route replace 10.52.0.0/16 dev eth0");
    here.await(Verdict.NOT_PROBED);
    assertThat(here.probes.of("peer").words())
        .isEqualTo(
            "not probed with pods' addresses: this node itself does not send 10.52.1.1 by wt0");
  }

  @Test
  void answersPeersAlone() {
    here.await(Verdict.WORKS);
    there.look.set(
        there
            .look
            .get()
            .map(known ->
                new PathProbes.Look(
                    known.pods(),
                    known.overlay(),
                    known.translated(),
                    OVERLAY,
                    List.of(),
                    Map.of())));
    here.await(Verdict.SILENT);
  }
}
