/**
 * Netlink, the way to talk to the Linux kernel about networks (RFC 3549), by libc sockets through
 * JNA: no child process, no shell. Three entry points, each with a socket of its own:
 *
 * <ul>
 *   <li>{@link io.regionbridge.router.netlink.WireGuardNetlink} reads and changes WireGuard
 *       devices;
 *   <li>{@link io.regionbridge.router.netlink.RouteNetlink} lists and changes links, addresses and
 *       routes;
 *   <li>{@link io.regionbridge.router.netlink.RouteMonitor} says when any of them changed.
 * </ul>
 *
 * <p>Sources: {@code linux/netlink.h}, {@code linux/genetlink.h}, {@code linux/rtnetlink.h}, {@code
 * linux/wireguard.h} of the kernel's user API, the manual pages {@code netlink(7)} and {@code
 * rtnetlink(7)}, and the kernel's <a
 * href="https://docs.kernel.org/userspace-api/netlink/intro.html">introduction to netlink</a>.
 *
 * <p>A refusal is an {@link io.regionbridge.router.linux.ErrnoException} with the kernel's own
 * message where it gave one. A socket belongs to the network namespace of the thread that opened
 * it. Uses JNA and {@link io.regionbridge.router.wireguard}, {@link io.regionbridge.router.net} and
 * {@link io.regionbridge.router.linux}.
 */
@NullMarked
package io.regionbridge.router.netlink;

import org.jspecify.annotations.NullMarked;
