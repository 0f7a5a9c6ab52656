package io.regionbridge.dns.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A query that reached a {@link ScriptedGateway}, and what its script can do about it. */
public final class Asked {
  /** Takes the octets of a reply back to the one who asked. */
  interface Way {
    void send(byte[] message) throws IOException;
  }

  private final byte[] wire;
  private final Message query;
  private final boolean tcp;
  private final InetSocketAddress from;
  private final Way way;

  Asked(byte[] wire, boolean tcp, InetSocketAddress from, Way way) throws IOException {
    this.wire = wire.clone();
    this.query = new Message(wire);
    this.tcp = tcp;
    this.from = from;
    this.way = way;
  }

  /** The query's octets. */
  public byte[] wire() {
    return wire.clone();
  }

  /** The query. */
  public Message query() {
    return query;
  }

  /** The name asked for. */
  public Name name() {
    return query.getQuestion().getName();
  }

  /** The type asked for. */
  public int type() {
    return query.getQuestion().getType();
  }

  /** Whether it came over TCP. */
  public boolean tcp() {
    return tcp;
  }

  /** Who asked. */
  public InetSocketAddress from() {
    return from;
  }

  /** An empty reply to the query: its ID and its question, AA. */
  public Message empty(int rcode) {
    Message reply = new Message(query.getHeader().getID());
    reply.getHeader().setFlag(Flags.QR);
    reply.getHeader().setFlag(Flags.AA);
    reply.getHeader().setRcode(rcode);
    reply.addRecord(query.getQuestion(), Section.QUESTION);
    return reply;
  }

  /** A reply with these answers. */
  public Message with(Record... answers) {
    Message reply = empty(Rcode.NOERROR);
    Arrays.stream(answers).forEach(r -> reply.addRecord(r, Section.ANSWER));
    return reply;
  }

  /** A reply with addresses of the name that was asked for. */
  public Message addresses(long ttl, String... addresses) {
    return with(
        Arrays.stream(addresses).map(a -> Records.a(name(), ttl, a)).toArray(Record[]::new));
  }

  /** Replies with octets as they are. */
  public void reply(byte[] message) throws IOException {
    way.send(message);
  }

  /** Replies. */
  public void reply(Message message) throws IOException {
    way.send(message.toWire(tcp ? Message.MAXLENGTH : 1232));
  }

  /** A reply that there is nothing, with the SOA of mn.internal for 5 s. */
  public Message nothing(int rcode) {
    Message reply = empty(rcode);
    reply.addRecord(Records.soa("mn.internal", 5, 1, 5), Section.AUTHORITY);
    return reply;
  }

  /** Replies with an rcode and nothing else. */
  public void refuse(int rcode) throws IOException {
    reply(empty(rcode));
  }
}
