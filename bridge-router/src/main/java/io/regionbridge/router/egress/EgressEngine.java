package io.regionbridge.router.egress;

/** Who carries egress out. */
public enum EgressEngine {
  /** Cilium where it is. */
  AUTO,
  /** Cilium's egress gateway, by policies. */
  CILIUM,
  /** Agents on all nodes, by kernel routes. */
  ROUTES,
  /** Nobody: whatever was written is taken back. */
  NONE
}
