package io.regionbridge.dns.zone;

/** The two views of the names of the local region. */
public enum View {
  /** Clients inside the local cluster: a Service is its ClusterIP. */
  CLUSTER,
  /** Everyone else, loopback included: a Service is its pods. */
  PODS
}
