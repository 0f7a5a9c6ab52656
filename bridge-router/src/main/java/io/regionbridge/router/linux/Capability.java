package io.regionbridge.router.linux;

/** A privilege that a process may lack; see {@code capabilities(7)}. */
public enum Capability {
  /** To read WireGuard devices in the kernel, and to change interfaces, addresses and routes. */
  CAP_NET_ADMIN,
  /** To open files and sockets of other users, such as {@code /var/run/wireguard/wg0.sock}. */
  CAP_DAC_OVERRIDE
}
