package io.regionbridge.router.netlink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An nftables table of our own, one for each address family, that keeps packets from being
 * masqueraded ({@code linux/netfilter/nf_tables.h}), by nfnetlink. Needs CAP_NET_ADMIN.
 *
 * <p>To accept a packet in one chain does not keep it from those of other tables at the same hook.
 * To translate its source address to what it is does: a connection is translated once. So the chain
 * stands right before the usual place of source NAT and says {@code snat to ip saddr}.
 */
public final class NatTable implements AutoCloseable {
  /** The name of the table. */
  public static final String NAME = "region-bridge";

  private static final String CHAIN = "keep-source";
  private static final int SUBSYSTEM = 10;
  private static final int BATCH_BEGIN = 16;
  private static final int BATCH_END = 17;
  private static final int NEW_TABLE = SUBSYSTEM << 8;
  private static final int DELETE_TABLE = SUBSYSTEM << 8 | 2;
  private static final int NEW_CHAIN = SUBSYSTEM << 8 | 3;
  private static final int NEW_RULE = SUBSYSTEM << 8 | 6;
  private static final int GET_RULE = SUBSYSTEM << 8 | 7;
  private static final int APPEND = 0x800;

  private static final int POST_ROUTING = 4;
  private static final int BEFORE_SOURCE_NAT = 99;
  private static final int ACCEPT = 1;

  private static final int RULE_TABLE = 1;
  private static final int RULE_CHAIN = 2;
  private static final int RULE_EXPRESSIONS = 4;
  private static final int RULE_USERDATA = 7;
  private static final int LIST_ELEMENT = 1;
  private static final int REGISTER = 1;
  private static final int NETWORK_HEADER = 1;
  private static final int COMMENT = 0;
  private static final int LONGEST_COMMENT = 128;

  private final NetlinkSocket socket;

  private NatTable(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static NatTable open() throws ErrnoException {
    return new NatTable(NetlinkSocket.open(NetlinkSocket.NETFILTER));
  }

  /** What is exempt now, in the words of {@link NatExemption#toString}; nothing without a table. */
  public List<String> exempt() throws ErrnoException {
    List<String> found = new ArrayList<>();
    for (int family : new int[] {LibC.AF_INET, LibC.AF_INET6}) {
      List<String> ofFamily = new ArrayList<>();
      try {
        socket.dump(
            header(GET_RULE, NetlinkMessage.DUMP, family, 0).string(RULE_TABLE, NAME),
            "listing the rules of table " + NAME,
            new NetlinkSocket.DumpAnswers() {
              @Override
              public void restart() {
                ofFamily.clear();
              }

              @Override
              public void take(NetlinkMessage message) throws MalformedMessageException {
                comment(message).ifPresent(ofFamily::add);
              }
            });
      } catch (ErrnoException e) {
        if (!e.errno().equals(Errno.ENOENT)) {
          throw e;
        }
      }
      found.addAll(ofFamily);
    }
    return found;
  }

  /** Exempts these and nothing else, in one step; with none, the tables are gone. */
  public void replace(List<NatExemption> exemptions) throws ErrnoException {
    List<MessageWriter> requests = new ArrayList<>();
    for (int family : new int[] {LibC.AF_INET, LibC.AF_INET6}) {
      List<NatExemption> ofFamily =
          exemptions.stream()
              .filter(e -> e.source().isIpv6() == (family == LibC.AF_INET6))
              .toList();
      // To delete what may not be there, it is made first.
      requests.add(table(NEW_TABLE, NetlinkMessage.CREATE, family));
      requests.add(table(DELETE_TABLE, 0, family));
      if (!ofFamily.isEmpty()) {
        requests.add(table(NEW_TABLE, NetlinkMessage.CREATE, family));
        requests.add(chain(family));
        ofFamily.forEach(exemption -> requests.add(rule(family, exemption)));
      }
    }
    socket.transaction(
        header(BATCH_BEGIN, 0, 0, SUBSYSTEM),
        requests,
        header(BATCH_END, 0, 0, SUBSYSTEM),
        "writing nftables table " + NAME);
  }

  @Override
  public void close() {
    socket.close();
  }

  /** {@code struct nfgenmsg}; the resource is in network byte order. */
  private static MessageWriter header(int type, int flags, int family, int resource) {
    return new MessageWriter(type, flags)
        .u8(family)
        .u8(0) // NFNETLINK_V0
        .u8(resource >>> 8)
        .u8(resource);
  }

  private static MessageWriter table(int type, int flags, int family) {
    return header(type, flags, family, 0).string(1, NAME);
  }

  private static MessageWriter chain(int family) {
    MessageWriter chain =
        header(NEW_CHAIN, NetlinkMessage.CREATE, family, 0).string(1, NAME).string(3, CHAIN);
    int hook = chain.nest(4);
    chain.be32(1, POST_ROUTING).be32(2, BEFORE_SOURCE_NAT).endNest(hook);
    return chain.be32(5, ACCEPT).string(7, "nat");
  }

  private static MessageWriter rule(int family, NatExemption exemption) {
    MessageWriter rule =
        header(NEW_RULE, NetlinkMessage.CREATE | APPEND, family, 0)
            .string(RULE_TABLE, NAME)
            .string(RULE_CHAIN, CHAIN);
    boolean ipv6 = family == LibC.AF_INET6;
    int octets = ipv6 ? 16 : 4;
    int sourceOffset = ipv6 ? 8 : 12;
    int expressions = rule.nest(RULE_EXPRESSIONS);
    within(rule, sourceOffset, octets, exemption.source());
    within(rule, sourceOffset + octets, octets, exemption.destination());
    payload(rule, sourceOffset, octets);
    int element = rule.nest(LIST_ELEMENT);
    rule.string(1, "nat");
    int data = rule.nest(2);
    rule.be32(1, 0).be32(2, family).be32(3, REGISTER).endNest(data);
    rule.endNest(element);
    rule.endNest(expressions);
    return rule.attribute(RULE_USERDATA, userdata(exemption.toString()));
  }

  /** Loads octets of the IP header into the register. */
  private static void payload(MessageWriter rule, int offset, int octets) {
    int element = rule.nest(LIST_ELEMENT);
    rule.string(1, "payload");
    int data = rule.nest(2);
    rule.be32(1, REGISTER).be32(2, NETWORK_HEADER).be32(3, offset).be32(4, octets).endNest(data);
    rule.endNest(element);
  }

  /** Goes on only if an address is in a range. */
  private static void within(MessageWriter rule, int offset, int octets, Cidr range) {
    payload(rule, offset, octets);
    int element = rule.nest(LIST_ELEMENT);
    rule.string(1, "bitwise");
    int data = rule.nest(2);
    rule.be32(1, REGISTER).be32(2, REGISTER).be32(3, octets);
    value(rule, 4, mask(range.prefixLength(), octets));
    value(rule, 5, new byte[octets]);
    rule.endNest(data);
    rule.endNest(element);
    element = rule.nest(LIST_ELEMENT);
    rule.string(1, "cmp");
    data = rule.nest(2);
    rule.be32(1, REGISTER).be32(2, 0); // equal
    value(rule, 3, range.network().getAddress());
    rule.endNest(data);
    rule.endNest(element);
  }

  private static void value(MessageWriter rule, int type, byte[] octets) {
    int nest = rule.nest(type);
    rule.attribute(1, octets).endNest(nest);
  }

  private static byte[] mask(int prefixLength, int octets) {
    byte[] mask = new byte[octets];
    for (int i = 0; i < prefixLength; i++) {
      mask[i / Byte.SIZE] |= (byte) (0x80 >>> i % Byte.SIZE);
    }
    return mask;
  }

  /** A comment as {@code nft} writes and shows it: type, length, text with a zero octet. */
  private static byte[] userdata(String comment) {
    byte[] text = (comment + "\0").getBytes(UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(COMMENT);
    out.write(text.length);
    out.writeBytes(text);
    return out.toByteArray();
  }

  static Optional<String> comment(NetlinkMessage message) throws MalformedMessageException {
    ByteBuffer payload = message.payload();
    if (message.type() != NEW_RULE || payload.limit() < 4) {
      return Optional.empty();
    }
    for (Attribute attribute :
        Attribute.parse(payload.duplicate().order(payload.order()).position(4))) {
      if (attribute.type() == RULE_USERDATA) {
        ByteBuffer data = attribute.value();
        if (data.limit() > 2 && data.get(0) == COMMENT) {
          int length = Math.min(Byte.toUnsignedInt(data.get(1)), data.limit() - 2);
          String text = UTF_8.decode(data.slice(2, Math.min(length, LONGEST_COMMENT))).toString();
          int end = text.indexOf('\0');
          return Optional.of(end < 0 ? text : text.substring(0, end));
        }
      }
    }
    return Optional.empty();
  }
}
