package io.regionbridge.router.egress.routes;

import java.net.InetAddress;

/** How a node sends packets to the active gateway's node. */
sealed interface NextHop {
  /** The gateway's address in the cluster. */
  InetAddress gateway();

  /** A direct route: the gateway is a neighbour. */
  record Direct(int interfaceIndex, InetAddress gateway) implements NextHop {}

  /** In VXLAN: there is somebody in between who does not know where pods are. */
  record Encapsulated(InetAddress gateway) implements NextHop {}
}
