/**
 * WireGuard in its own words: keys, endpoints, peers, devices and changes to them, as immutable
 * values. No I/O, no name look-ups; uses the JDK and {@link io.regionbridge.router.net} only.
 *
 * <p>Two drivers speak of devices in these values: {@link io.regionbridge.router.netlink} with the
 * kernel, {@link io.regionbridge.router.uapi} with userspace implementations.
 *
 * <p>Terms and limits are those of <a href="https://www.wireguard.com/papers/wireguard.pdf">the
 * WireGuard paper</a>, the manual page {@code wg(8)} and {@code include/uapi/linux/wireguard.h}.
 */
@NullMarked
package io.regionbridge.router.wireguard;

import org.jspecify.annotations.NullMarked;
