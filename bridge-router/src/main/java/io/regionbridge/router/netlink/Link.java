package io.regionbridge.router.netlink;

import java.util.Optional;

/**
 * A network interface.
 *
 * @param index the kernel's number for it; a recreated interface has another one
 * @param kind of a virtual interface, such as {@code wireguard}, {@code veth} or {@code tun}
 * @param mtu in octets
 * @param up the flag {@code IFF_UP}
 */
public record Link(int index, String name, Optional<String> kind, int mtu, boolean up) {}
