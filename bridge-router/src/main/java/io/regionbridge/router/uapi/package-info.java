/**
 * The cross-platform userspace API of WireGuard, as wireguard-go, boringtun and NetBird in
 * userspace mode serve it: text over a Unix domain socket, {@code
 * /var/run/wireguard/<interface>.sock}.
 *
 * <p>Source: <a href="https://www.wireguard.com/xplatform/">Cross-platform Interface</a>. Uses the
 * JDK, {@link io.regionbridge.router.wireguard}, {@link io.regionbridge.router.net} and {@link
 * io.regionbridge.router.linux}.
 */
@NullMarked
package io.regionbridge.router.uapi;

import org.jspecify.annotations.NullMarked;
