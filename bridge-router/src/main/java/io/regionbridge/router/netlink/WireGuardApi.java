package io.regionbridge.router.netlink;

/** The numbers of {@code linux/wireguard.h}. */
final class WireGuardApi {
  static final String FAMILY = "wireguard";
  static final int VERSION = 1;

  static final int GET_DEVICE = 0;
  static final int SET_DEVICE = 1;

  static final int DEVICE_IFNAME = 2;
  static final int DEVICE_PRIVATE_KEY = 3;
  static final int DEVICE_PUBLIC_KEY = 4;
  static final int DEVICE_FLAGS = 5;
  static final int DEVICE_LISTEN_PORT = 6;
  static final int DEVICE_FWMARK = 7;
  static final int DEVICE_PEERS = 8;

  static final int PEER_F_REMOVE_ME = 1;
  static final int PEER_F_REPLACE_ALLOWEDIPS = 2;
  static final int PEER_F_UPDATE_ONLY = 4;

  static final int PEER_PUBLIC_KEY = 1;
  static final int PEER_PRESHARED_KEY = 2;
  static final int PEER_FLAGS = 3;
  static final int PEER_ENDPOINT = 4;
  static final int PEER_PERSISTENT_KEEPALIVE_INTERVAL = 5;
  static final int PEER_LAST_HANDSHAKE_TIME = 6;
  static final int PEER_RX_BYTES = 7;
  static final int PEER_TX_BYTES = 8;
  static final int PEER_ALLOWEDIPS = 9;

  static final int ALLOWEDIP_FAMILY = 1;
  static final int ALLOWEDIP_IPADDR = 2;
  static final int ALLOWEDIP_CIDR_MASK = 3;

  private WireGuardApi() {}
}
