package io.regionbridge.api.config;

import java.net.InetAddress;

/**
 * A host and the network that it is in.
 *
 * @param prefixLength leading bits that all hosts of the network share
 */
public record HostInNetwork(InetAddress address, int prefixLength) {}
