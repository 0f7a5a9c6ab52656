package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.ReplyWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** Answers questions about a local zone, from its records alone. Stateless; allocates nothing. */
public final class LocalAuthority {
  /** More CNAMEs in a row than any ExternalName needs; ends loops. */
  private static final int MOST_ALIASES = 8;

  private static final byte[] NOT_LOADED =
      "the directory of this region is not loaded yet".getBytes(StandardCharsets.US_ASCII);

  /** HINFO "RFC8482" "": the whole answer to a question for every type (RFC 8482 section 4.2). */
  private static final byte[] MINIMAL_ANY = {7, 'R', 'F', 'C', '8', '4', '8', '2', 0};

  private LocalAuthority() {}

  /**
   * Writes the reply's sections.
   *
   * @param turn rotates addresses
   * @return the rcode of the reply
   */
  public static int answer(Query query, LocalZone zone, View view, int turn, ReplyWriter reply) {
    if (!zone.loaded()) {
      reply.begin(query, Rcode.SERVFAIL, ReplyWriter.AA);
      reply.explain(ExtendedErrorCodeOption.NOT_READY, NOT_LOADED);
      return Rcode.SERVFAIL;
    }
    int apexAt = query.nameLength() - zone.apexLength();
    ZoneNode node = zone.find(query.name(), 0, apexAt);
    int rcode = node == null ? Rcode.NXDOMAIN : Rcode.NOERROR;
    reply.begin(query, rcode, ReplyWriter.AA);
    if (node == null || !records(query, zone, view, turn, reply, node)) {
      negative(zone, RecordSet.QUESTION + apexAt, reply);
    }
    return rcode;
  }

  /** Writes what the node has for the question; false if that is nothing. */
  private static boolean records(
      Query query, LocalZone zone, View view, int turn, ReplyWriter reply, ZoneNode node) {
    if (query.type() == Type.ANY && node.hasRecords()) {
      any(zone, reply);
      return true;
    }
    RecordSet set = node.find(view, query.type());
    if (set == null) {
      return false;
    }
    int owner = RecordSet.QUESTION;
    for (int aliases = 0; set != null; aliases++) {
      int at = reply.at();
      reply.answered(set.copyTo(reply.out(), at, owner, turn), set.count());
      if (set.type() != Type.CNAME || query.type() == Type.CNAME || aliases == MOST_ALIASES) {
        return true;
      }
      // An alias into the zone is followed, as a client that asks an authority expects (RFC 1034
      // section 4.3.2).
      int target = RecordSet.firstDataAt(at);
      owner = 0xC000 | target;
      set = target < 0x4000 ? follow(zone, view, query.type(), set) : null;
    }
    return true;
  }

  private static @Nullable RecordSet follow(LocalZone zone, View view, int type, RecordSet alias) {
    byte[] encoded = alias.encoded();
    int at = RecordSet.FIXED;
    int length = encoded.length - at;
    int relative = length - zone.apexLength();
    if (relative < 0 || !zone.endsAtApex(encoded, at, length)) {
      return null;
    }
    ZoneNode node = zone.find(encoded, at, relative);
    return node == null ? null : node.find(view, type);
  }

  private static void any(LocalZone zone, ReplyWriter reply) {
    byte[] out = reply.out();
    int at = reply.at();
    Octets.put16(out, at, RecordSet.QUESTION);
    Octets.put16(out, at + 2, Type.HINFO);
    Octets.put16(out, at + 4, DClass.IN);
    Octets.put32(out, at + 6, zone.soa().ttl());
    Octets.put16(out, at + 10, MINIMAL_ANY.length);
    System.arraycopy(MINIMAL_ANY, 0, out, at + RecordSet.FIXED, MINIMAL_ANY.length);
    reply.answered(at + RecordSet.FIXED + MINIMAL_ANY.length, 1);
  }

  /** The SOA lets the client keep the answer that there is nothing (RFC 2308 section 3). */
  private static void negative(LocalZone zone, int owner, ReplyWriter reply) {
    RecordSet soa = zone.soa();
    reply.referred(soa.copyTo(reply.out(), reply.at(), owner, 0), soa.count());
  }
}
