package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An nftables table of our own, one for each address family, that lets wrapped packets in from the
 * cluster's nodes alone: any other sender to the VXLAN port could send as any pod. By nfnetlink;
 * needs CAP_NET_ADMIN.
 */
public final class VxlanFilter implements AutoCloseable {
  /** The name of the table. */
  public static final String NAME = "region-bridge-vxlan";

  private static final String INPUT = "input";
  private static final String SENDERS = "senders";
  private static final String STRANGERS = "from others";
  private static final int BEFORE_FILTER = -10;

  private final NetlinkSocket socket;
  private final NftMessages messages = new NftMessages(NAME);

  private VxlanFilter(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static VxlanFilter open() throws ErrnoException {
    return new VxlanFilter(NetlinkSocket.open(NetlinkSocket.NETFILTER));
  }

  /** Whether packets of strangers are dropped now. */
  public boolean inForce() throws ErrnoException {
    List<String> contents = messages.readContents(socket);
    return contents.contains(STRANGERS) && !contents.contains(NftMessages.DORMANT);
  }

  /**
   * Writes the table if it differs, and returns whether it did.
   *
   * @param senders who may send encapsulated packets; empty: there is no device, and the tables are
   *     removed
   */
  public boolean keep(Optional<List<Cidr>> senders) throws ErrnoException {
    List<String> wanted = new ArrayList<>();
    List<MessageWriter> requests = new ArrayList<>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      requests.addAll(messages.remove(ipv6));
      if (senders.isEmpty()) {
        continue;
      }
      requests.add(messages.create(ipv6));
      requests.add(messages.addChain(ipv6, INPUT, "filter", NftMessages.INPUT, BEFORE_FILTER));
      requests.add(messages.addChain(ipv6, SENDERS));
      String wrapped = "wrapped packets";
      wanted.add(wrapped);
      requests.add(
          messages
              .addRule(ipv6, INPUT)
              .matchUdpPort(VxlanNetlink.PORT)
              .jump(SENDERS)
              .finish(wrapped));
      for (Cidr sender : senders.get()) {
        if (sender.isIpv6() == ipv6) {
          wanted.add("from " + sender);
          requests.add(
              messages
                  .addRule(ipv6, SENDERS)
                  .matchSource(sender)
                  .accept()
                  .finish("from " + sender));
        }
      }
      wanted.add(STRANGERS);
      requests.add(messages.addRule(ipv6, SENDERS).drop().finish(STRANGERS));
    }
    if (wanted.equals(messages.readContents(socket))) {
      return false;
    }
    messages.transact(socket, requests);
    return true;
  }

  @Override
  public void close() {
    socket.close();
  }
}
