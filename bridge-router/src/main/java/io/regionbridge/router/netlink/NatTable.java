package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.ErrnoException;
import java.util.ArrayList;
import java.util.List;

/**
 * An nftables table of our own, one for each address family, that keeps packets from being
 * masqueraded, by nfnetlink. Needs CAP_NET_ADMIN.
 *
 * <p>To accept a packet in one chain does not keep it from those of other tables at the same hook.
 * To translate its source address to what it is does: a connection is translated once. So the chain
 * stands right before the usual place of source NAT and says {@code snat to ip saddr}.
 */
public final class NatTable implements AutoCloseable {
  /** The name of the table. */
  public static final String NAME = "region-bridge";

  private static final String CHAIN = "keep-source";
  private static final int BEFORE_SOURCE_NAT = 99;

  private final NetlinkSocket socket;
  private final NftMessages messages = new NftMessages(NAME);

  private NatTable(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static NatTable open() throws ErrnoException {
    return new NatTable(NetlinkSocket.open(NetlinkSocket.NETFILTER));
  }

  /** What is exempt now, in the words of {@link NatExemption#toString}; nothing without a table. */
  public List<String> exempt() throws ErrnoException {
    return messages.readContents(socket);
  }

  /** Exempts these and nothing else, in one step; with none, the tables are gone. */
  public void replace(List<NatExemption> exemptions) throws ErrnoException {
    List<MessageWriter> requests = new ArrayList<>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      List<NatExemption> ofFamily =
          exemptions.stream().filter(e -> e.source().isIpv6() == ipv6).toList();
      requests.addAll(messages.remove(ipv6));
      if (!ofFamily.isEmpty()) {
        requests.add(messages.create(ipv6));
        requests.add(
            messages.addChain(ipv6, CHAIN, "nat", NftMessages.POST_ROUTING, BEFORE_SOURCE_NAT));
        ofFamily.forEach(exemption ->
            requests.add(
                messages
                    .addRule(ipv6, CHAIN)
                    .matchSource(exemption.source())
                    .matchDestination(exemption.destination())
                    .keepSource()
                    .finish(exemption.toString())));
      }
    }
    messages.transact(socket, requests);
  }

  @Override
  public void close() {
    socket.close();
  }
}
