/**
 * The tunnel between regions: what the overlay's WireGuard device is ({@link
 * io.regionbridge.router.tunnel.TunnelObserver}), how well its peers are ({@link
 * io.regionbridge.router.tunnel.TunnelHealth}), and, where no overlay agent runs it, what it ought
 * to be ({@link io.regionbridge.router.tunnel.TunnelPlan}) and how it becomes so ({@link
 * io.regionbridge.router.tunnel.TunnelActuator}).
 *
 * <p>Plans, differences and health are pure. Effects are behind {@link
 * io.regionbridge.router.tunnel.TunnelDriver} and {@link io.regionbridge.router.tunnel.TunnelHost}.
 * Knows nothing of Kubernetes; uses {@link io.regionbridge.router.wireguard}, {@link
 * io.regionbridge.router.netlink}, {@link io.regionbridge.router.uapi}, {@link
 * io.regionbridge.router.tailscale}, {@link io.regionbridge.router.linux} and {@link
 * io.regionbridge.router.net}.
 */
@NullMarked
package io.regionbridge.router.tunnel;

import org.jspecify.annotations.NullMarked;
