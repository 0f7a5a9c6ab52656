package io.regionbridge.router.topology;

/** Who says something of a peer region. The first one that says it is believed. */
public enum PeerSource {
  /** The configuration file. */
  CONFIGURATION,
  /** A Region object. */
  REGION_OBJECT,
  /** The peer's own API server. */
  PEER_API_SERVER,
  /** A bridge that answers on the overlay. */
  OVERLAY
}
