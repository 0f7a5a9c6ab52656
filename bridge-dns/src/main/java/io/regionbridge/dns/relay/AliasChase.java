package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.wire.AliasChain;
import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.ReplyWriter;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;

/**
 * A client's query whose answer is an alias that leads out of the zone: what was found so far, and
 * the path on which the next part comes back. Each part is asked for as if the client had asked it,
 * so each is contained by the region that it comes from, cached and shared for itself. Recycled by
 * {@link AliasFollower}.
 */
final class AliasChase implements ReplyPath {
  private static final int OWNER = 2;
  private static final int POINTER = 0xC000;
  private static final int KEPT = 4096;

  final Waiter client = new Waiter();
  final byte[] name = new byte[Query.MAX_NAME];
  int nameLength;
  int type;
  int zone;
  Source source = Source.LOCAL;

  /** The standing of the reply to the client: AA and RA as of the first part. */
  int standing;

  /** What the last part that had one was explained with. */
  @Nullable Explanation explanation;

  /** The records so far, which stand right behind the question in the reply. */
  private byte[] body = new byte[512];

  private int length;
  private int answers;
  private int authorities;
  private final byte[] packet = new byte[Query.HEADER + Query.MAX_NAME + 4];

  /** Begins with the first part, which is in {@code part}. */
  void begin(ReplyWriter part, byte[] question, int questionLength) {
    length = 0;
    answers = 0;
    authorities = 0;
    standing = part.standing();
    nameLength = questionLength - 4;
    for (int i = 0; i < nameLength; i++) {
      name[i] = (byte) Octets.fold(question[i]);
    }
    type = Octets.get16(question, nameLength);
    source = Source.LOCAL;
    explanation = null;
    if (body.length > KEPT) {
      body = new byte[KEPT];
    }
  }

  private int questionEnd() {
    return Query.HEADER + nameLength + 4;
  }

  /**
   * Adds as many whole records of the next answer as fit. Returns whether it leads on: the last
   * record is an alias, and another type is asked for.
   */
  boolean add(ReplyWriter part) {
    byte[] from = part.out();
    int start = part.questionEnd();
    int room = ReplyWriter.BODY_END - questionEnd() - length;
    int target = AliasChain.openEnd(body, 0, length);
    int asked = target < 0 ? Query.HEADER : questionEnd() + target;
    int shift = questionEnd() + length - start;
    int records = part.answers() + part.authorities();
    int kept = 0;
    int at = start;
    while (kept < records) {
      int fixed = Names.skip(from, at, part.at());
      int next = fixed + 10 + Octets.get16(from, fixed + 8);
      if (next - start > room) {
        break;
      }
      ensure(length + at - start, length + next - start);
      System.arraycopy(from, at, body, length + at - start, next - at);
      if ((from[at] & 0xC0) == 0xC0) {
        int owner = Octets.get16(from, at) & ~POINTER;
        // Into the part's question, or to an alias of the part.
        int moved = owner < start ? owner - Query.HEADER + asked : owner + shift;
        Octets.put16(body, length + at - start, POINTER | moved);
      }
      at = next;
      kept++;
    }
    length += at - start;
    answers += Math.min(kept, part.answers());
    authorities += Math.max(0, kept - part.answers());
    Explanation why = part.explanation();
    if (why != null) {
      explanation = why;
    }
    // A part that says nothing, not even by an SOA, has no more to say when it is asked again.
    return kept > 0 && authorities == 0 && AliasChain.openEnd(body, 0, length) >= 0;
  }

  /** Makes room for so many octets, of which the first {@code written} are kept. */
  private void ensure(int written, int octets) {
    if (body.length < octets) {
      byte[] larger = new byte[Integer.highestOneBit(octets) << 1];
      System.arraycopy(body, 0, larger, 0, written);
      body = larger;
    }
  }

  boolean leadsNowhere() {
    return AliasChain.leadsNowhere(name, 0, body, 0, length);
  }

  /** The question for the next part, as a query; {@link #packetLength} octets. */
  byte[] packet() {
    int target = AliasChain.openEnd(body, 0, length);
    int octets = Octets.get16(body, target - OWNER);
    Octets.put64(packet, 0, 0x0000_0100_0001_0000L);
    Octets.put32(packet, 8, 0);
    System.arraycopy(body, target, packet, Query.HEADER, octets);
    Octets.put16(packet, Query.HEADER + octets, type);
    Octets.put16(packet, Query.HEADER + octets + 2, DClass.IN);
    return packet;
  }

  int packetLength() {
    int target = AliasChain.openEnd(body, 0, length);
    return Query.HEADER + Octets.get16(body, target - OWNER) + 4;
  }

  /** Writes what was found to the client's reply, which has begun. */
  void writeTo(ReplyWriter reply) {
    int at = reply.at();
    System.arraycopy(body, 0, reply.out(), at, length);
    reply.answered(at + length, answers);
    reply.referred(at + length, authorities);
  }

  @Override
  public void reply(byte[] message, int octets, PeerAddress to) {
    throw new IllegalStateException("parts are taken before they are complete messages");
  }

  @Override
  public boolean tcp() {
    return true;
  }

  @Override
  public ReplyPath onLoop(int loop) {
    throw new IllegalStateException("parts are asked for on the loop of their whole");
  }
}
