package io.regionbridge.dns.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SVCBBase;
import org.xbill.DNS.Type;

/**
 * What is believed of a reply from upstream (RFC 5452 section 6, RFC 2181 section 5.4.1): the chain
 * that leads from the question's name through CNAMEs, and the records of the asked type at its end;
 * where there are none, the SOA that says for how long. All else is neither passed on nor kept.
 *
 * <p>{@link #inspect} writes these records anew, behind a copy of the question: names in full, each
 * owner a pointer to where its name stands, the question's or that of the alias before. So whatever
 * the message was like, the body is well-formed, and the addresses in it can be rotated.
 *
 * <p>Reading is bounded: {@value #MOST_RECORDS} records, as many as addresses fit into a message,
 * and the steps that {@link MessageNames} grants. One object serves an event loop for ever. Not
 * thread-safe; allocates nothing once its arrays have grown.
 */
public final class Reply {
  /** Most records of a message. */
  public static final int MOST_RECORDS = 4_096;

  /** Octets of a record between its owner and its data. */
  private static final int FIXED = 10;

  /** A compression pointer to the question's name. */
  private static final int QUESTION = 0xC000 | Query.HEADER;

  private static final int NOWHERE = -1;

  /** The names and addresses that a reply may contain. */
  public interface Bounds {
    /** Whether a record may be owned by this folded name of {@code length} octets. */
    boolean ownerAllowed(byte[] name, int length);

    /** Whether an address record may point at the IPv4 address. */
    boolean addressAllowed(int ipv4);

    /** Whether an address record may point at the IPv6 address with these halves. */
    boolean addressAllowed(long high, long low);
  }

  /** The result of {@link #inspect}. */
  public enum Verdict {
    /** The body may be passed on and kept. */
    BELIEVED,
    /** There were addresses, but none that may be believed. */
    CONTAINED,
    /** There were records, but none that answer the question. */
    UNRELATED,
    /** The aliases lead in a circle, or are more than {@link AliasChain#MOST}. */
    ALIAS_LOOP,
    /** More records or more pointers than a message may have. */
    TOO_COMPLEX,
    /** Not a well-formed message. */
    MALFORMED
  }

  private final MessageNames names = new MessageNames();
  private byte[] message = new byte[0];
  private int length;

  /** What is read of the message. */
  private int rcode;

  private int answers;

  /** Where the records of the answer section begin, and where their owners end. */
  private int[] places = new int[64];

  private int[] owners = new int[64];
  private int answersInClass;
  private int soaAt;
  private boolean opt;
  private int cookieAt;
  private int cookieLength;
  private int errorAt;
  private int errorLength;

  /** The name that the chain has led to, folded, and the pointer to it. */
  private final byte[] current = new byte[Query.MAX_NAME];

  private int currentLength;
  private int currentPointer;

  /** What is written. */
  private byte[] out = new byte[1024];

  private int bodyAt;
  private int at;
  private int aliases;
  private boolean leaves;
  private int found;
  private int authorities;
  private int dropped;
  private final int[] aliasEnds = new int[AliasChain.MOST + 1];
  private int[] ttls = new int[64];
  private int ttlCount;
  private long minTtl;
  private long negativeTtl;
  private int runAt;
  private int runStride;

  /** Where records that were found are, by the hash of their data; 0 where none is. */
  private int[] slots = new int[64];

  /**
   * Reads the reply.
   *
   * @param message its header and question match what was asked; only cookie and extended error are
   *     read from it after the call
   * @param questionEnd where its question ends; its name is folded
   */
  public Verdict inspect(byte[] message, int length, int questionEnd, Bounds bounds) {
    this.message = message;
    this.length = length;
    names.of(message, length);
    bodyAt = questionEnd;
    at = questionEnd;
    aliases = 0;
    leaves = false;
    found = 0;
    authorities = 0;
    dropped = 0;
    ttlCount = 0;
    minTtl = Integer.MAX_VALUE;
    negativeTtl = NOWHERE;
    runAt = questionEnd;
    runStride = 0;
    Verdict structure = readStructure(questionEnd);
    if (structure != Verdict.BELIEVED || rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      return structure;
    }
    ensureRoom(Query.HEADER + Query.MAX_NAME + 4);
    System.arraycopy(message, 0, out, 0, questionEnd);
    Verdict verdict = believe(questionEnd, bounds);
    return names.exhausted() ? Verdict.TOO_COMPLEX : verdict;
  }

  // The message.

  /** Walks all records, whose names are skipped and not followed. */
  private Verdict readStructure(int questionEnd) {
    rcode = message[3] & 0xF;
    answers = Octets.get16(message, 6);
    int authority = answers + Octets.get16(message, 8);
    int total = authority + Octets.get16(message, 10);
    answersInClass = 0;
    soaAt = NOWHERE;
    opt = false;
    cookieLength = 0;
    errorLength = 0;
    if (total > MOST_RECORDS) {
      return Verdict.TOO_COMPLEX;
    }
    int i = questionEnd;
    for (int record = 0; record < total; record++) {
      int fixed = Names.skip(message, i, length);
      if (fixed < 0 || fixed + FIXED > length) {
        return Verdict.MALFORMED;
      }
      int type = Octets.get16(message, fixed);
      boolean internet = Octets.get16(message, fixed + 2) == DClass.IN;
      int end = fixed + FIXED + Octets.get16(message, fixed + 8);
      if (end > length) {
        return Verdict.MALFORMED;
      }
      if (type == Type.OPT) {
        if (record < authority || opt || !parseOptions(fixed + FIXED, end)) {
          return Verdict.MALFORMED;
        }
        opt = true;
        rcode |= (message[fixed + 4] & 0xFF) << 4;
      } else if (internet && record < answers) {
        note(i, fixed);
      } else if (internet && record < authority && type == Type.SOA && soaAt < 0) {
        soaAt = i;
      }
      i = end;
    }
    return i == length ? Verdict.BELIEVED : Verdict.MALFORMED;
  }

  private void note(int place, int ownerEnd) {
    if (answersInClass == places.length) {
      places = Arrays.copyOf(places, places.length * 4);
      owners = Arrays.copyOf(owners, places.length);
    }
    places[answersInClass] = place;
    owners[answersInClass++] = ownerEnd;
  }

  private boolean parseOptions(int from, int end) {
    int i = from;
    while (i < end) {
      if (i + 4 > end) {
        return false;
      }
      int code = Octets.get16(message, i);
      int octets = Octets.get16(message, i + 2);
      i += 4;
      if (i + octets > end) {
        return false;
      }
      if (code == EdnsOption.COOKIE) {
        cookieAt = i;
        cookieLength = octets;
      } else if (code == EdnsOption.EXTENDED_ERROR && octets >= 2 && errorLength == 0) {
        errorAt = i;
        errorLength = octets;
      }
      i += octets;
    }
    return true;
  }

  // What of it is believed.

  private Verdict believe(int questionEnd, Bounds bounds) {
    int asked = Octets.get16(message, questionEnd - 4);
    currentLength = questionEnd - 4 - Query.HEADER;
    System.arraycopy(message, Query.HEADER, current, 0, currentLength);
    currentPointer = QUESTION;
    if (asked != Type.CNAME && asked != Type.ANY) {
      Verdict chain = followAliases(bounds);
      if (chain != Verdict.BELIEVED) {
        return chain;
      }
    }
    if (leaves) {
      // Whether the name exists that another has to answer for is not for this one to say.
      rcode = Rcode.NOERROR;
      return Verdict.BELIEVED;
    }
    if (rcode == Rcode.NOERROR && !copyFound(asked, bounds)) {
      return Verdict.MALFORMED;
    }
    if (found > 0) {
      return Verdict.BELIEVED;
    }
    if (dropped > 0) {
      return Verdict.CONTAINED;
    }
    if (soaAt >= 0 && !copySoa(bounds)) {
      return Verdict.MALFORMED;
    }
    boolean says = aliases > 0 || authorities > 0 || rcode == Rcode.NXDOMAIN || answers == 0;
    return says ? Verdict.BELIEVED : Verdict.UNRELATED;
  }

  private Verdict followAliases(Bounds bounds) {
    for (int record = alias(); record != NOWHERE; record = alias()) {
      if (aliases == AliasChain.MOST) {
        return Verdict.ALIAS_LOOP;
      }
      int data = at + 2 + FIXED;
      if (!copy(owners[record], currentPointer)) {
        return Verdict.MALFORMED;
      }
      currentLength = at - data;
      System.arraycopy(out, data, current, 0, currentLength);
      currentPointer = 0xC000 | data;
      if (seen()) {
        return Verdict.ALIAS_LOOP;
      }
      aliasEnds[aliases++] = data;
      if (!bounds.ownerAllowed(current, currentLength)) {
        leaves = true;
        return Verdict.BELIEVED;
      }
    }
    return Verdict.BELIEVED;
  }

  /** The first record that is an alias of the current name. */
  private int alias() {
    for (int record = 0; record < answersInClass; record++) {
      if (Octets.get16(message, owners[record]) == Type.CNAME
          && names.is(places[record], current, currentLength)) {
        return record;
      }
    }
    return NOWHERE;
  }

  /** Whether the chain was at the current name before. */
  private boolean seen() {
    if (is(Query.HEADER, bodyAt - 4)) {
      return true;
    }
    for (int i = 0; i < aliases; i++) {
      if (is(aliasEnds[i], aliasEnds[i] + Octets.get16(out, aliasEnds[i] - 2))) {
        return true;
      }
    }
    return false;
  }

  private boolean is(int from, int end) {
    return end - from == currentLength && Names.equal(out, from, current, 0, currentLength);
  }

  /**
   * Copies the records of the asked type at the end of the chain, each once (RFC 2181 section 5),
   * as many as fit.
   */
  private boolean copyFound(int asked, Bounds bounds) {
    runAt = at;
    int mask = clearSlots(answersInClass);
    int lastOwner = NOWHERE;
    boolean lastFits = false;
    for (int record = 0; record < answersInClass; record++) {
      int fixed = owners[record];
      int type = Octets.get16(message, fixed);
      if (type != asked && asked != Type.ANY) {
        continue;
      }
      // A run of records has the same pointer for an owner: no need to follow it again and again.
      int place = places[record];
      int owner = fixed == place + 2 ? Octets.get16(message, place) : NOWHERE;
      if (owner == NOWHERE || owner != lastOwner) {
        lastFits =
            owner == QUESTION && currentPointer == QUESTION
                || names.is(place, current, currentLength);
        lastOwner = owner;
      }
      if (!lastFits) {
        continue;
      }
      if (!addressAllowed(type, fixed, bounds)) {
        dropped++;
        continue;
      }
      int before = at;
      if (!copy(fixed, currentPointer)) {
        return false;
      }
      if (at > ReplyWriter.BODY_END) {
        at = before;
        ttlCount--;
        break;
      }
      if (repeats(before, mask)) {
        at = before;
        ttlCount--;
        continue;
      }
      found++;
    }
    if (asked == Type.A || asked == Type.AAAA) {
      runStride = found > 0 ? (at - runAt) / found : 0;
    }
    return true;
  }

  /** Makes room for twice as many records; returns what a hash is cut with. */
  private int clearSlots(int records) {
    int count = Integer.highestOneBit(Math.max(1, records)) << 2;
    if (slots.length < count) {
      slots = new int[count];
    } else {
      Arrays.fill(slots, 0, count, 0);
    }
    return count - 1;
  }

  /** Whether the record that was written last is there already; if not, it is from now on. */
  private boolean repeats(int record, int mask) {
    int data = record + FIXED;
    int octets = at - data;
    int type = Octets.get16(out, record + 2);
    int slot = (int) NameHash.withType(NameHash.of(out, data, octets), type) & mask;
    for (int other = slots[slot]; other > 0; other = slots[slot]) {
      int same = other + FIXED;
      if (Octets.get16(out, other + 2) == type
          && Arrays.equals(out, same, same + octets, out, data, at)) {
        return true;
      }
      slot = slot + 1 & mask;
    }
    slots[slot] = record;
    return false;
  }

  private boolean addressAllowed(int type, int fixed, Bounds bounds) {
    int data = fixed + FIXED;
    int octets = Octets.get16(message, fixed + 8);
    if (type == Type.A && octets == 4) {
      return bounds.addressAllowed(Octets.get32(message, data));
    }
    if (type == Type.AAAA && octets == 16) {
      return bounds.addressAllowed(Octets.get64(message, data), Octets.get64(message, data + 8));
    }
    return type != Type.HTTPS && type != Type.SVCB || hintsAllowed(data, data + octets, bounds);
  }

  /** The addresses that clients connect to without asking for them (RFC 9460 section 7.3). */
  private boolean hintsAllowed(int from, int end, Bounds bounds) {
    int i = from + 2 < end ? Names.skip(message, from + 2, end) : NOWHERE;
    while (i != NOWHERE && i + 4 <= end) {
      int key = Octets.get16(message, i);
      int next = i + 4 + Octets.get16(message, i + 2);
      int octets = key == SVCBBase.IPV4HINT ? 4 : key == SVCBBase.IPV6HINT ? 16 : 0;
      if (next > end) {
        return false;
      }
      for (int hint = i + 4; octets > 0 && hint < next; hint += octets) {
        if (hint + octets > next
            || !(octets == 4
                ? bounds.addressAllowed(Octets.get32(message, hint))
                : bounds.addressAllowed(
                    Octets.get64(message, hint), Octets.get64(message, hint + 8)))) {
          return false;
        }
      }
      i = next;
    }
    return i == end;
  }

  /** Copies the SOA of a negative answer (RFC 2308), if it may be believed. */
  private boolean copySoa(Bounds bounds) {
    ensureRoom(at + Query.MAX_NAME);
    int owner = names.expand(soaAt, out, at);
    if (owner < 0) {
      return false;
    }
    // The chain is at its end: its place is free.
    System.arraycopy(out, at, current, 0, owner);
    if (!bounds.ownerAllowed(current, owner)) {
      return true;
    }
    at += owner;
    if (!copyFields(Names.skip(message, soaAt, length))) {
      return false;
    }
    authorities = 1;
    long ttl = Math.max(0, Octets.get32(out, ttls[ttlCount - 1]));
    negativeTtl = Math.min(ttl, Octets.get32(out, at - 4) & 0xFFFF_FFFFL);
    return true;
  }

  private boolean copy(int fixed, int owner) {
    ensureRoom(at + 2);
    Octets.put16(out, at, owner);
    at += 2;
    return copyFields(fixed);
  }

  /** Copies all of a record but its owner. */
  private boolean copyFields(int fixed) {
    int octets = Octets.get16(message, fixed + 8);
    ensureRoom(at + FIXED + octets + 2 * Query.MAX_NAME);
    System.arraycopy(message, fixed, out, at, FIXED);
    noteTtl(at + 4);
    int data = at + FIXED;
    int written = copyData(Octets.get16(message, fixed), fixed + FIXED, octets, data);
    if (written < 0 || written > 0xFFFF) {
      return false;
    }
    Octets.put16(out, at + 8, written);
    at = data + written;
    return true;
  }

  /** Data that may hold compressed names (RFC 3597 section 4) is written with names in full. */
  private int copyData(int type, int from, int octets, int to) {
    return switch (type) {
      case Type.A -> copyOctets(from, octets, 4, to);
      case Type.AAAA -> copyOctets(from, octets, 16, to);
      case Type.CNAME, Type.NS, Type.PTR, Type.DNAME, Type.MB, Type.MG, Type.MR, Type.MD, Type.MF ->
          copyNames(from, octets, 0, 1, 0, to);
      case Type.MX, Type.AFSDB, Type.RT, Type.KX -> copyNames(from, octets, 2, 1, 0, to);
      case Type.SRV -> copyNames(from, octets, 6, 1, 0, to);
      case Type.MINFO, Type.RP -> copyNames(from, octets, 0, 2, 0, to);
      case Type.PX -> copyNames(from, octets, 2, 2, 0, to);
      case Type.SOA -> copyNames(from, octets, 0, 2, 20, to);
      default -> copyOctets(from, octets, octets, to);
    };
  }

  private int copyOctets(int from, int octets, int wanted, int to) {
    System.arraycopy(message, from, out, to, octets);
    return octets == wanted ? octets : NOWHERE;
  }

  /** Data of {@code before} octets, then so many names, then {@code after} octets. */
  private int copyNames(int from, int octets, int before, int count, int after, int to) {
    int end = from + octets;
    if (octets < before + count + after) {
      return NOWHERE;
    }
    System.arraycopy(message, from, out, to, before);
    int i = from + before;
    int p = to + before;
    for (int name = 0; name < count; name++) {
      int written = i < end ? names.expand(i, out, p) : NOWHERE;
      if (written < 0) {
        return NOWHERE;
      }
      p += written;
      i = Names.skip(message, i, length);
    }
    if (i + after != end) {
      return NOWHERE;
    }
    System.arraycopy(message, i, out, p, after);
    return p + after - to;
  }

  private void noteTtl(int place) {
    if (ttlCount == ttls.length) {
      ttls = Arrays.copyOf(ttls, ttlCount * 4);
    }
    ttls[ttlCount++] = place;
    // A TTL with its highest bit set counts as 0 (RFC 2181 section 8).
    minTtl = Math.min(minTtl, Math.max(0, Octets.get32(out, place)));
  }

  private void ensureRoom(int octets) {
    if (out.length < octets) {
      out = Arrays.copyOf(out, Integer.highestOneBit(octets) << 1);
    }
  }

  /** Where the body is, behind the question: not the message that was inspected. */
  public byte[] octets() {
    return out;
  }

  /** The rcode, with the upper bits of EDNS. */
  public int rcode() {
    return rcode;
  }

  /** Where the body begins: right behind the question. */
  public int bodyAt() {
    return bodyAt;
  }

  /** Where the body ends. */
  public int bodyEnd() {
    return at;
  }

  /** Records of the answer section: aliases, and what was found at their end. */
  public int answers() {
    return aliases + found;
  }

  /** Records of the asked type. */
  public int found() {
    return found;
  }

  /** Whether the last alias leads to a name outside the zone. */
  public boolean leavesZone() {
    return leaves;
  }

  /** Records of the authority section: the SOA of a negative answer, or none. */
  public int authorities() {
    return authorities;
  }

  /** Records with addresses that may not be believed, which are not in the body. */
  public int dropped() {
    return dropped;
  }

  /** Records whose TTL counts down. */
  public int ttlCount() {
    return ttlCount;
  }

  /** Where the TTL of record {@code i} lies. */
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
    return runStride > 0 ? found : 0;
  }

  /** Octets of each record in that run. */
  public int runStride() {
    return runStride;
  }

  /** Where the cookie option's data begins in the message. */
  public int cookieAt() {
    return cookieAt;
  }

  /** Octets of the cookie option's data; 0 if there is none. */
  public int cookieLength() {
    return cookieLength;
  }

  /** What the message says of itself by extended error; null if nothing. Allocates. */
  public @Nullable Explanation explanation() {
    return errorLength == 0 ? null : Explanation.read(message, errorAt, errorLength);
  }
}
