package io.regionbridge.dns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.wire.ReplyWriter;
import java.io.IOException;
import java.util.Arrays;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** One reader and writer of a cache, with all that a loop has of its own. */
final class CacheFixture {
  static final int EPOCH = 1;

  static final Reply.Bounds ANYTHING =
      new Reply.Bounds() {
        @Override
        public boolean ownerAllowed(byte[] name, int length) {
          return true;
        }

        @Override
        public boolean addressAllowed(int ipv4) {
          return true;
        }

        @Override
        public boolean addressAllowed(long high, long low) {
          return true;
        }
      };

  final ResponseCache cache;
  final CachedReply cached = new CachedReply();
  private final Reply reply = new Reply();
  private final ReplyWriter writer = new ReplyWriter();

  CacheFixture(ResponseCache cache) {
    this.cache = cache;
  }

  static Message answer(String name, Record... answers) {
    Message m = new Message(1);
    m.getHeader().setFlag(Flags.QR);
    m.addRecord(Record.newRecord(Records.name(name), Type.A, DClass.IN), Section.QUESTION);
    Arrays.stream(answers).forEach(r -> m.addRecord(r, Section.ANSWER));
    return m;
  }

  /** Inspects a message and stores it. */
  void store(String name, Message message, long now, long freshFor, long staleFor) {
    store(name, message.toWire(), EPOCH, now, freshFor, staleFor);
  }

  void store(String name, byte[] wire, int epoch, long now, long freshFor, long staleFor) {
    byte[] owner = Records.name(name).toWireCanonical();
    assertThat(reply.inspect(wire, wire.length, Query.HEADER + owner.length + 4, ANYTHING))
        .isEqualTo(Reply.Verdict.BELIEVED);
    long hash = NameHash.of(owner, 0, owner.length);
    cache.store(owner, owner.length, hash, Type.A, epoch, reply, cached, now, freshFor, staleFor);
  }

  boolean find(String name) {
    return find(name, Type.A, EPOCH);
  }

  boolean find(String name, int type, int epoch) {
    byte[] owner = Records.name(name).toWireCanonical();
    return cache.find(
        owner, owner.length, NameHash.of(owner, 0, owner.length), type, epoch, cached);
  }

  /** What a client would be sent of the entry at hand. */
  Message read(String name, long now, int turn) throws IOException {
    Query query = new Query();
    byte[] packet = Packet.query(name, Type.A, 0).done();
    query.parse(packet, packet.length);
    writer.begin(query, cached.rcode(), ReplyWriter.RA);
    cached.writeTo(writer, now, turn);
    int length = writer.finish(ReplyWriter.MAX_MESSAGE, false, false, 0, new byte[0], 0);
    return new Message(Arrays.copyOf(writer.out(), length));
  }
}
