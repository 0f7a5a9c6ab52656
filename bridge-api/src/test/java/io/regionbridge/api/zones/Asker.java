package io.regionbridge.api.zones;

import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.ReplyWriter;
import io.regionbridge.dns.zone.LocalAuthority;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Asks zones as a client would, in wire form, and reads the replies with dnsjava. */
final class Asker {
  private final LocalZone domain;
  private final List<LocalZone> reverse;

  Asker(CompiledZones zones) {
    this(zones.domain(), zones.reverse());
  }

  Asker(LocalZone domain, List<LocalZone> reverse) {
    this.domain = domain;
    this.reverse = reverse;
  }

  /** The reply, or null if none of the zones is responsible for the name. */
  Message ask(View view, String name, String type) {
    try {
      Name wanted = Name.fromString(name, Name.root);
      byte[] packet =
          Message.newQuery(Record.newRecord(wanted, Type.value(type), DClass.IN)).toWire();
      Query query = new Query();
      if (query.parse(packet, packet.length) != Query.Verdict.OK) {
        throw new IllegalArgumentException("no question: " + name + " " + type);
      }
      ReplyWriter reply = new ReplyWriter();
      new LocalAuthority().answer(query, zoneOf(wanted), view, 0, reply);
      int end = reply.finish(ReplyWriter.MAX_MESSAGE, false, false, 0, new byte[0], 0);
      return new Message(Arrays.copyOf(reply.out(), end));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The reply in a few words: NXDOMAIN, NODATA, SERVFAIL, or the data of the answers, sorted. Fails
   * if a negative reply has no SOA or a positive one is not owned by the name.
   */
  String answer(View view, String name, String type) {
    Message reply = ask(view, name, type);
    List<Record> answers = reply.getSection(Section.ANSWER);
    List<Record> authority = reply.getSection(Section.AUTHORITY);
    if (reply.getRcode() == Rcode.SERVFAIL) {
      return "SERVFAIL";
    }
    boolean negative = reply.getRcode() == Rcode.NXDOMAIN || answers.isEmpty();
    if (negative != authority.stream().anyMatch(r -> r.getType() == Type.SOA)) {
      throw new AssertionError("SOA where it should not be, or none where it should:\n" + reply);
    }
    if (negative) {
      return reply.getRcode() == Rcode.NXDOMAIN ? "NXDOMAIN" : "NODATA";
    }
    return answers.stream().map(Record::rdataToString).sorted().collect(Collectors.joining(", "));
  }

  private LocalZone zoneOf(Name name) {
    return reverse.stream().filter(zone -> name.subdomain(zone.apex())).findFirst().orElse(domain);
  }
}
