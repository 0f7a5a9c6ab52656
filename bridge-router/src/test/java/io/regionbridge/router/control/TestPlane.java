package io.regionbridge.router.control;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.border.Supernets;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.peers.FakeOverlay;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.topology.TopologyBuilder;
import io.regionbridge.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Starts the control plane of a router node of region fsn1: node router-1 at 127.0.0.1, with no
 * peers, no overlay and no egress, unless a test says otherwise.
 */
final class TestPlane {
  static final OverlayView NO_OVERLAY = FakeOverlay.of();

  private int number = 1;
  private int electionPort = FreePorts.next();
  private int dnsPort = 1053;
  private int httpPort = 8053;
  private Duration memory = ControlSettings.MEMORY;
  private ControlSettings.Options options = ControlSettings.Options.NONE;
  private List<Cidr> overlayRanges = List.of();
  private Supplier<List<PeerClaim>> configured = List::of;
  private OverlayView overlay = NO_OVERLAY;
  private Supplier<RegionSettings.Egress> egress =
      () -> RegionSettings.Egress.of(RegionSettings.Engine.NONE);
  private Loops loops = new Loops();
  private Consumer<Directory> onDirectory = _ -> {};
  private Consumer<Topology> onTopology = _ -> {};

  /** Node router-NUMBER at 127.0.0.NUMBER; all of a test have the same port for heartbeats. */
  TestPlane router(int its, int port) {
    number = its;
    electionPort = port;
    return this;
  }

  /** Where peers serve DNS and HTTP unless they say otherwise. */
  TestPlane ports(int dns, int http) {
    dnsPort = dns;
    httpPort = http;
    return this;
  }

  TestPlane memory(Duration kept) {
    memory = kept;
    return this;
  }

  TestPlane options(ControlSettings.Options wished) {
    options = wished;
    return this;
  }

  TestPlane configured(Supplier<List<PeerClaim>> claims) {
    configured = claims;
    return this;
  }

  /** The overlay and its own ranges. */
  TestPlane overlay(OverlayView view, String... ranges) {
    overlay = view;
    overlayRanges = List.of(ranges).stream().map(Cidr::of).toList();
    return this;
  }

  TestPlane egress(Supplier<RegionSettings.Egress> settings) {
    egress = settings;
    return this;
  }

  TestPlane loops(Loops its) {
    loops = its;
    return this;
  }

  TestPlane onDirectory(Consumer<Directory> told) {
    onDirectory = told;
    return this;
  }

  TestPlane onTopology(Consumer<Topology> told) {
    onTopology = told;
    return this;
  }

  /** Starts it; the client is closed with it. */
  ClusterControl start(KubernetesClient client) {
    try {
      return ClusterControl.start(
          new ControlSettings(
              "router-" + number,
              InetAddress.ofLiteral("127.0.0." + number),
              TestCluster.NAMESPACE,
              "netbird-router=true",
              electionPort,
              dnsPort,
              httpPort,
              memory,
              options),
          new ControlSources(
              () ->
                  new TopologyBuilder.Settings(
                      "fsn1",
                      "fsn1.internal",
                      List.of(),
                      List.of(),
                      AliasRanges.NONE,
                      overlayRanges),
              configured,
              overlay,
              (_, _) -> Optional.empty(),
              () -> true,
              egress,
              () -> Supernets.DEFAULT,
              () -> Long.MAX_VALUE,
              List::of),
          new ClusterClient(client, Optional.empty()),
          new ClusterControl.Listener() {
            @Override
            public void directory(Directory next) {
              onDirectory.accept(next);
            }

            @Override
            public void topology(Topology next) {
              onTopology.accept(next);
            }
          },
          loops);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a control plane has found of one type of condition. */
  static Optional<Finding> finding(ClusterControl plane, String type) {
    return plane.findings().stream().filter(found -> found.type().equals(type)).findFirst();
  }
}
