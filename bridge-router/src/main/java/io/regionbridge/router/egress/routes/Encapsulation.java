package io.regionbridge.router.egress.routes;

/** When traffic for the active gateway's node is wrapped in VXLAN. */
public enum Encapsulation {
  /** Where it is no neighbour. */
  AUTO,
  /** Always: where the network drops pods' addresses even between neighbours. */
  ALWAYS,
  /** Never: nodes that are no neighbours have no way then. */
  NEVER
}
