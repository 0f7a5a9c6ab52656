package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import java.util.ArrayList;
import java.util.List;

/**
 * An nftables table of our own, one for each address family, in which a gateway replaces the
 * prefixes of addresses: destination alias by own range on what comes in by the overlay, source own
 * range by alias on what leaves by it. By nfnetlink. Needs CAP_NET_ADMIN.
 *
 * <p>No connection is tracked for it: each packet is translated by itself, whichever way the others
 * of its connection take. Packets that come in are translated before anything else looks at them,
 * and those that leave after everything else, so that connection tracking, kube-proxy and network
 * policies of the node see own addresses alone. An ICMP error is translated together with the head
 * of the packet that it is about, or path MTU discovery would not work.
 */
public final class AliasTable implements AutoCloseable {
  /** The name of the table. */
  public static final String NAME = "region-bridge-alias";

  private static final String ARRIVALS = "arrivals";
  private static final String DEPARTURES = "departures";

  /** After fragments were put together (-400), before rules for raw packets (-300). */
  private static final int FIRST = -310;

  /** After source NAT (100) and the helpers of connection tracking (300). */
  private static final int LAST = 400;

  /** Types of ICMP errors: unreachable to redirect, time exceeded and parameter problem. */
  private static final int[][] ERRORS_IPV4 = {{3, 5}, {11, 12}};

  /** Unreachable, too big, time exceeded, parameter problem. */
  private static final int[][] ERRORS_IPV6 = {{1, 4}};

  private final NetlinkSocket socket;
  private final NftMessages messages = new NftMessages(NAME);

  private AliasTable(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static AliasTable open() throws ErrnoException {
    return new AliasTable(NetlinkSocket.open(NetlinkSocket.NETFILTER));
  }

  /**
   * What is translated now, in the words of {@link #describe}, each once for each rule; nothing
   * without a table.
   */
  public List<String> rules() throws ErrnoException {
    return messages.comments(socket);
  }

  /** What {@link #rules} gives once these are written. */
  public static List<String> expected(String overlay, AliasRanges aliases) {
    List<String> expected = new ArrayList<>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      for (boolean out : new boolean[] {false, true}) {
        for (AliasRange range : ofFamily(aliases, ipv6)) {
          for (int i = 0; i <= errors(ipv6).length; i++) {
            expected.add(describe(overlay, range, out));
          }
        }
      }
    }
    return expected;
  }

  /** One direction of one alias range, as {@code nft list table} shows it in a comment. */
  private static String describe(String overlay, AliasRange range, boolean out) {
    return out
        ? "%s as %s out by %s".formatted(range.range(), range.alias(), overlay)
        : "%s is %s in by %s".formatted(range.alias(), range.range(), overlay);
  }

  /**
   * Translates these and nothing else, in one step; with none, the tables are gone.
   *
   * @param overlay the overlay's interface
   */
  public void replace(String overlay, AliasRanges aliases) throws ErrnoException {
    List<MessageWriter> requests = new ArrayList<>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      requests.addAll(messages.remove(ipv6));
      List<AliasRange> ranges = ofFamily(aliases, ipv6);
      if (!ranges.isEmpty()) {
        requests.add(messages.create(ipv6));
        requests.add(messages.chain(ipv6, ARRIVALS, "filter", NftMessages.PRE_ROUTING, FIRST));
        requests.add(messages.chain(ipv6, DEPARTURES, "filter", NftMessages.POST_ROUTING, LAST));
        ranges.forEach(range -> requests.addAll(arrivals(overlay, range)));
        ranges.forEach(range -> requests.addAll(departures(overlay, range)));
      }
    }
    messages.transact(socket, requests);
  }

  private List<MessageWriter> arrivals(String overlay, AliasRange range) {
    Cidr alias = range.alias();
    Cidr own = range.range();
    String comment = describe(overlay, range, false);
    List<MessageWriter> rules = new ArrayList<>();
    for (int[] types : errors(own.isIpv6())) {
      rules.add(
          messages
              .rule(own.isIpv6(), ARRIVALS)
              .in(overlay)
              .icmpError(types[0], types[1])
              .innerSource(alias, own)
              .commented(comment));
    }
    rules.add(
        messages
            .rule(own.isIpv6(), ARRIVALS)
            .in(overlay)
            .destination(alias)
            .destinationPrefix(own)
            .commented(comment));
    return rules;
  }

  private List<MessageWriter> departures(String overlay, AliasRange range) {
    Cidr alias = range.alias();
    Cidr own = range.range();
    String comment = describe(overlay, range, true);
    List<MessageWriter> rules = new ArrayList<>();
    for (int[] types : errors(own.isIpv6())) {
      rules.add(
          messages
              .rule(own.isIpv6(), DEPARTURES)
              .out(overlay)
              .icmpError(types[0], types[1])
              .innerDestination(own, alias)
              .commented(comment));
    }
    rules.add(
        messages
            .rule(own.isIpv6(), DEPARTURES)
            .out(overlay)
            .source(own)
            .sourcePrefix(alias)
            .commented(comment));
    return rules;
  }

  private static int[][] errors(boolean ipv6) {
    return ipv6 ? ERRORS_IPV6 : ERRORS_IPV4;
  }

  private static List<AliasRange> ofFamily(AliasRanges aliases, boolean ipv6) {
    return aliases.ranges().stream().filter(range -> range.range().isIpv6() == ipv6).toList();
  }

  @Override
  public void close() {
    socket.close();
  }
}
