package io.regionbridge.router.netlink;

import java.util.Optional;

/**
 * A network interface.
 *
 * @param index the kernel's number for it; a deleted and recreated interface has another one
 * @param name such as {@code wt0}
 * @param kind of a virtual interface, such as {@code wireguard}, {@code veth} or {@code tun}
 * @param mtu the largest packet in octets
 * @param up whether it has been switched on ({@code IFF_UP})
 */
public record Link(int index, String name, Optional<String> kind, int mtu, boolean up) {}
