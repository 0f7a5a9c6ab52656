package io.regionbridge.api;

import java.util.List;

/** The types of the control plane that the process uses, by package and name. */
final class ControlPlaneFacade {
  static final List<String> TYPES =
      List.of(
          "control.ControlPlane",
          "control.KeyRotationRequest",
          "control.RegionSettings",
          "control.Uninstall",
          "diagnosis.Check",
          "diagnosis.Doctor",
          "diagnosis.HostReport",
          "diagnosis.Release",
          "diagnosis.RouteFacts",
          "directory.ClusterIpRule",
          "directory.Directory",
          "directory.DirectoryService",
          "directory.Endpoint",
          "directory.ExportRule",
          "directory.Protocol",
          "directory.RegionServices",
          "directory.ServiceFacts",
          "directory.ServiceKey",
          "directory.ServiceRegions",
          "directory.manifest.ManifestDirectory",
          "egress.EgressReport",
          "egress.EgressSettings",
          "egress.routes.RouteAgent",
          "feed.FeedChunk",
          "feed.FeedFollowers",
          "feed.FeedServer",
          "feed.FollowerState",
          "feed.PeerDirectory",
          "feed.PeerRule",
          "feed.Replica",
          "kubernetes.ClusterPlace",
          "kubernetes.Conditions",
          "kubernetes.TunnelRecord",
          "overlay.OverlaySettings",
          "overlay.PeerTunnel",
          "peers.GatewayProbes",
          "topology.LocalRegion",
          "topology.PeerRegion",
          "topology.Topology");

  private ControlPlaneFacade() {}
}
