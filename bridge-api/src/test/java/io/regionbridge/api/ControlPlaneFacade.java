package io.regionbridge.api;

import java.util.List;

/** The types of the control plane that the process uses, by package and name. */
final class ControlPlaneFacade {
  static final List<String> TYPES =
      List.of(
          "control.ControlPlane",
          "control.Uninstall",
          "diagnosis.Check",
          "diagnosis.Doctor",
          "directory.Directory",
          "directory.DirectoryService",
          "directory.Endpoint",
          "directory.RegionServices",
          "directory.ServiceFacts",
          "directory.ServiceKey",
          "directory.ServiceRegions",
          "egress.EgressReport",
          "egress.routes.RouteAgent",
          "feed.FeedChunk",
          "feed.FeedFollowers",
          "feed.FeedServer",
          "feed.FollowerState",
          "feed.PeerRule",
          "kubernetes.Conditions",
          "overlay.PeerTunnel",
          "peers.GatewayProbes",
          "settings.RegionSettings",
          "topology.LocalRegion",
          "topology.PeerRegion",
          "topology.Topology");

  private ControlPlaneFacade() {}
}
