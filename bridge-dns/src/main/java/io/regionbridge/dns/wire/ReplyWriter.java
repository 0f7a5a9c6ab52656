package io.regionbridge.dns.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Type;

/**
 * Builds one reply at a time in an array of its own. One object serves an event loop for ever:
 * {@link #begin}, then the sections in their order, then {@link #finish}. Not thread-safe;
 * allocates nothing.
 *
 * <p>The reply fits what the client takes: over UDP with as many whole records as there is room
 * for, and TC if that is not all (RFC 2181 section 9); over TCP, where nobody could ask for the
 * rest, without TC.
 */
public final class ReplyWriter {
  /** Largest message, over TCP. */
  public static final int MAX_MESSAGE = 65_535;

  /** Where the last record ends at the latest: what is left of a message is for OPT. */
  public static final int BODY_END = MAX_MESSAGE - 128;

  /** Bits of the header's flags. */
  public static final int QR = 0x8000;

  /** Authoritative answer. */
  public static final int AA = 0x0400;

  /** Truncated. */
  public static final int TC = 0x0200;

  /** Recursion available. */
  public static final int RA = 0x0080;

  /**
   * What a reply copies of the query's flags: opcode, RD and CD (RFC 1035 section 4.1.1, RFC 4035
   * section 3.2.2).
   */
  private static final int COPIED = 0x7910;

  private static final int OPT_FIXED = 11;

  /** What replies are padded to a multiple of (RFC 8467 section 4.1). */
  private static final int PADDING_BLOCK = 468;

  private final byte[] out = new byte[MAX_MESSAGE + 1];
  private int questionEnd;
  private int at;
  private int answers;
  private int authorities;
  private int flags;
  private @Nullable Explanation explanation;
  private boolean padded;

  /** Starts the reply to a query, with its ID and its question as it was written. */
  public void begin(Query query, int rcode, int moreFlags) {
    int end = query.questionEnd();
    System.arraycopy(query.packet(), 0, out, 0, end);
    start(query.flags(), end, rcode, moreFlags);
  }

  /**
   * Starts a reply from a question that was kept: {@code length} octets of name, type and class.
   */
  public void begin(int id, int queryFlags, byte[] question, int length, int rcode, int moreFlags) {
    Octets.put16(out, 0, id);
    System.arraycopy(question, 0, out, Query.HEADER, length);
    start(queryFlags, Query.HEADER + length, rcode, moreFlags);
  }

  private void start(int queryFlags, int end, int rcode, int moreFlags) {
    flags = QR | queryFlags & COPIED | moreFlags | rcode & 0xF;
    questionEnd = end;
    at = end;
    answers = 0;
    authorities = 0;
    explanation = null;
    padded = false;
  }

  /** Changes the rcode that the reply began with; of four bits. */
  public void setRcode(int rcode) {
    flags = flags & ~0xF | rcode;
  }

  /** Takes back all records and explanations, and changes the rcode. */
  public void clear(int rcode) {
    setRcode(rcode);
    at = questionEnd;
    answers = 0;
    authorities = 0;
    explanation = null;
  }

  /** Where the question ends and the first record begins. */
  public int questionEnd() {
    return questionEnd;
  }

  /** Records in the answer section so far. */
  public int answers() {
    return answers;
  }

  /** Records in the authority section so far. */
  public int authorities() {
    return authorities;
  }

  /** Which of {@link #AA} and {@link #RA} the reply began with. */
  public int standing() {
    return flags & (AA | RA);
  }

  /** The explanation of the reply, or null. */
  public @Nullable Explanation explanation() {
    return explanation;
  }

  /** The array that replies are built in; sections are written to it at {@link #at}. */
  public byte[] out() {
    return out;
  }

  /** Where the next record goes. */
  public int at() {
    return at;
  }

  /** Says that answer records were written up to {@code end}. */
  public void answered(int end, int records) {
    at = end;
    answers += records;
  }

  /** Says that authority records were written up to {@code end}. */
  public void referred(int end, int records) {
    at = end;
    authorities += records;
  }

  /** Pads the reply to hide its length (RFC 7830), as far as the client's limit allows. */
  public void pad() {
    padded = true;
  }

  /** Explains the reply to clients that speak EDNS (RFC 8914). */
  public void explain(@Nullable Explanation why) {
    explanation = why;
  }

  /**
   * Completes the reply in {@link #out}, and returns its octets.
   *
   * @param limit octets that the client takes
   * @param edns whether the client sent OPT and so gets one
   * @param extendedRcode the whole rcode when it exceeds four bits (BADVERS), else 0
   * @param cookieLength octets of {@code cookies}, 0 for none
   */
  public int finish(
      int limit,
      boolean edns,
      boolean dnssecOk,
      int extendedRcode,
      byte[] cookies,
      int cookieLength) {
    int reserved = edns ? OPT_FIXED + (cookieLength > 0 ? 4 + cookieLength : 0) : 0;
    if (at + reserved > limit) {
      cut(limit - reserved);
      if (limit < MAX_MESSAGE) {
        flags |= TC;
      }
    }
    int opt = 0;
    if (edns) {
      opt = 1;
      writeOpt(limit, dnssecOk, extendedRcode, cookies, cookieLength);
    }
    Octets.put16(out, 2, flags);
    Octets.put16(out, 4, questionEnd > Query.HEADER ? 1 : 0);
    Octets.put16(out, 6, answers);
    Octets.put16(out, 8, authorities);
    Octets.put16(out, 10, opt);
    return at;
  }

  /** Keeps the records that end before {@code end}. */
  private void cut(int end) {
    int kept = 0;
    int records = answers + authorities;
    int written = at;
    at = questionEnd;
    while (kept < records) {
      int fixed = Names.skip(out, at, written);
      int next = fixed + 10 + Octets.get16(out, fixed + 8);
      if (next > end) {
        break;
      }
      at = next;
      kept++;
    }
    authorities = Math.max(0, kept - answers);
    answers = Math.min(answers, kept);
  }

  private void writeOpt(
      int limit, boolean dnssecOk, int extendedRcode, byte[] cookies, int cookieLength) {
    int p = at;
    out[p] = 0;
    Octets.put16(out, p + 1, Type.OPT);
    Octets.put16(out, p + 3, Query.MAX_UDP);
    Octets.put32(out, p + 5, (extendedRcode >> 4) << 24 | (dnssecOk ? 0x8000 : 0));
    int data = p + OPT_FIXED;
    if (cookieLength > 0) {
      Octets.put16(out, data, EdnsOption.COOKIE);
      Octets.put16(out, data + 2, cookieLength);
      System.arraycopy(cookies, 0, out, data + 4, cookieLength);
      data += 4 + cookieLength;
    }
    for (Explanation why = explanation; why != null; why = why.said()) {
      int octets = why.text().length;
      if (data + 6 + octets <= limit) {
        Octets.put16(out, data, EdnsOption.EXTENDED_ERROR);
        Octets.put16(out, data + 2, 2 + octets);
        Octets.put16(out, data + 4, why.code());
        System.arraycopy(why.text(), 0, out, data + 6, octets);
        data += 6 + octets;
      }
    }
    if (padded && data + 4 <= limit) {
      data = writePadding(data, limit);
    }
    Octets.put16(out, p + 9, data - p - OPT_FIXED);
    at = data;
  }

  private int writePadding(int at, int limit) {
    int blocks = (at + 4 + PADDING_BLOCK - 1) / PADDING_BLOCK;
    int end = Math.min(blocks * PADDING_BLOCK, limit);
    Octets.put16(out, at, EdnsOption.PADDING);
    Octets.put16(out, at + 2, end - at - 4);
    Arrays.fill(out, at + 4, end, (byte) 0);
    return end;
  }
}
