package io.regionbridge.dns.zone;

/** Who asks decides what a name of the local region means to them. */
public enum View {
  /** Clients inside the local cluster: a Service is its ClusterIP. */
  CLUSTER,
  /** Everyone else, loopback included: a Service is its pods. */
  PODS
}
