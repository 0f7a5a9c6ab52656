package io.regionbridge.router.netlink;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Messages for nftables ({@code linux/netfilter/nf_tables.h}) about one table, one for each address
 * family. Rules bear a comment, by which they are known again.
 */
final class NftMessages {
  static final int PRE_ROUTING = 0;
  static final int POST_ROUTING = 4;
  static final int INPUT = 1;
  static final int FORWARD = 2;

  private static final int SUBSYSTEM = 10;
  private static final int BATCH_BEGIN = 16;
  private static final int BATCH_END = 17;
  private static final int NEW_TABLE = SUBSYSTEM << 8;
  private static final int GET_TABLE = SUBSYSTEM << 8 | 1;
  private static final int DELETE_TABLE = SUBSYSTEM << 8 | 2;
  private static final int NEW_CHAIN = SUBSYSTEM << 8 | 3;
  private static final int GET_CHAIN = SUBSYSTEM << 8 | 4;
  private static final int NEW_RULE = SUBSYSTEM << 8 | 6;
  private static final int GET_RULE = SUBSYSTEM << 8 | 7;
  private static final int APPEND = 0x800;
  private static final int DROP = 0;
  private static final int ACCEPT = 1;
  private static final int JUMP = -3;
  private static final int VERDICT_REGISTER = 0;

  /** What {@link #readContents} says of a table that is there and not in force. */
  static final String DORMANT = "the table is dormant";

  private static final int TABLE_FLAGS = 2;
  private static final int TABLE_USE = 3;
  private static final int CHAIN_TABLE = 1;
  private static final int CHAIN_NAME = 3;
  private static final int CHAIN_POLICY = 5;
  private static final int RULE_TABLE = 1;
  private static final int RULE_CHAIN = 2;
  private static final int RULE_EXPRESSIONS = 4;
  private static final int RULE_USERDATA = 7;
  private static final int LIST_ELEMENT = 1;
  private static final int REGISTER = 1;
  private static final int NETWORK_HEADER = 1;
  private static final int TRANSPORT_HEADER = 2;
  private static final int EQUAL = 0;
  private static final int UNEQUAL = 1;
  private static final int AT_MOST = 3;
  private static final int GREATER = 4;
  private static final int AT_LEAST = 5;
  private static final int COMMENT = 0;
  private static final int LONGEST_COMMENT = 128;

  private static final int META_MARK = 3;
  private static final int META_IN_NAME = 6;
  private static final int META_OUT_NAME = 7;
  private static final int META_PROTOCOL = 16;
  private static final int CT_DIRECTION = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int DESTINATION_PORT_AT = 2;
  private static final int TCP_FLAGS_AT = 13;
  private static final int SYN = 2;
  private static final int SYN_AND_RST = 6;
  private static final int TCP_OPTION = 1;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final int ICMPV6_CHECKSUM_AT = 2;

  /** In an ICMP error, the packet that it is about begins here (RFC 792, RFC 4443). */
  private static final int INNER_AT = 8;

  private static final int IPV4_CHECKSUM_AT = 10;
  private static final int INTERNET_CHECKSUM = 1;
  private static final int PSEUDO_HEADER = 1;
  private static final int MAX_SEGMENT = 2;
  private static final int NAME_OCTETS = 16; // IFNAMSIZ

  private final String table;

  NftMessages(String table) {
    this.table = table;
  }

  /** One rule while it is written. Each step goes on only if what it compares is so. */
  final class Rule {
    private final MessageWriter rule;
    private final boolean ipv6;
    private final int expressions;

    private Rule(String chain, boolean ipv6) {
      this.ipv6 = ipv6;
      rule =
          header(NEW_RULE, NetlinkMessage.CREATE | APPEND, family(ipv6), 0)
              .string(RULE_TABLE, table)
              .string(RULE_CHAIN, chain);
      expressions = rule.nest(RULE_EXPRESSIONS);
    }

    Rule matchSource(Cidr range) {
      return matchRange(sourceAt(), range);
    }

    Rule matchDestination(Cidr range) {
      return matchRange(sourceAt() + octets(), range);
    }

    Rule matchInput(String interfaceName) {
      return loadMeta(META_IN_NAME).matchValue(name(interfaceName));
    }

    Rule matchOutput(String interfaceName) {
      return loadMeta(META_OUT_NAME).matchValue(name(interfaceName));
    }

    /** Matches packets in the reply direction of a tracked connection. */
    Rule matchReply() {
      int element = begin("ct");
      int data = rule.nest(2);
      rule.be32(1, REGISTER).be32(2, CT_DIRECTION).endNest(data);
      rule.endNest(element);
      return matchValue(new byte[] {1});
    }

    /** The first packet of each side of a TCP connection. */
    Rule matchTcpSyn() {
      loadMeta(META_PROTOCOL).matchValue(new byte[] {TCP});
      loadPayload(TRANSPORT_HEADER, TCP_FLAGS_AT, 1);
      applyMask(new byte[] {SYN_AND_RST}, new byte[1]);
      return matchValue(new byte[] {SYN});
    }

    /** Lowers the largest segment that the sender takes, and never raises it. */
    Rule limitSegment(int octets) {
      byte[] value = {(byte) (octets >>> 8), (byte) octets};
      int element = begin("exthdr");
      int data = rule.nest(2);
      rule.be32(1, REGISTER).u8(2, MAX_SEGMENT).be32(3, 2).be32(4, 2).be32(6, TCP_OPTION);
      rule.endNest(data);
      rule.endNest(element);
      compare(GREATER, value);
      element = begin("immediate");
      data = rule.nest(2);
      rule.be32(1, REGISTER);
      value(2, value);
      rule.endNest(data);
      rule.endNest(element);
      element = begin("exthdr");
      data = rule.nest(2);
      rule.u8(2, MAX_SEGMENT).be32(3, 2).be32(4, 2).be32(6, TCP_OPTION).be32(7, REGISTER);
      rule.endNest(data);
      rule.endNest(element);
      return this;
    }

    /** Sets some bits of the packet's mark. */
    Rule setMark(int value, int mask) {
      loadMeta(META_MARK);
      applyMask(host(~mask), host(value));
      int element = begin("meta");
      int data = rule.nest(2);
      rule.be32(2, META_MARK).be32(3, REGISTER).endNest(data);
      rule.endNest(element);
      return this;
    }

    /** Datagrams to a port. */
    Rule matchUdpPort(int port) {
      loadMeta(META_PROTOCOL).matchValue(new byte[] {UDP});
      loadPayload(TRANSPORT_HEADER, DESTINATION_PORT_AT, 2);
      return matchValue(new byte[] {(byte) (port >>> 8), (byte) port});
    }

    /** Goes on in another chain of the table. */
    Rule jump(String chain) {
      return setVerdict(JUMP, Optional.of(chain));
    }

    /** Lets the packet through this table. */
    Rule accept() {
      return setVerdict(ACCEPT, Optional.empty());
    }

    Rule drop() {
      return setVerdict(DROP, Optional.empty());
    }

    private Rule setVerdict(int code, Optional<String> chain) {
      int element = begin("immediate");
      int data = rule.nest(2);
      rule.be32(1, VERDICT_REGISTER);
      int value = rule.nest(2);
      int verdict = rule.nest(2);
      rule.be32(1, code);
      chain.ifPresent(name -> rule.string(2, name));
      rule.endNest(verdict);
      rule.endNest(value);
      rule.endNest(data);
      rule.endNest(element);
      return this;
    }

    /** Gives the packet the address of the interface that it leaves by. */
    Rule masquerade() {
      int element = begin("masq");
      rule.endNest(rule.nest(2));
      rule.endNest(element);
      return this;
    }

    /** Translates the source address to what it is. */
    Rule keepSource() {
      loadPayload(NETWORK_HEADER, sourceAt(), octets());
      int element = begin("nat");
      int data = rule.nest(2);
      rule.be32(1, 0).be32(2, family(ipv6)).be32(3, REGISTER).endNest(data);
      rule.endNest(element);
      return this;
    }

    /** Gives the source address another prefix; no connection is tracked for it. */
    Rule translateSource(Cidr to) {
      return translateAddress(sourceAt(), to);
    }

    /** The same for the destination address. */
    Rule translateDestination(Cidr to) {
      return translateAddress(sourceAt() + octets(), to);
    }

    Rule matchInputNot(String interfaceName) {
      loadMeta(META_IN_NAME);
      compare(UNEQUAL, name(interfaceName));
      return this;
    }

    Rule matchOutputNot(String interfaceName) {
      loadMeta(META_OUT_NAME);
      compare(UNEQUAL, name(interfaceName));
      return this;
    }

    Rule matchIcmp() {
      return loadMeta(META_PROTOCOL).matchValue(new byte[] {(byte) (ipv6 ? ICMPV6 : ICMP)});
    }

    /** Of ICMP, messages of some types, each of which has the packet in it that it is about. */
    Rule matchIcmpErrors(int first, int last) {
      loadPayload(TRANSPORT_HEADER, 0, 1);
      compare(AT_LEAST, new byte[] {(byte) first});
      compare(AT_MOST, new byte[] {(byte) last});
      return this;
    }

    /** Of an ICMP error, those about packets from a range, which then come from another one. */
    Rule translateInnerSource(Cidr from, Cidr to) {
      return translateInnerAddress(INNER_AT + sourceAt(), from, to);
    }

    /** Of an ICMP error, those about packets to a range, which then go to another one. */
    Rule translateInnerDestination(Cidr from, Cidr to) {
      return translateInnerAddress(INNER_AT + sourceAt() + octets(), from, to);
    }

    private Rule translateAddress(int at, Cidr to) {
      loadPayload(NETWORK_HEADER, at, octets());
      return replacePrefix(
          NETWORK_HEADER, at, to, ipv6 ? 0 : INTERNET_CHECKSUM, IPV4_CHECKSUM_AT, PSEUDO_HEADER);
    }

    /**
     * IPv4 headers have a checksum of their own: with that put right, the sum of the ICMP message
     * stays what it is. ICMPv6's own is put right.
     */
    private Rule translateInnerAddress(int at, Cidr from, Cidr to) {
      loadPayload(TRANSPORT_HEADER, at, octets());
      applyMask(prefix(from.prefixLength(), octets()), new byte[octets()]);
      matchValue(from.network().getAddress());
      loadPayload(TRANSPORT_HEADER, at, octets());
      return replacePrefix(
          TRANSPORT_HEADER,
          at,
          to,
          INTERNET_CHECKSUM,
          ipv6 ? ICMPV6_CHECKSUM_AT : INNER_AT + IPV4_CHECKSUM_AT,
          0);
    }

    /** Writes the address in the register back, its leading bits replaced. */
    private Rule replacePrefix(int base, int at, Cidr to, int checksum, int checksumAt, int flags) {
      byte[] host = prefix(to.prefixLength(), octets());
      for (int i = 0; i < host.length; i++) {
        host[i] = (byte) ~host[i];
      }
      applyMask(host, to.network().getAddress());
      int element = begin("payload");
      int data = rule.nest(2);
      rule.be32(2, base).be32(3, at).be32(4, octets()).be32(5, REGISTER);
      rule.be32(6, checksum).be32(7, checksum == 0 ? 0 : checksumAt).be32(8, flags);
      rule.endNest(data);
      rule.endNest(element);
      return this;
    }

    /** Ends the rule with the comment by which it is known again. */
    MessageWriter finish(String comment) {
      rule.endNest(expressions);
      return rule.attribute(RULE_USERDATA, userdata(comment));
    }

    private int sourceAt() {
      return ipv6 ? 8 : 12;
    }

    private int octets() {
      return ipv6 ? 16 : 4;
    }

    private Rule matchRange(int offset, Cidr range) {
      loadPayload(NETWORK_HEADER, offset, octets());
      applyMask(prefix(range.prefixLength(), octets()), new byte[octets()]);
      return matchValue(range.network().getAddress());
    }

    private void loadPayload(int base, int offset, int octets) {
      int element = begin("payload");
      int data = rule.nest(2);
      rule.be32(1, REGISTER).be32(2, base).be32(3, offset).be32(4, octets).endNest(data);
      rule.endNest(element);
    }

    private Rule loadMeta(int key) {
      int element = begin("meta");
      int data = rule.nest(2);
      rule.be32(1, REGISTER).be32(2, key).endNest(data);
      rule.endNest(element);
      return this;
    }

    private void applyMask(byte[] mask, byte[] xor) {
      int element = begin("bitwise");
      int data = rule.nest(2);
      rule.be32(1, REGISTER).be32(2, REGISTER).be32(3, mask.length);
      value(4, mask);
      value(5, xor);
      rule.endNest(data);
      rule.endNest(element);
    }

    private Rule matchValue(byte[] value) {
      compare(EQUAL, value);
      return this;
    }

    private void compare(int operator, byte[] value) {
      int element = begin("cmp");
      int data = rule.nest(2);
      rule.be32(1, REGISTER).be32(2, operator);
      value(3, value);
      rule.endNest(data);
      rule.endNest(element);
    }

    private void value(int type, byte[] octets) {
      int nest = rule.nest(type);
      rule.attribute(1, octets).endNest(nest);
    }

    private int begin(String expression) {
      int element = rule.nest(LIST_ELEMENT);
      rule.string(1, expression);
      return element;
    }
  }

  /** The table of a family, if it is there or not. */
  List<MessageWriter> remove(boolean ipv6) {
    // To delete what may not be there, it is made first.
    return List.of(create(ipv6), header(DELETE_TABLE, 0, family(ipv6), 0).string(1, table));
  }

  MessageWriter create(boolean ipv6) {
    return header(NEW_TABLE, NetlinkMessage.CREATE, family(ipv6), 0).string(1, table);
  }

  /**
   * A base chain that accepts by default.
   *
   * @param type {@code nat} or {@code filter}
   * @param priority lower runs earlier
   */
  MessageWriter addChain(boolean ipv6, String name, String type, int hook, int priority) {
    MessageWriter chain =
        header(NEW_CHAIN, NetlinkMessage.CREATE, family(ipv6), 0).string(1, table).string(3, name);
    int nest = chain.nest(4);
    chain.be32(1, hook).be32(2, priority).endNest(nest);
    return chain.be32(5, ACCEPT).string(7, type);
  }

  /** A chain that others jump to. */
  MessageWriter addChain(boolean ipv6, String name) {
    return header(NEW_CHAIN, NetlinkMessage.CREATE, family(ipv6), 0)
        .string(1, table)
        .string(3, name);
  }

  /** Begins a rule at the end of a chain. */
  Rule addRule(boolean ipv6, String chain) {
    return new Rule(chain, ipv6);
  }

  /** Carries requests out, all or none. */
  void transact(NetlinkSocket socket, List<MessageWriter> requests) throws ErrnoException {
    socket.transact(
        header(BATCH_BEGIN, 0, 0, SUBSYSTEM),
        requests,
        header(BATCH_END, 0, 0, SUBSYSTEM),
        "writing nftables table " + table);
  }

  /**
   * What is in the tables: the comment of each rule, empty for one without, and then what has been
   * changed of a table or of its chains, which no comment says. None without a table.
   */
  List<String> readContents(NetlinkSocket socket) throws ErrnoException {
    List<String> found = new ArrayList<>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      try {
        readContents(socket, ipv6, found);
      } catch (ErrnoException e) {
        if (!e.errno().equals(Errno.ENOENT)) {
          throw e;
        }
      }
    }
    return found;
  }

  private void readContents(NetlinkSocket socket, boolean ipv6, List<String> found)
      throws ErrnoException {
    List<String> comments = new ArrayList<>();
    Set<String> chains = new LinkedHashSet<>();
    socket.dump(
        header(GET_RULE, NetlinkMessage.DUMP, family(ipv6), 0).string(RULE_TABLE, table),
        "listing the rules of table " + table,
        new NetlinkSocket.DumpAnswers() {
          @Override
          public void restart() {
            comments.clear();
            chains.clear();
          }

          @Override
          public void take(NetlinkMessage message) throws MalformedMessageException {
            if (message.type() == NEW_RULE) {
              comments.add(comment(message).orElse(""));
              for (Attribute attribute : attributes(message)) {
                if (attribute.type() == RULE_CHAIN) {
                  chains.add(attribute.string());
                }
              }
            }
          }
        });
    found.addAll(comments);
    if (tableNumber(socket, ipv6, TABLE_FLAGS) > 0) {
      found.add(DORMANT);
    }
    if (tableNumber(socket, ipv6, TABLE_USE) > chains.size()) {
      chains.addAll(listChains(socket, ipv6)); // those without a rule too
    }
    for (String chain : chains) {
      MessageWriter request =
          header(GET_CHAIN, 0, family(ipv6), 0)
              .string(CHAIN_TABLE, table)
              .string(CHAIN_NAME, chain);
      int policy = number(socket, request, CHAIN_POLICY);
      if (policy >= 0 && policy != ACCEPT) {
        found.add("chain %s drops what no rule knows".formatted(chain));
      }
    }
  }

  private int tableNumber(NetlinkSocket socket, boolean ipv6, int type) throws ErrnoException {
    return number(socket, header(GET_TABLE, 0, family(ipv6), 0).string(1, table), type);
  }

  /** The kernel lists the chains of all tables of the family: not to be asked without need. */
  private Set<String> listChains(NetlinkSocket socket, boolean ipv6) throws ErrnoException {
    Set<String> names = new LinkedHashSet<>();
    socket.dump(
        header(GET_CHAIN, NetlinkMessage.DUMP, family(ipv6), 0),
        "listing the chains of table " + table,
        new NetlinkSocket.DumpAnswers() {
          @Override
          public void restart() {
            names.clear();
          }

          @Override
          public void take(NetlinkMessage message) throws MalformedMessageException {
            if (message.type() != NEW_CHAIN) {
              return;
            }
            String of = "";
            String name = "";
            for (Attribute attribute : attributes(message)) {
              switch (attribute.type()) {
                case CHAIN_TABLE -> of = attribute.string();
                case CHAIN_NAME -> name = attribute.string();
                default -> {} // numbers and hooks
              }
            }
            if (of.equals(table)) {
              names.add(name);
            }
          }
        });
    return names;
  }

  /** A number of a table or a chain; negative if it has none. */
  private int number(NetlinkSocket socket, MessageWriter request, int type) throws ErrnoException {
    int[] number = {-1};
    socket.request(
        request,
        "reading table " + table,
        message -> {
          for (Attribute attribute : attributes(message)) {
            if (attribute.type() == type) {
              number[0] = Integer.reverseBytes(attribute.u32());
            }
          }
        });
    return number[0];
  }

  /** Those behind {@code struct nfgenmsg}; none if it is not whole. */
  private static List<Attribute> attributes(NetlinkMessage message)
      throws MalformedMessageException {
    ByteBuffer payload = message.payload();
    return payload.limit() < 4
        ? List.of()
        : Attribute.parse(payload.duplicate().order(payload.order()).position(4));
  }

  /** {@code struct nfgenmsg}; the resource is in network byte order. */
  private static MessageWriter header(int type, int flags, int family, int resource) {
    return new MessageWriter(type, flags)
        .u8(family)
        .u8(0) // NFNETLINK_V0
        .u8(resource >>> 8)
        .u8(resource);
  }

  private static int family(boolean ipv6) {
    return ipv6 ? LibC.AF_INET6 : LibC.AF_INET;
  }

  /** Marks are compared and set as the machine has numbers. */
  private static byte[] host(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static byte[] name(String interfaceName) {
    return Arrays.copyOf(interfaceName.getBytes(US_ASCII), NAME_OCTETS);
  }

  private static byte[] prefix(int length, int octets) {
    byte[] mask = new byte[octets];
    for (int i = 0; i < length; i++) {
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
    if (message.type() != NEW_RULE) {
      return Optional.empty();
    }
    for (Attribute attribute : attributes(message)) {
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
