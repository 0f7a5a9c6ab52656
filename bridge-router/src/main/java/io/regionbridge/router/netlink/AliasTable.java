package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An nftables table of our own, one for each address family, in which a gateway replaces the
 * prefixes of addresses: destination alias by own range on what comes in by the overlay, source own
 * range by alias on what leaves by it. By nfnetlink. Needs CAP_NET_ADMIN.
 *
 * <p>No connection is tracked for it: each packet is translated by itself, whichever way the others
 * of its connection take. Packets that come in are translated before anything else looks at them,
 * and those that leave after everything else, so that connection tracking, kube-proxy and network
 * policies of the node see only own addresses. An ICMP error is translated together with the head
 * of the packet that it is about, or path MTU discovery would not work.
 */
public final class AliasTable implements AutoCloseable {
  /** The name of the table. */
  public static final String NAME = "region-bridge-alias";

  private static final String ARRIVALS = "arrivals";
  private static final String DEPARTURES = "departures";
  private static final String ERRORS_IN = "errors-in";
  private static final String ERRORS_OUT = "errors-out";

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

  /** A rule and the comment that identifies it. */
  private record Entry(String comment, MessageWriter message) {}

  /** The rules in the kernel, as {@link #expected} writes them; empty if there is no table. */
  public List<String> rules() throws ErrnoException {
    return messages.readContents(socket);
  }

  /** Whether a table that is not ours, of either family, has rules. */
  public boolean hasRules(String foreign) throws ErrnoException {
    return !new NftMessages(foreign).readContents(socket).isEmpty();
  }

  /** The result of {@link #rules} after {@link #replace}: one text for each rule. */
  public static List<String> expected(String overlay, AliasRanges aliases) {
    NftMessages messages = new NftMessages(NAME);
    return Stream.of(false, true)
        .flatMap(ipv6 -> entries(messages, overlay, ofFamily(aliases, ipv6), ipv6).stream())
        .map(Entry::comment)
        .toList();
  }

  /** Replaces all rules in one transaction; without aliases, removes the tables. */
  public void replace(String overlay, AliasRanges aliases) throws ErrnoException {
    List<MessageWriter> requests = new ArrayList<>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      requests.addAll(messages.remove(ipv6));
      List<AliasRange> ranges = ofFamily(aliases, ipv6);
      if (!ranges.isEmpty()) {
        requests.add(messages.create(ipv6));
        requests.add(messages.addChain(ipv6, ERRORS_IN));
        requests.add(messages.addChain(ipv6, ERRORS_OUT));
        requests.add(messages.addChain(ipv6, ARRIVALS, "filter", NftMessages.PRE_ROUTING, FIRST));
        requests.add(messages.addChain(ipv6, DEPARTURES, "filter", NftMessages.POST_ROUTING, LAST));
        entries(messages, overlay, ranges, ipv6).forEach(entry -> requests.add(entry.message()));
      }
    }
    messages.transact(socket, requests);
  }

  /** All rules of a family, chain by chain. What is no business of theirs passes after one. */
  private static List<Entry> entries(
      NftMessages messages, String overlay, List<AliasRange> ranges, boolean ipv6) {
    List<Entry> entries = new ArrayList<>();
    if (ranges.isEmpty()) {
      return entries;
    }
    for (AliasRange range : ranges) {
      for (int[] types : errors(ipv6)) {
        add(
            entries,
            "errors about " + in(range),
            messages
                .addRule(ipv6, ERRORS_IN)
                .matchIcmpErrors(types[0], types[1])
                .translateInnerSource(range.alias(), range.range()));
      }
    }
    for (AliasRange range : ranges) {
      for (int[] types : errors(ipv6)) {
        add(
            entries,
            "errors about " + out(range),
            messages
                .addRule(ipv6, ERRORS_OUT)
                .matchIcmpErrors(types[0], types[1])
                .translateInnerDestination(range.range(), range.alias()));
      }
    }
    add(
        entries,
        "in by " + overlay,
        messages.addRule(ipv6, ARRIVALS).matchInputNot(overlay).accept());
    add(entries, "errors", messages.addRule(ipv6, ARRIVALS).matchIcmp().jump(ERRORS_IN));
    for (AliasRange range : ranges) {
      add(
          entries,
          in(range),
          messages
              .addRule(ipv6, ARRIVALS)
              .matchDestination(range.alias())
              .translateDestination(range.range()));
    }
    add(
        entries,
        "out by " + overlay,
        messages.addRule(ipv6, DEPARTURES).matchOutputNot(overlay).accept());
    add(entries, "errors", messages.addRule(ipv6, DEPARTURES).matchIcmp().jump(ERRORS_OUT));
    for (AliasRange range : ranges) {
      add(
          entries,
          out(range),
          messages
              .addRule(ipv6, DEPARTURES)
              .matchSource(range.range())
              .translateSource(range.alias()));
    }
    return entries;
  }

  private static void add(List<Entry> entries, String comment, NftMessages.Rule rule) {
    entries.add(new Entry(comment, rule.finish(comment)));
  }

  private static String in(AliasRange range) {
    return "%s is %s".formatted(range.alias(), range.range());
  }

  private static String out(AliasRange range) {
    return "%s as %s".formatted(range.range(), range.alias());
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
