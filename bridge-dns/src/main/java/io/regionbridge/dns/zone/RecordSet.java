package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.ReplyWriter;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * The records of one type at one name, encoded as they stand in an answer section, each owned by
 * the name at a fixed place: the question, by compression pointer (RFC 1035 section 4.1.4). So one
 * encoding serves every way to write the name, and answering is copying.
 */
public final class RecordSet {
  /** A compression pointer to the question's name, which always begins right after the header. */
  public static final int QUESTION = 0xC00C;

  /** Octets of a record before its data when its owner is a pointer. */
  static final int FIXED = 12;

  /** Octets of a SOA record from its serial number to its end (RFC 1035 section 3.3.13). */
  private static final int SOA_NUMBERS = 20;

  /** Room that a message leaves for records behind the longest question. */
  private static final int MOST = ReplyWriter.BODY_END - 12 - 259;

  private final int type;
  private final int count;
  private final int stride;
  private final byte[] encoded;

  private RecordSet(int type, int count, int stride, byte[] encoded) {
    this.type = type;
    this.count = count;
    this.stride = stride;
    this.encoded = encoded;
  }

  /**
   * Encodes records that all have the owner, the type and the class of the first. Records past the
   * size of a message are left out: as many as fit are better than none.
   *
   * @param records at least one
   */
  public static RecordSet of(List<Record> records) {
    int type = records.getFirst().getType();
    byte[][] data = new byte[records.size()][];
    int octets = 0;
    int count = 0;
    boolean even = true;
    for (Record r : records) {
      byte[] rdata = r.rdataToWireCanonical();
      if (octets + FIXED + rdata.length > MOST) {
        break;
      }
      data[count++] = rdata;
      octets += FIXED + rdata.length;
      even &= rdata.length == data[0].length;
    }
    byte[] encoded = new byte[octets];
    int at = 0;
    for (int i = 0; i < count; i++) {
      writeFixed(encoded, at, QUESTION, type, (int) records.get(i).getTTL(), data[i].length);
      System.arraycopy(data[i], 0, encoded, at + FIXED, data[i].length);
      at += FIXED + data[i].length;
    }
    boolean addresses = type == Type.A || type == Type.AAAA;
    return new RecordSet(type, count, addresses && even && count > 1 ? octets / count : 0, encoded);
  }

  /** The same SOA record with another serial number. */
  RecordSet withSerial(long serial) {
    byte[] next = encoded.clone();
    Octets.put32(next, next.length - SOA_NUMBERS, (int) serial);
    return new RecordSet(type, count, stride, next);
  }

  /** Writes what stands before the data of a record: {@link #FIXED} octets. */
  static void writeFixed(byte[] out, int at, int owner, int type, int ttl, int length) {
    Octets.put16(out, at, owner);
    Octets.put16(out, at + 2, type);
    Octets.put16(out, at + 4, DClass.IN);
    Octets.put32(out, at + 6, ttl);
    Octets.put16(out, at + 10, length);
  }

  /** The records' type. */
  public int type() {
    return type;
  }

  /** The time to live of the first record, in seconds. */
  int ttl() {
    return Octets.get32(encoded, 6);
  }

  /** How many records: at least one. */
  public int count() {
    return count;
  }

  /**
   * Adds the records to the answer; as many as fit if it holds aliases already that leave no room
   * for all.
   *
   * @param owner as for {@link #copyTo}
   * @param turn as for {@link #copyTo}
   */
  void answer(ReplyWriter reply, int owner, int turn) {
    int at = reply.at();
    int room = ReplyWriter.BODY_END - at;
    if (encoded.length <= room) {
      reply.answered(copyTo(reply.out(), at, owner, turn), count);
      return;
    }
    int next = first(turn);
    int fitting = 0;
    int end = at;
    while (fitting < count) {
      int octets = FIXED + Octets.get16(encoded, next + 10);
      if (end + octets > at + room) {
        break;
      }
      System.arraycopy(encoded, next, reply.out(), end, octets);
      Octets.put16(reply.out(), end, owner);
      end += octets;
      next = (next + octets) % encoded.length;
      fitting++;
    }
    reply.answered(end, fitting);
  }

  /**
   * Copies the records to {@code out}, and returns where they end.
   *
   * @param owner a compression pointer; {@link #QUESTION} unless they follow a CNAME
   * @param turn rotates addresses and SRV records
   */
  public int copyTo(byte[] out, int at, int owner, int turn) {
    int split = first(turn);
    int tail = encoded.length - split;
    System.arraycopy(encoded, split, out, at, tail);
    System.arraycopy(encoded, 0, out, at + tail, split);
    int end = at + encoded.length;
    if (owner != QUESTION) {
      for (int i = at; i < end; i += FIXED + Octets.get16(out, i + 10)) {
        Octets.put16(out, i, owner);
      }
    }
    return end;
  }

  /** Where the record begins that is the first at this turn. */
  private int first(int turn) {
    if (stride > 0 || type != Type.SRV) {
      return stride == 0 ? 0 : Integer.remainderUnsigned(turn, count) * stride;
    }
    int at = 0;
    for (int skip = Integer.remainderUnsigned(turn, count); skip > 0; skip--) {
      at += FIXED + Octets.get16(encoded, at + 10);
    }
    return at;
  }

  /** Lets none of the records in {@code out}, which all have a pointer as owner, live longer. */
  static void limitTtls(byte[] out, int from, int to, int most) {
    for (int i = from; i < to; i += FIXED + Octets.get16(out, i + 10)) {
      if (Integer.compareUnsigned(Octets.get32(out, i + 6), most) > 0) {
        Octets.put32(out, i + 6, most);
      }
    }
  }

  /** Where the data of the first record begins when the set was copied to {@code at}. */
  static int firstDataAt(int at) {
    return at + FIXED;
  }

  /** The encoded octets, not to be changed: for a CNAME's target. */
  byte[] encoded() {
    return encoded;
  }
}
