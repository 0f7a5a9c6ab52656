package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.ErrnoException;
import java.util.ArrayList;
import java.util.List;

/**
 * An nftables table of our own, one for each address family, for what passes between the overlay
 * and the region's pods on a router node, by nfnetlink. Needs CAP_NET_ADMIN.
 */
public final class GatewayTable implements AutoCloseable {
  /** The name of the table. */
  public static final String NAME = "region-bridge-gateway";

  private static final String ANSWERS = "answers";
  private static final String REPLIES = "replies";
  private static final String SEGMENTS = "segments";
  private static final int BEFORE_SOURCE_NAT = 99;
  private static final int MANGLE = -150;

  /**
   * The bits of a mark by which Cilium's programs and kernel talk to each other, and the value of
   * what Cilium sends itself ({@code MARK_MAGIC_OVERLAY}): such packets it neither sends to another
   * gateway nor translates.
   */
  private static final int CILIUM_MASK = 0x0f00;

  private static final int CILIUM_OWN = 0x0400;

  private final NetlinkSocket socket;
  private final NftMessages messages = new NftMessages(NAME);

  private GatewayTable(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static GatewayTable open() throws ErrnoException {
    return new GatewayTable(NetlinkSocket.open(NetlinkSocket.NETFILTER));
  }

  /** The rules that are there, each in the words of its {@link GatewayRule}. */
  public List<String> rules() throws ErrnoException {
    return messages.readContents(socket);
  }

  /** Puts these rules there and no others, in one step; with none, the tables are gone. */
  public void replace(List<GatewayRule> rules) throws ErrnoException {
    List<MessageWriter> requests = new ArrayList<>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      List<GatewayRule> ofFamily = rules.stream().filter(rule -> rule.isIpv6() == ipv6).toList();
      requests.addAll(messages.remove(ipv6));
      if (!ofFamily.isEmpty()) {
        requests.add(messages.create(ipv6));
        requests.add(
            messages.addChain(ipv6, ANSWERS, "nat", NftMessages.POST_ROUTING, BEFORE_SOURCE_NAT));
        requests.add(messages.addChain(ipv6, REPLIES, "filter", NftMessages.POST_ROUTING, MANGLE));
        requests.add(messages.addChain(ipv6, SEGMENTS, "filter", NftMessages.FORWARD, MANGLE));
        ofFamily.forEach(rule -> requests.add(message(rule)));
      }
    }
    messages.transact(socket, requests);
  }

  private MessageWriter message(GatewayRule rule) {
    boolean ipv6 = rule.isIpv6();
    NftMessages.Rule message =
        switch (rule) {
          case GatewayRule.Answer answer ->
              messages
                  .addRule(ipv6, ANSWERS)
                  .matchSource(answer.from())
                  .matchDestination(answer.pods())
                  .masquerade();
          case GatewayRule.Reply reply ->
              messages
                  .addRule(ipv6, REPLIES)
                  .matchOutput(reply.overlay())
                  .matchReply()
                  .matchSource(reply.pods())
                  .matchDestination(reply.to())
                  .setMark(CILIUM_OWN, CILIUM_MASK);
          case GatewayRule.Segment segment -> {
            NftMessages.Rule started = messages.addRule(ipv6, SEGMENTS);
            yield (segment.out()
                    ? started.matchOutput(segment.overlay())
                    : started.matchInput(segment.overlay()))
                .matchTcpSyn()
                .limitSegment(segment.octets());
          }
        };
    return message.finish(rule.toString());
  }

  @Override
  public void close() {
    socket.close();
  }
}
