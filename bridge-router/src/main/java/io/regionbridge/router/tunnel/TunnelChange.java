package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.PeerUpdate;
import java.util.List;
import java.util.Optional;

/** One step from the actual tunnel to the desired one. */
public sealed interface TunnelChange {
  /** Create the interface. */
  record CreateInterface() implements TunnelChange {}

  /**
   * Configure the device. Empty and absent values stay as they are.
   *
   * @param setPrivateKey whether the device needs the plan's private key
   * @param peers those to add or to change
   */
  record Configure(
      boolean setPrivateKey,
      Optional<Integer> listenPort,
      Optional<Integer> fwmark,
      List<PeerUpdate> peers)
      implements TunnelChange {
    public Configure {
      peers = List.copyOf(peers);
    }
  }

  /** Set the largest packet. */
  record SetMtu(int mtu) implements TunnelChange {}

  /** Add an address to the interface. */
  record AddAddress(OverlayAddress address) implements TunnelChange {}

  /** Switch the interface on. */
  record SwitchOn() implements TunnelChange {}

  /** Send a range into the interface. */
  record AddRoute(Cidr destination) implements TunnelChange {}

  /** Send a range there no longer. */
  record DeleteRoute(Cidr destination) implements TunnelChange {}

  /** Take ranges from peers that stay, and remove peers that are no longer planned. */
  record Withdraw(List<PeerUpdate> peers) implements TunnelChange {
    public Withdraw {
      peers = List.copyOf(peers);
    }
  }

  /** Take an address from the interface. */
  record DeleteAddress(OverlayAddress address) implements TunnelChange {}
}
