package io.regionbridge.router.egress.cilium;

/**
 * What the cluster's definition of Cilium's policies takes, as far as is known.
 *
 * @param ipv6 whether it takes IPv6 ranges
 * @param nodeSelectors whether pods can be selected by their node
 */
record CiliumSchema(boolean ipv6, boolean nodeSelectors) {}
