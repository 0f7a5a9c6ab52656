package io.regionbridge.dns.wire;

import java.util.Arrays;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Type;

/**
 * The body of a reply from upstream, inspected in place: what follows the question, without OPT,
 * fit to be copied behind the same question in another message. One object serves an event loop for
 * ever. Not thread-safe; allocates nothing once its arrays have grown.
 *
 * <p>Compression pointers stay valid because the body keeps its place: the header and the question
 * before it have the same length in every message that it is copied to.
 */
public final class Reply {
  /** Whom the records may speak for and where addresses may point. */
  public interface Bounds {
    /** Whether a record may be owned by this folded name of {@code length} octets. */
    boolean ownerAllowed(byte[] name, int length);

    /** Whether an address record may point at the IPv4 address. */
    boolean addressAllowed(int ipv4);

    /** Whether an address record may point at the IPv6 address with these halves. */
    boolean addressAllowed(long high, long low);
  }

  /** What {@link #inspect} found. */
  public enum Verdict {
    /** Every record may be passed on. */
    CLEAN,
    /** Records outside the peer's zone have to be dropped: see {@link ReplyFilter}. */
    FOREIGN_RECORDS,
    /** An address outside the peer's ranges: the reply as a whole is not to be believed. */
    FOREIGN_ADDRESS,
    /** Not a well-formed message. */
    MALFORMED
  }

  private byte[] message = new byte[0];
  private int rcode;
  private int bodyAt;
  private int bodyEnd;
  private int additionalAt;
  private int answers;
  private int authorities;
  private int additionals;
  private int[] ttls = new int[64];
  private int ttlCount;
  private long minTtl;
  private long negativeTtl;
  private int runAt;
  private int runCount;
  private int runStride;
  private int runHead;
  private boolean optInside;
  private int optAt;
  private int cookieAt;
  private int cookieLength;
  private final byte[] owner = new byte[Query.MAX_NAME];
  private final byte[] target = new byte[Query.MAX_NAME];

  /**
   * Walks all records of the reply.
   *
   * @param message the reply, whose header and question were already matched with what was asked
   * @param length its octets
   * @param questionEnd where its question ends
   */
  public Verdict inspect(byte[] message, int length, int questionEnd, Bounds bounds) {
    this.message = message;
    rcode = message[3] & 0xF;
    answers = Octets.get16(message, 6);
    authorities = Octets.get16(message, 8);
    additionals = Octets.get16(message, 10);
    bodyAt = questionEnd;
    ttlCount = 0;
    minTtl = Integer.MAX_VALUE;
    negativeTtl = -1;
    runCount = 0;
    runStride = 0;
    optAt = -1;
    optInside = false;
    cookieLength = 0;
    additionalAt = -1;
    int total = answers + authorities + additionals;
    boolean foreign = false;
    boolean astray = false;
    int at = questionEnd;
    for (int i = 0; i < total; i++) {
      if (i == answers + authorities) {
        additionalAt = at;
      }
      int ownerLength = Names.expand(message, at, length, owner);
      int fixed = ownerLength < 0 ? -1 : Names.skip(message, at, length);
      if (fixed < 0 || fixed + 10 > length) {
        return Verdict.MALFORMED;
      }
      int type = Octets.get16(message, fixed);
      int data = fixed + 10;
      int end = data + Octets.get16(message, fixed + 8);
      if (end > length) {
        return Verdict.MALFORMED;
      }
      if (type == Type.OPT) {
        if (i < answers + authorities || optAt >= 0 || !parseOptions(data, end)) {
          return Verdict.MALFORMED;
        }
        optAt = at;
        optInside = i < total - 1;
      } else {
        if (!dataWellFormed(type, data, end, length)) {
          return Verdict.MALFORMED;
        }
        boolean ours =
            Octets.get16(message, fixed + 2) == DClass.IN
                && bounds.ownerAllowed(owner, ownerLength);
        foreign |= !ours;
        astray |= ours && !addressAllowed(type, data, bounds);
        noteTtl(type, fixed, end, i);
        noteRun(type, at, fixed, end, i);
      }
      at = end;
    }
    if (at != length) {
      return Verdict.MALFORMED;
    }
    if (additionalAt < 0) {
      additionalAt = at;
    }
    bodyEnd = optAt >= 0 && !optInside ? optAt : at;
    if (optAt >= 0) {
      additionals--;
      rcode |= (message[Names.skip(message, optAt, length) + 4] & 0xFF) << 4;
    }
    if (astray) {
      return Verdict.FOREIGN_ADDRESS;
    }
    return foreign || optInside ? Verdict.FOREIGN_RECORDS : Verdict.CLEAN;
  }

  private boolean parseOptions(int from, int end) {
    int at = from;
    while (at < end) {
      if (at + 4 > end) {
        return false;
      }
      int octets = Octets.get16(message, at + 2);
      if (at + 4 + octets > end) {
        return false;
      }
      if (Octets.get16(message, at) == EdnsOption.COOKIE) {
        cookieAt = at + 4;
        cookieLength = octets;
      }
      at += 4 + octets;
    }
    return true;
  }

  /** Data with names or of fixed size is looked into, so that nothing malformed is passed on. */
  private boolean dataWellFormed(int type, int data, int end, int length) {
    return switch (type) {
      case Type.A -> end - data == 4;
      case Type.AAAA -> end - data == 16;
      case Type.CNAME, Type.NS, Type.PTR, Type.DNAME -> nameFills(data, end, length);
      case Type.MX -> end - data > 2 && nameFills(data + 2, end, length);
      case Type.SRV -> end - data > 6 && nameFills(data + 6, end, length);
      case Type.SOA -> soaWellFormed(data, end, length);
      default -> true;
    };
  }

  private boolean nameFills(int at, int end, int length) {
    return Names.expand(message, at, length, target) > 0 && Names.skip(message, at, length) == end;
  }

  private boolean soaWellFormed(int data, int end, int length) {
    int second =
        Names.expand(message, data, length, target) < 0 ? -1 : Names.skip(message, data, length);
    if (second < 0 || Names.expand(message, second, length, target) < 0) {
      return false;
    }
    return Names.skip(message, second, length) + 20 == end;
  }

  private boolean addressAllowed(int type, int data, Bounds bounds) {
    return switch (type) {
      case Type.A -> bounds.addressAllowed(Octets.get32(message, data));
      case Type.AAAA ->
          bounds.addressAllowed(Octets.get64(message, data), Octets.get64(message, data + 8));
      default -> true;
    };
  }

  private void noteTtl(int type, int fixed, int end, int index) {
    if (ttlCount == ttls.length) {
      ttls = Arrays.copyOf(ttls, ttlCount * 2);
    }
    ttls[ttlCount++] = fixed + 4;
    // A TTL with its highest bit set counts as 0 (RFC 2181 section 8).
    long ttl = Math.max(0, Octets.get32(message, fixed + 4));
    minTtl = Math.min(minTtl, ttl);
    boolean authority = index >= answers && index < answers + authorities;
    if (authority && type == Type.SOA) {
      negativeTtl = Math.min(ttl, Octets.get32(message, end - 4) & 0xFFFF_FFFFL);
    }
  }

  /**
   * Finds the first run of addresses in the answer that can be rotated: records of one type whose
   * owners are the same octets, so that a pointer into any of them still finds the same name.
   */
  private void noteRun(int type, int at, int fixed, int end, int index) {
    if (index >= answers || type != Type.A && type != Type.AAAA) {
      return;
    }
    // Owner and type.
    int head = fixed + 2 - at;
    boolean joins =
        runCount > 0
            && runStride == end - at
            && runAt + runCount * runStride == at
            && head == runHead
            && Names.equal(message, runAt, message, at, head);
    if (joins) {
      runCount++;
    } else if (runCount < 2) {
      runAt = at;
      runCount = 1;
      runStride = end - at;
      runHead = head;
    }
  }

  /** The message that was inspected. */
  public byte[] message() {
    return message;
  }

  /** The reply's rcode, with the upper bits of EDNS. */
  public int rcode() {
    return rcode;
  }

  /** Where the body begins in the message: right behind the question. */
  public int bodyAt() {
    return bodyAt;
  }

  /** Where the body ends; OPT is behind it. */
  public int bodyEnd() {
    return bodyEnd;
  }

  /** Where the additional records begin. */
  public int additionalAt() {
    return Math.min(additionalAt, bodyEnd);
  }

  /** Records in the answer section. */
  public int answers() {
    return answers;
  }

  /** Records in the authority section. */
  public int authorities() {
    return authorities;
  }

  /** Records in the additional section, OPT not counted. */
  public int additionals() {
    return additionals;
  }

  /** Records whose TTL counts down. */
  public int ttlCount() {
    return ttlCount;
  }

  /** Where the TTL of record {@code i} lies in the message. */
  public int ttlAt(int i) {
    return ttls[i];
  }

  /** The smallest TTL of all records, in seconds. */
  public long minTtl() {
    return minTtl;
  }

  /**
   * Seconds for which the SOA lets a negative answer be kept (RFC 2308 section 5), or -1 without
   * SOA.
   */
  public long negativeTtl() {
    return negativeTtl;
  }

  /** Where the run of address records begins that can be rotated. */
  public int runAt() {
    return runAt;
  }

  /** Records in that run. */
  public int runCount() {
    return runCount;
  }

  /** Octets of each record in that run. */
  public int runStride() {
    return runStride;
  }

  /** Where the cookie option's data begins. */
  public int cookieAt() {
    return cookieAt;
  }

  /** Octets of the cookie option's data; 0 if there is none. */
  public int cookieLength() {
    return cookieLength;
  }
}
