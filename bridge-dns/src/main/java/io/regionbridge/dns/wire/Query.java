package io.regionbridge.dns.wire;

import org.xbill.DNS.DClass;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Type;

/**
 * A DNS query parsed in place: where its parts are, and its name folded for look-up. One object
 * serves an event loop for ever; {@link #parse} overwrites all of it. Not thread-safe.
 *
 * <p>Format: RFC 1035 section 4, EDNS RFC 6891, cookies RFC 7873.
 */
public final class Query {
  /** Octets of a message's header. */
  public static final int HEADER = 12;

  /** Longest name in wire form (RFC 1035 section 2.3.4). */
  public static final int MAX_NAME = 255;

  /** Largest UDP payload that the bridge sends or asks for: fits any path without fragments. */
  public static final int MAX_UDP = 1232;

  /** Largest UDP payload to a client that speaks no EDNS (RFC 1035 section 4.2.1). */
  public static final int CLASSIC_UDP = 512;

  static final int MAX_LABELS = 128;

  /** The result of {@link #parse}. */
  public enum Verdict {
    /** A query that can be answered. */
    OK,
    /** Nothing to answer: too short for a header, or itself a response (never answer an answer). */
    IGNORE,
    /** Malformed: answer FORMERR. */
    FORMAT_ERROR,
    /** An opcode other than QUERY: answer NOTIMP. */
    NOT_IMPLEMENTED,
    /** An EDNS version other than 0: answer BADVERS (RFC 6891 section 6.1.3). */
    BAD_VERSION,
    /** No question, only a cookie: the client wants a server cookie (RFC 7873 section 5.4). */
    COOKIE_ONLY,
    /**
     * A class other than IN, or a type that is no question of data (transfers, OPT and their like).
     */
    REFUSED
  }

  private byte[] packet = new byte[0];
  private final byte[] folded = new byte[MAX_NAME + 8 + 1];
  private final int[] labels = new int[MAX_LABELS];
  private int length;
  private int labelCount;
  private int nameLength;
  private int questionEnd;
  private int type;
  private long nameHash;

  private boolean edns;
  private boolean dnssecOk;
  private boolean relayed;
  private boolean fromSibling;
  private boolean probe;
  private boolean padded;
  private int udpSize;
  private int cookieAt;
  private int cookieLength;

  /**
   * Reads the packet of {@code length} octets at the start of {@code bytes}, and keeps a reference
   * to the array until the next call.
   */
  public Verdict parse(byte[] bytes, int length) {
    this.packet = bytes;
    this.length = length;
    questionEnd = HEADER;
    nameLength = 0;
    labelCount = 0;
    type = 0;
    nameHash = 0;
    edns = false;
    dnssecOk = false;
    relayed = false;
    fromSibling = false;
    probe = false;
    padded = false;
    udpSize = CLASSIC_UDP;
    cookieAt = 0;
    cookieLength = 0;
    if (length < HEADER || (bytes[2] & 0x80) != 0) {
      return Verdict.IGNORE;
    }
    if ((bytes[2] >> 3 & 0xF) != Opcode.QUERY) {
      return Verdict.NOT_IMPLEMENTED;
    }
    int questions = Octets.get16(bytes, 4);
    int others = Octets.get32(bytes, 6);
    // Answers or authorities have no place in a query; two questions have no agreed meaning (RFC
    // 9619).
    if (questions > 1 || others != 0) {
      return Verdict.FORMAT_ERROR;
    }
    if (questions == 1 && !parseQuestion()) {
      questionEnd = HEADER;
      return Verdict.FORMAT_ERROR;
    }
    Verdict additional = parseAdditional(Octets.get16(bytes, 10));
    if (additional != Verdict.OK) {
      return additional;
    }
    if (questions == 0) {
      return cookieLength > 0 ? Verdict.COOKIE_ONLY : Verdict.FORMAT_ERROR;
    }
    boolean transferOrMeta = type == Type.OPT || (type >= 128 && type <= 254);
    return Octets.get16(bytes, questionEnd - 2) != DClass.IN || transferOrMeta
        ? Verdict.REFUSED
        : Verdict.OK;
  }

  private boolean parseQuestion() {
    int at = HEADER;
    int count = 0;
    while (true) {
      if (at >= length) {
        return false;
      }
      int label = packet[at];
      if (label == 0) {
        break;
      }
      // A pointer (0xC0) cannot be right in the first name of a message; other high bits are
      // reserved.
      if (label < 0 || label > 63 || count == MAX_LABELS) {
        return false;
      }
      labels[count++] = at - HEADER;
      at += 1 + label;
    }
    int end = at + 1;
    int octets = end - HEADER;
    if (octets > MAX_NAME || end + 4 > length) {
      return false;
    }
    labelCount = count;
    nameLength = octets;
    fold(octets);
    nameHash = NameHash.of(folded, 0, octets);
    type = Octets.get16(packet, end);
    questionEnd = end + 4;
    return true;
  }

  private void fold(int octets) {
    int i = 0;
    for (; i + 8 <= octets; i += 8) {
      Octets.put64(folded, i, Octets.fold(Octets.get64(packet, HEADER + i)));
    }
    for (; i < octets; i++) {
      folded[i] = (byte) Octets.fold(packet[HEADER + i]);
    }
  }

  private Verdict parseAdditional(int records) {
    int at = questionEnd;
    boolean versionKnown = true;
    for (int i = 0; i < records; i++) {
      int name = Names.skip(packet, at, length);
      if (name < 0 || name + 10 > length) {
        return Verdict.FORMAT_ERROR;
      }
      int data = Octets.get16(packet, name + 8);
      int end = name + 10 + data;
      if (end > length) {
        return Verdict.FORMAT_ERROR;
      }
      if (Octets.get16(packet, name) == Type.OPT) {
        // One OPT, owned by the root (RFC 6891 section 6.1.1).
        if (edns || name != at + 1) {
          return Verdict.FORMAT_ERROR;
        }
        edns = true;
        udpSize = Math.max(CLASSIC_UDP, Octets.get16(packet, name + 2));
        dnssecOk = (packet[name + 6] & 0x80) != 0;
        versionKnown = packet[name + 5] == 0;
        // What follows a version that we do not know may not be options as we know them.
        if (versionKnown && !parseOptions(name + 10, end)) {
          return Verdict.FORMAT_ERROR;
        }
      }
      at = end;
    }
    if (at != length) {
      return Verdict.FORMAT_ERROR;
    }
    return versionKnown ? Verdict.OK : Verdict.BAD_VERSION;
  }

  private boolean parseOptions(int from, int end) {
    int at = from;
    while (at < end) {
      if (at + 4 > end) {
        return false;
      }
      int code = Octets.get16(packet, at);
      int octets = Octets.get16(packet, at + 2);
      at += 4;
      if (at + octets > end) {
        return false;
      }
      if (code == EdnsOption.COOKIE && cookieLength == 0) {
        // A client cookie of 8 octets, alone or with a server cookie of 8 to 32 (RFC 7873 section
        // 4).
        if (octets != 8 && (octets < 16 || octets > 40)) {
          return false;
        }
        cookieAt = at;
        cookieLength = octets;
      } else if (code == EdnsOption.RELAYED) {
        byte mark = octets == 1 ? packet[at] : 0;
        probe = mark == EdnsOption.PROBE || mark == EdnsOption.PROBE_BY_SIBLING;
        if (mark == EdnsOption.FOR_SIBLING || mark == EdnsOption.PROBE_BY_SIBLING) {
          fromSibling = true;
        } else {
          relayed = true;
        }
      } else if (code == EdnsOption.PADDING) {
        padded = true;
      }
      at += octets;
    }
    return true;
  }

  /** The packet's octets, as given to {@link #parse}. */
  public byte[] packet() {
    return packet;
  }

  /** Octets of the packet. */
  public int length() {
    return length;
  }

  /** The message ID. */
  public int id() {
    return Octets.get16(packet, 0);
  }

  /** The 16 bits of flags, opcode and rcode of the header. */
  public int flags() {
    return Octets.get16(packet, 2);
  }

  /**
   * The name of the question in wire form, ASCII capitals made small. Valid for {@link #nameLength}
   * octets.
   */
  public byte[] name() {
    return folded;
  }

  /** Octets of the name, the root's included: 1 to 255. */
  public int nameLength() {
    return nameLength;
  }

  /** Labels of the name, the root not counted. */
  public int labelCount() {
    return labelCount;
  }

  /**
   * Where label {@code i} begins in the name, 0 being the leftmost; the root's octet for {@code
   * labelCount()}.
   */
  public int labelAt(int i) {
    return i == labelCount ? nameLength - 1 : labels[i];
  }

  /** The hash of the folded name. */
  public long nameHash() {
    return nameHash;
  }

  /** The record type that is asked for. */
  public int type() {
    return type;
  }

  /** Where the question ends in the packet; the header's end when there is no readable question. */
  public int questionEnd() {
    return questionEnd;
  }

  /**
   * Whether the name came with capitals in it (or other octets that folding changes), to be
   * answered as it came.
   */
  public boolean mixedCase() {
    for (int i = 0; i < nameLength; i++) {
      if (folded[i] != packet[HEADER + i]) {
        return true;
      }
    }
    return false;
  }

  /** Whether the query carries an OPT record. */
  public boolean edns() {
    return edns;
  }

  /** The DO bit (RFC 3225), to be copied to the reply. */
  public boolean dnssecOk() {
    return dnssecOk;
  }

  /** Whether another bridge asks only to learn whether this one answers. */
  public boolean probe() {
    return probe;
  }

  /** Whether another bridge relays this query for its clients. */
  public boolean relayed() {
    return relayed;
  }

  /** Whether another bridge of the own region asks because it reaches no gateway itself. */
  public boolean fromSibling() {
    return fromSibling;
  }

  /** Whether the query is padded, and so the reply has to be (RFC 7830 section 4). */
  public boolean padded() {
    return padded;
  }

  /** Octets that the client takes over UDP: 512 without EDNS; never more than {@link #MAX_UDP}. */
  public int udpSize() {
    return Math.min(udpSize, MAX_UDP);
  }

  /**
   * Where the cookie option's data begins in the packet; meaningful when {@link #cookieLength} is
   * not 0.
   */
  public int cookieAt() {
    return cookieAt;
  }

  /** Octets of the cookie option's data: 0 (none), 8 (client's only) or 16 to 40. */
  public int cookieLength() {
    return cookieLength;
  }
}
