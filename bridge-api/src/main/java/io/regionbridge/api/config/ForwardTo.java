package io.regionbridge.api.config;

/** Where the cluster's CoreDNS forwards the regions' domains to. */
public enum ForwardTo {
  /** The addresses of the router nodes, each of which CoreDNS watches itself. */
  NODES,
  /** The ClusterIP of the Service in front of the bridges. */
  SERVICE
}
