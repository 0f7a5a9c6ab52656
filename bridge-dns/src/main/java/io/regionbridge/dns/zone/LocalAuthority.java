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

/**
 * Answers questions about a local zone, from its records alone. Allocates nothing. Each event loop
 * has one.
 */
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

  /** The explanation for a loop of aliases, or too many of them. */
  public static final Explanation ALIAS_LOOP =
      Explanation.of(
          ExtendedErrorCodeOption.OTHER, "the aliases lead in a circle, or are more than 8");

  /** HINFO "RFC8482" "": the whole answer to a question for every type (RFC 8482 section 4.2). */
  private static final byte[] MINIMAL_ANY = {7, 'R', 'F', 'C', '8', '4', '8', '2', 0};

  /** No rcode: the name does not exist, as far as is known. */
  private static final int NOT_THERE = -1;

  private final LocalQuestion question = new LocalQuestion();

  /** Writes the reply, with addresses rotated by {@code turn}, and returns its rcode. */
  public int answer(Query query, LocalZone zone, View view, int turn, ReplyWriter reply) {
    if (!zone.loaded()) {
      reply.begin(query, Rcode.SERVFAIL, ReplyWriter.AA);
      reply.explain(NOT_LOADED);
      return Rcode.SERVFAIL;
    }
    reply.begin(query, Rcode.NOERROR, ReplyWriter.AA);
    return sections(query.name(), query.nameLength(), query.type(), zone, view, turn, reply);
  }

  /**
   * Writes the reply for a replica: every client gets what the peer gives to peers, and the reply
   * is not authoritative. Addresses are rotated by {@code turn}. Returns the rcode.
   */
  public int answerForPeer(Query query, LocalZone replica, int turn, ReplyWriter reply) {
    reply.begin(query, Rcode.NOERROR, ReplyWriter.RA);
    return answerForPeer(query.name(), query.nameLength(), query.type(), replica, turn, reply);
  }

  /**
   * Writes the sections of a reply that has begun, from a replica; {@code name} is folded. Returns
   * the rcode.
   */
  public int answerForPeer(
      byte[] name, int nameLength, int type, LocalZone replica, int turn, ReplyWriter reply) {
    return sections(name, nameLength, type, replica, View.PODS, turn, reply);
  }

  /**
   * Writes the sections of a reply that has begun, from a replica that is no longer current: no
   * record may be kept for longer than a stale one (RFC 8767, section 4). Returns the rcode.
   */
  public int answerStale(
      byte[] name, int nameLength, int type, LocalZone replica, int turn, ReplyWriter reply) {
    int from = reply.at();
    int rcode = answerForPeer(name, nameLength, type, replica, turn, reply);
    RecordSet.limitTtls(reply.out(), from, reply.at(), MOST_STALE_TTL);
    reply.explain(STALE);
    return rcode;
  }

  private int sections(
      byte[] name,
      int nameLength,
      int type,
      LocalZone zone,
      View view,
      int turn,
      ReplyWriter reply) {
    LocalQuestion q = question;
    q.labels = name;
    q.at = 0;
    q.length = nameLength - zone.apexLength();
    q.type = type;
    q.view = view;
    q.turn = turn;
    q.owner = RecordSet.QUESTION;
    q.apexAt = q.length;
    ZoneNode node = zone.find(name, 0, q.length);
    if (node != null && type == Type.ANY && node.hasRecords()) {
      writeMinimalAny(zone, reply);
      return Rcode.NOERROR;
    }
    while (node instanceof ZoneNode.Encoded encoded) {
      RecordSet set = encoded.find(view, type);
      if (set == null) {
        Pointers here = q.length == 0 ? zone.pointers() : null; // a zone may be one address
        int rcode = here == null ? NOT_THERE : writePointers(here, zone, reply);
        return rcode == NOT_THERE ? writeNoData(zone, node.hasRecords(), reply) : rcode;
      }
      int at = reply.at();
      set.answer(reply, q.owner, turn);
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
      q.owner = 0xC000 | RecordSet.firstDataAt(at);
      q.labels = set.encoded();
      q.at = RecordSet.FIXED;
      q.length = q.labels.length - RecordSet.FIXED - zone.apexLength();
      node = zone.find(q.labels, q.at, q.length);
    }
    int rcode =
        node instanceof HostNode hosts
            ? writeAddresses(hosts, zone, reply)
            : answerComputed(zone, reply);
    if (rcode != NOT_THERE) {
      return rcode;
    }
    if (!zone.complete()) {
      return refuseUnknown(reply);
    }
    // Of the name at the end of the aliases, if there are any (RFC 6604 section 3).
    reply.setRcode(Rcode.NXDOMAIN);
    writeNegative(zone, reply);
    return Rcode.NXDOMAIN;
  }

  private int writeNoData(LocalZone zone, boolean hasRecords, ReplyWriter reply) {
    if (!zone.complete() && !hasRecords) {
      return refuseUnknown(reply);
    }
    writeNegative(zone, reply);
    return Rcode.NOERROR;
  }

  /** The name that leads to hosts itself. */
  private int writeAddresses(HostNode node, LocalZone zone, ReplyWriter reply) {
    if (!node.hasAddresses(question.view, question.type)) {
      return writeNoData(zone, node.hasRecords(), reply);
    }
    int count = node.writeAddresses(question, zone.ttl(), reply);
    reply.answered(reply.at() + count * HostSet.octets(question.type), count);
    return Rcode.NOERROR;
  }

  /** Names that are in no index: of hosts and their ports, and of addresses. */
  private int answerComputed(LocalZone zone, ReplyWriter reply) {
    LocalQuestion q = question;
    Pointers pointers = zone.pointers();
    if (pointers != null) {
      return writePointers(pointers, zone, reply);
    }
    int first = q.length > 0 ? 1 + q.labels[q.at] : 0;
    if (first >= q.length) {
      return NOT_THERE;
    }
    HostNode node = zone.hosts(q.labels, q.at + first, q.length - first);
    if (node != null) {
      q.length = first;
      return node.hasHost(q.labels, q.at, first, reply.out(), reply.at())
          ? writeHost(node, zone, reply)
          : node.isAbove(q.labels, q.at, first) ? writeNoData(zone, false, reply) : NOT_THERE;
    }
    int both = first + 1 + q.labels[q.at + first];
    node = both < q.length ? zone.hosts(q.labels, q.at + both, q.length - both) : null;
    if (node == null) {
      return NOT_THERE;
    }
    q.length = both;
    if (node.hasPort(q.labels, q.at, both)) {
      return writeServices(node, zone, reply);
    }
    return node.hasHost(q.labels, q.at, both, reply.out(), reply.at())
        ? writeHost(node, zone, reply)
        : NOT_THERE;
  }

  private int writeHost(HostNode node, LocalZone zone, ReplyWriter reply) {
    if (question.type == Type.ANY) {
      writeMinimalAny(zone, reply);
      return Rcode.NOERROR;
    }
    int count = node.writeHost(question, zone.ttl(), reply);
    if (count == 0) {
      return writeNoData(zone, true, reply);
    }
    reply.answered(reply.at() + count * HostSet.octets(question.type), count);
    return Rcode.NOERROR;
  }

  private int writeServices(HostNode node, LocalZone zone, ReplyWriter reply) {
    if (question.type == Type.ANY) {
      writeMinimalAny(zone, reply);
      return Rcode.NOERROR;
    }
    int from = reply.at();
    int end =
        question.type == Type.SRV ? node.writeServices(question, zone, reply.out(), from) : from;
    if (end == from) {
      return writeNoData(zone, true, reply);
    }
    int count = 0;
    for (int i = from; i < end; i += RecordSet.FIXED + Octets.get16(reply.out(), i + 10)) {
      count++;
    }
    reply.answered(end, count);
    return Rcode.NOERROR;
  }

  private int writePointers(Pointers pointers, LocalZone zone, ReplyWriter reply) {
    LocalQuestion q = question;
    int from = reply.at();
    int whole = q.length + zone.apexLength();
    return switch (pointers.answer(q.labels, q.at, whole, q.type, q.owner, zone.ttl(), reply)) {
      case NOTHING -> NOT_THERE;
      case ABOVE -> writeNoData(zone, false, reply);
      case ADDRESS -> {
        if (q.type == Type.ANY) {
          writeMinimalAny(zone, reply);
        } else if (reply.at() == from) {
          writeNegative(zone, reply);
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
  private void writeNegative(LocalZone zone, ReplyWriter reply) {
    RecordSet soa = zone.soa();
    int owner = RecordSet.QUESTION + question.apexAt;
    reply.referred(soa.copyTo(reply.out(), reply.at(), owner, 0), soa.count());
  }
}
