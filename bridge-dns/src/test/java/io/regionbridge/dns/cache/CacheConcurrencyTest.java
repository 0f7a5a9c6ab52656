package io.regionbridge.dns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.wire.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Type;

/** Readers take no lock: what they believe must all the same be one whole entry, never parts. */
@Timeout(60)
class CacheConcurrencyTest {
  private static final int NAMES = 64;
  private static final int WRITES = 60_000;

  /** Small, so that entries push each other out and cells are recycled all the time. */
  private final ResponseCache cache = new ResponseCache(48);

  private final AtomicLong found = new AtomicLong();

  private static byte[] name(int i) {
    return Packet.part().label("n" + i).label("mn").label("internal").u8(0).done();
  }

  /** Every address and every TTL of the message says which name and which version it is of. */
  private static byte[] message(int i, int version, int records) {
    Packet p = Packet.header(1, 0x8180, 1, records, 0, 0).octets(name(i)).u16(Type.A).u16(1);
    byte[] stamp = {(byte) i, (byte) (version >> 16), (byte) (version >> 8), (byte) version};
    for (int r = 0; r < records; r++) {
      p.pointer(12).record(Type.A, 1000 + version % 1000, stamp);
    }
    return p.done();
  }

  private void write(int seed) {
    Random random = new Random(seed);
    Reply reply = new Reply();
    CachedReply scratch = new CachedReply();
    for (int n = 0; n < WRITES; n++) {
      int i = random.nextInt(NAMES);
      // Some of one cell, some of up to six.
      byte[] message = message(i, n, 1 + random.nextInt(random.nextBoolean() ? 5 : 80));
      byte[] name = name(i);
      reply.inspect(message, message.length, Query.HEADER + name.length + 4, CacheFixture.ANYTHING);
      long hash = NameHash.of(name, 0, name.length);
      cache.store(name, name.length, hash, Type.A, 1, reply, scratch, 1_000_000, 3_000_000, 0);
    }
  }

  private void read(int seed, Future<?> writer) {
    Random random = new Random(seed);
    CachedReply cached = new CachedReply();
    ReplyWriter out = new ReplyWriter();
    while (!writer.isDone()) {
      int i = random.nextInt(NAMES);
      byte[] name = name(i);
      long hash = NameHash.of(name, 0, name.length);
      if (cache.find(name, name.length, hash, Type.A, 1, cached)) {
        found.incrementAndGet();
        cached.noteUse();
        check(i, name, cached, out);
      }
    }
  }

  private static void check(int i, byte[] name, CachedReply cached, ReplyWriter out) {
    byte[] question = Packet.part().octets(name).u16(Type.A).u16(1).done();
    out.begin(1, 0, question, question.length, 0, 0);
    cached.writeTo(out, 1_000_000, i);
    int length = out.finish(ReplyWriter.MAX_MESSAGE, false, false, 0, new byte[0], 0);
    byte[] b = out.out();
    int at = Query.HEADER + question.length;
    int records = Octets.get16(b, 6);
    assertThat(length).isEqualTo(at + 16 * records);
    assertThat(records).isPositive();
    int stamp = Octets.get32(b, at + 12);
    assertThat(stamp >>> 24).isEqualTo(i);
    for (int r = 0; r < records; r++, at += 16) {
      if (Octets.get16(b, at) != 0xC00C
          || Octets.get32(b, at + 12) != stamp
          || Octets.get32(b, at + 6) != 1000 + (stamp & 0xFFFFFF) % 1000) {
        throw new AssertionError("torn: record " + r + " of " + records);
      }
    }
  }

  @Test
  void readersNeverSeePartsOfTwoEntries() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Future<?> one = threads.submit(() -> write(1));
      Future<?> two = threads.submit(() -> write(2));
      List<Future<?>> readers = new ArrayList<>();
      readers.add(threads.submit(() -> read(3, one)));
      readers.add(threads.submit(() -> read(4, two)));
      one.get();
      two.get();
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
    assertThat(found.get()).isGreaterThan(1_000);
    assertThat(cache.size()).isLessThanOrEqualTo(48);
  }
}
