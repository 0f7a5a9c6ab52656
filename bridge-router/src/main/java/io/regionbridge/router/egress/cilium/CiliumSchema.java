package io.regionbridge.router.egress.cilium;

/** What the cluster's definition of Cilium's policies supports, as far as is known. */
record CiliumSchema(boolean ipv6, boolean nodeSelectors) {}
