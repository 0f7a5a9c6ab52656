package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.AliasChain;
import io.regionbridge.dns.wire.Explanation;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.ReplyWriter;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** Answers questions about a local zone, from its records alone. Stateless; allocates nothing. */
public final class LocalAuthority {
  private static final int MOST_STALE_TTL = 5;
  private static final Explanation STALE = Explanation.of(ExtendedErrorCodeOption.STALE_ANSWER, "");

  private static final Explanation NOT_LOADED =
      Explanation.of(
          ExtendedErrorCodeOption.NOT_READY, "the directory of this region is not loaded yet");

  private static final Explanation LOADED_IN_PART =
      Explanation.of(
          ExtendedErrorCodeOption.NOT_READY,
          "part of this region's directory could not be read, the name may be there");

  /** What is said of aliases that lead in a circle, or are too many. */
  public static final Explanation ALIAS_LOOP =
      Explanation.of(
          ExtendedErrorCodeOption.OTHER, "the aliases lead in a circle, or are more than 8");

  /** HINFO "RFC8482" "": the whole answer to a question for every type (RFC 8482 section 4.2). */
  private static final byte[] MINIMAL_ANY = {7, 'R', 'F', 'C', '8', '4', '8', '2', 0};

  /** No rcode: the name does not exist, as far as is known. */
  private static final int NOT_THERE = -1;

  private LocalAuthority() {}

  /**
   * Writes the reply.
   *
   * @param turn rotates addresses
   * @return the rcode of the reply
   */
  public static int answer(Query query, LocalZone zone, View view, int turn, ReplyWriter reply) {
    if (!zone.loaded()) {
      reply.begin(query, Rcode.SERVFAIL, ReplyWriter.AA);
      reply.explain(NOT_LOADED);
      return Rcode.SERVFAIL;
    }
    reply.begin(query, Rcode.NOERROR, ReplyWriter.AA);
    return sections(query.name(), query.nameLength(), query.type(), zone, view, turn, reply);
  }

  /**
   * Writes the reply for a zone that a peer region answers for: everyone gets what the peer gives
   * to peers, and this bridge speaks for nobody.
   *
   * @param turn rotates addresses
   * @return the rcode of the reply
   */
  public static int answerForPeer(Query query, LocalZone replica, int turn, ReplyWriter reply) {
    reply.begin(query, Rcode.NOERROR, ReplyWriter.RA);
    return answerForPeer(query.name(), query.nameLength(), query.type(), replica, turn, reply);
  }

  /**
   * Writes the sections of a reply that has begun, for a zone that a peer region answers for.
   *
   * @param name folded
   * @param turn rotates addresses
   * @return the rcode of the reply
   */
  public static int answerForPeer(
      byte[] name, int nameLength, int type, LocalZone replica, int turn, ReplyWriter reply) {
    return sections(name, nameLength, type, replica, View.PODS, turn, reply);
  }

  /**
   * Writes the sections of a reply that has begun, from what a peer region is last known to have:
   * no record may be kept for longer than a stale one (RFC 8767, section 4).
   *
   * @param name folded
   * @param turn rotates addresses
   * @return the rcode of the reply
   */
  public static int answerStale(
      byte[] name, int nameLength, int type, LocalZone replica, int turn, ReplyWriter reply) {
    int from = reply.at();
    int rcode = answerForPeer(name, nameLength, type, replica, turn, reply);
    RecordSet.limitTtls(reply.out(), from, reply.at(), MOST_STALE_TTL);
    reply.explain(STALE);
    return rcode;
  }

  private static int sections(
      byte[] name,
      int nameLength,
      int type,
      LocalZone zone,
      View view,
      int turn,
      ReplyWriter reply) {
    int apexAt = nameLength - zone.apexLength();
    ZoneNode node = zone.find(name, 0, apexAt);
    if (node != null && type == Type.ANY && node.hasRecords()) {
      writeMinimalAny(zone, reply);
      return Rcode.NOERROR;
    }
    byte[] octets = name;
    int labels = 0;
    int length = apexAt;
    int owner = RecordSet.QUESTION;
    while (node instanceof ZoneNode.Encoded encoded) {
      RecordSet set = encoded.find(view, type);
      if (set == null) {
        Pointers here = length == 0 ? zone.pointers() : null; // a zone may be one address
        int rcode =
            here == null
                ? NOT_THERE
                : writePointers(octets, labels, 0, type, zone, here, owner, apexAt, reply);
        return rcode == NOT_THERE ? writeNoData(zone, node.hasRecords(), apexAt, reply) : rcode;
      }
      int at = reply.at();
      set.answer(reply, owner, turn);
      // An alias into the zone is followed, as a client that asks an authority expects (RFC 1034
      // section 4.3.2); one that leads out of it is another's to answer for.
      if (set.type() != Type.CNAME || type == Type.CNAME) {
        return Rcode.NOERROR;
      }
      if (AliasChain.leadsNowhere(reply)) {
        reply.clear(Rcode.SERVFAIL);
        reply.explain(ALIAS_LOOP);
        return Rcode.SERVFAIL;
      }
      if (!zone.holdsTarget(set)) {
        return Rcode.NOERROR;
      }
      owner = 0xC000 | RecordSet.firstDataAt(at);
      octets = set.encoded();
      labels = RecordSet.FIXED;
      length = octets.length - RecordSet.FIXED - zone.apexLength();
      node = zone.find(octets, labels, length);
    }
    int rcode =
        node instanceof HostNode group
            ? writeAddresses(group, type, zone, view, turn, owner, apexAt, reply)
            : answerComputed(octets, labels, length, type, zone, view, turn, owner, apexAt, reply);
    if (rcode != NOT_THERE) {
      return rcode;
    }
    if (!zone.complete()) {
      return refuseUnknown(reply);
    }
    // Of the name at the end of the aliases, if there are any (RFC 6604 section 3).
    reply.rcode(Rcode.NXDOMAIN);
    writeNegative(zone, RecordSet.QUESTION + apexAt, reply);
    return Rcode.NXDOMAIN;
  }

  private static int writeNoData(
      LocalZone zone, boolean hasRecords, int apexAt, ReplyWriter reply) {
    if (!zone.complete() && !hasRecords) {
      return refuseUnknown(reply);
    }
    writeNegative(zone, RecordSet.QUESTION + apexAt, reply);
    return Rcode.NOERROR;
  }

  /** The name that leads to hosts itself. */
  private static int writeAddresses(
      HostNode group,
      int type,
      LocalZone zone,
      View view,
      int turn,
      int owner,
      int apexAt,
      ReplyWriter reply) {
    if (!group.hasAddresses(view, type)) {
      return writeNoData(zone, group.hasRecords(), apexAt, reply);
    }
    int at = reply.at();
    int count =
        group.writeAddresses(
            view, type, owner, zone.ttl(), turn, reply.out(), at, ReplyWriter.BODY_END);
    reply.answered(at + count * HostSet.octets(type), count);
    return Rcode.NOERROR;
  }

  /** Names that are in no index: of hosts and their ports, and of addresses. */
  private static int answerComputed(
      byte[] name,
      int at,
      int length,
      int type,
      LocalZone zone,
      View view,
      int turn,
      int owner,
      int apexAt,
      ReplyWriter reply) {
    Pointers pointers = zone.pointers();
    if (pointers != null) {
      return writePointers(name, at, length, type, zone, pointers, owner, apexAt, reply);
    }
    int first = length > 0 ? 1 + name[at] : 0;
    if (first >= length) {
      return NOT_THERE;
    }
    HostNode group = zone.hosts(name, at + first, length - first);
    if (group != null) {
      return group.hasHost(name, at, first, reply.out(), reply.at())
          ? writeHost(name, at, first, group, type, zone, view, turn, owner, apexAt, reply)
          : group.isAbove(name, at, first) ? writeNoData(zone, false, apexAt, reply) : NOT_THERE;
    }
    int both = first + 1 + name[at + first];
    group = both < length ? zone.hosts(name, at + both, length - both) : null;
    if (group == null) {
      return NOT_THERE;
    }
    if (group.hasPort(name, at, both)) {
      return writeServices(name, at, both, group, type, zone, view, owner, apexAt, reply);
    }
    return group.hasHost(name, at, both, reply.out(), reply.at())
        ? writeHost(name, at, both, group, type, zone, view, turn, owner, apexAt, reply)
        : NOT_THERE;
  }

  private static int writeHost(
      byte[] label,
      int at,
      int length,
      HostNode group,
      int type,
      LocalZone zone,
      View view,
      int turn,
      int owner,
      int apexAt,
      ReplyWriter reply) {
    if (type == Type.ANY) {
      writeMinimalAny(zone, reply);
      return Rcode.NOERROR;
    }
    int from = reply.at();
    int count =
        group.writeHost(
            label,
            at,
            length,
            view,
            type,
            owner,
            zone.ttl(),
            turn,
            reply.out(),
            from,
            ReplyWriter.BODY_END);
    if (count == 0) {
      return writeNoData(zone, true, apexAt, reply);
    }
    reply.answered(from + count * HostSet.octets(type), count);
    return Rcode.NOERROR;
  }

  private static int writeServices(
      byte[] label,
      int at,
      int length,
      HostNode group,
      int type,
      LocalZone zone,
      View view,
      int owner,
      int apexAt,
      ReplyWriter reply) {
    if (type == Type.ANY) {
      writeMinimalAny(zone, reply);
      return Rcode.NOERROR;
    }
    int from = reply.at();
    int end =
        type == Type.SRV
            ? group.writeServices(
                label, at, length, view, zone, owner, reply.out(), from, ReplyWriter.BODY_END)
            : from;
    if (end == from) {
      return writeNoData(zone, true, apexAt, reply);
    }
    int count = 0;
    for (int i = from; i < end; i += RecordSet.FIXED + Octets.get16(reply.out(), i + 10)) {
      count++;
    }
    reply.answered(end, count);
    return Rcode.NOERROR;
  }

  private static int writePointers(
      byte[] name,
      int at,
      int length,
      int type,
      LocalZone zone,
      Pointers pointers,
      int owner,
      int apexAt,
      ReplyWriter reply) {
    int from = reply.at();
    int whole = length + zone.apexLength();
    return switch (pointers.answer(name, at, whole, type, owner, zone.ttl(), reply)) {
      case NOTHING -> NOT_THERE;
      case ABOVE -> writeNoData(zone, false, apexAt, reply);
      case ADDRESS -> {
        if (type == Type.ANY) {
          writeMinimalAny(zone, reply);
        } else if (reply.at() == from) {
          writeNegative(zone, RecordSet.QUESTION + apexAt, reply);
        }
        yield Rcode.NOERROR;
      }
    };
  }

  /** What is not known here may be in the part of the directory that could not be read. */
  private static int refuseUnknown(ReplyWriter reply) {
    reply.clear(Rcode.SERVFAIL);
    reply.explain(LOADED_IN_PART);
    return Rcode.SERVFAIL;
  }

  private static void writeMinimalAny(LocalZone zone, ReplyWriter reply) {
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
  private static void writeNegative(LocalZone zone, int owner, ReplyWriter reply) {
    RecordSet soa = zone.soa();
    reply.referred(soa.copyTo(reply.out(), reply.at(), owner, 0), soa.count());
  }
}
