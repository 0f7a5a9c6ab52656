package io.regionbridge.router.egress;

import java.net.InetAddress;
import java.util.Optional;

/**
 * The active gateway as egress sees it.
 *
 * @param hostname value of its Node's label {@code kubernetes.io/hostname}
 * @param interfaceName of the overlay, on that node
 * @param interfaceIndex of that interface; empty: unknown, as that of another node
 */
public record EgressGateway(
    String node,
    String hostname,
    Optional<String> interfaceName,
    Optional<InetAddress> overlayAddress,
    Optional<Integer> interfaceIndex) {}
