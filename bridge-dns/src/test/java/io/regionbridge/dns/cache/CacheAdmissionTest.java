package io.regionbridge.dns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.Reply;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Type;

/** What stays when there is no room for all. */
class CacheAdmissionTest {
  private static final int ENTRIES = 16_384;
  private static final long T0 = 1_000_000;

  private final ResponseCache cache = new ResponseCache(ENTRIES);
  private final CachedReply cached = new CachedReply();
  private final Reply reply = new Reply();
  private final byte[] name =
      Packet.part().label("n0000000").label("mn").label("internal").u8(0).done();
  private final byte[] message;

  CacheAdmissionTest() {
    message =
        Packet.header(1, 0x8180, 1, 1, 0, 0)
            .octets(name)
            .u16(Type.A)
            .u16(1)
            .pointer(12)
            .record(Type.A, 30, new byte[] {10, 52, 0, 1})
            .done();
    assertThat(
            reply.inspect(
                message, message.length, Query.HEADER + name.length + 4, CacheFixture.ANYTHING))
        .isEqualTo(Reply.Verdict.BELIEVED);
  }

  private void number(int i) {
    byte[] digits = String.format("%07d", i).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, name, 2, 7);
  }

  private void store(int i, long now) {
    number(i);
    cache.store(
        name,
        name.length,
        NameHash.of(name, 0, name.length),
        Type.A,
        1,
        reply,
        cached,
        now,
        30_000,
        3_600_000);
  }

  private boolean hit(int i) {
    number(i);
    boolean found =
        cache.find(name, name.length, NameHash.of(name, 0, name.length), Type.A, 1, cached);
    if (found) {
      cached.noteUse();
    }
    return found;
  }

  /**
   * A quarter of the cache is in demand, asked for every second; meanwhile a million other names
   * come by once each. At least 99 of 100 names in demand stay throughout.
   */
  @Test
  void aScanOfAMillionNamesLeavesTheNamesInDemandWhereTheyAre() {
    int hot = ENTRIES / 4;
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < hot; i++) {
        if (!hit(i)) {
          store(i, T0);
        }
      }
    }
    int next = 1_000_000;
    int misses = 0;
    int rounds = 50;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < 1_000_000 / rounds; i++) {
        store(next++, T0 + round);
      }
      for (int i = 0; i < hot; i++) {
        if (!hit(i)) {
          misses++;
          store(i, T0 + round);
        }
      }
    }
    assertThat(cache.size()).isLessThanOrEqualTo(ENTRIES);
    assertThat(misses).isLessThan(rounds * hot / 100);
  }

  /** Among names without hits the one that dies first goes; times of death differ by seconds. */
  @Test
  void aNameThatNobodyAsksForAgainGivesWayToOneInDemand() {
    for (int i = 0; i < 2 * ENTRIES; i++) {
      store(i, T0);
    }
    int hot = ENTRIES / 2;
    for (int round = 0; round < 6; round++) {
      for (int i = 0; i < hot; i++) {
        if (!hit(5_000_000 + i)) {
          store(5_000_000 + i, T0 + 1_000L * (round + 1));
        }
      }
    }
    int found = 0;
    for (int i = 0; i < hot; i++) {
      found += hit(5_000_000 + i) ? 1 : 0;
    }
    assertThat(found).isGreaterThan(hot * 97 / 100);
  }

  @Test
  void whatIsOfNoUseAnyMoreGoesFirst() {
    for (int i = 0; i < ENTRIES; i++) {
      store(i, T0);
      hit(i);
      hit(i);
      hit(i);
    }
    long later = T0 + 3_700_000;
    int kept = 0;
    for (int i = 0; i < ENTRIES; i++) {
      store(2_000_000 + i, later);
    }
    for (int i = 0; i < ENTRIES; i++) {
      kept += hit(2_000_000 + i) ? 1 : 0;
    }
    assertThat(kept).isGreaterThan(ENTRIES * 8 / 10);
  }
}
