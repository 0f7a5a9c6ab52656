/**
 * What tailscaled tells of its WireGuard device. It exposes no userspace API; its local API, HTTP
 * over a Unix domain socket, tells of peers what {@code wg show} would. Uses the JDK, Jackson,
 * {@link io.regionbridge.router.wireguard}, {@link io.regionbridge.router.net} and {@link
 * io.regionbridge.router.linux}.
 */
@NullMarked
package io.regionbridge.router.tailscale;

import org.jspecify.annotations.NullMarked;
