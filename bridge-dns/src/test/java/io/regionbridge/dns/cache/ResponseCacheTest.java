package io.regionbridge.dns.cache;

import static io.regionbridge.dns.cache.CacheFixture.answer;
import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.rcode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.dns.testing.Records;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class ResponseCacheTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";
  private static final long T0 = 1_000_000;
  private final CacheFixture cache = new CacheFixture(new ResponseCache(10_000));

  private static List<Long> ttls(Message m, int section) {
    return m.getSection(section).stream().map(Record::getTTL).toList();
  }

  @Test
  void whatWasStoredIsFoundByNameTypeAndEpoch() throws IOException {
    cache.store(NAME, answer(NAME, Records.a(NAME, 20, "10.52.0.1")), T0, 20_000, 0);
    assertThat(cache.find(NAME)).isTrue();
    assertThat(addresses(cache.read(NAME, T0, 0))).containsExactly("10.52.0.1");
    assertThat(cache.find("x" + NAME)).isFalse();
    assertThat(cache.find(NAME, Type.AAAA, CacheFixture.EPOCH)).isFalse();
    assertThat(cache.find(NAME, Type.A, 2)).as("other terms").isFalse();
    assertThat(cache.cache.size()).isOne();
  }

  @Test
  void aLaterReplyTakesThePlaceOfTheEarlier() throws IOException {
    cache.store(NAME, answer(NAME, Records.a(NAME, 20, "10.52.0.1")), T0, 20_000, 0);
    cache.store(NAME, answer(NAME, Records.a(NAME, 20, "10.52.0.2")), T0 + 1, 20_000, 0);
    assertThat(cache.find(NAME)).isTrue();
    assertThat(addresses(cache.read(NAME, T0 + 1, 0))).containsExactly("10.52.0.2");
    assertThat(cache.cache.size()).isOne();
  }

  @Test
  void aReplyIsFreshThenStaleThenOfNoUse() {
    cache.store(NAME, answer(NAME, Records.a(NAME, 20, "10.52.0.1")), T0, 20_000, 60_000);
    assertThat(cache.find(NAME)).isTrue();
    CachedReply r = cache.cached;
    assertThat(r.fresh(T0)).isTrue();
    assertThat(r.fresh(T0 + 19_999)).isTrue();
    assertThat(r.remaining(T0 + 19_999)).isOne();
    assertThat(r.fresh(T0 + 20_000)).isFalse();
    assertThat(r.usable(T0 + 20_000)).isTrue();
    assertThat(r.usable(T0 + 79_999)).isTrue();
    assertThat(r.usable(T0 + 80_000)).isFalse();
    assertThat(r.age(T0 + 5)).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    // After so many milliseconds, TTLs that came as 100, 20 and 3000000000 (0), kept for 20 s
    "0, 20, 20, 0",
    "999, 20, 20, 0",
    "1000, 19, 19, 0",
    "1999, 19, 19, 0",
    "19000, 1, 1, 0",
    "19999, 1, 1, 0",
    "20000, 5, 5, 0",
    "500000, 5, 5, 0"
  })
  void timeToLiveCountsDownBySecondsAndIsFiveAtMostWhenStale(
      long after, long first, long second, long third) throws IOException {
    byte[] wire =
        answer(
                NAME,
                Records.cname(NAME, 100, "a.mn.internal"),
                Records.a("a.mn.internal", 20, "10.52.0.1"),
                Records.a("a.mn.internal", 20, "10.52.0.2"))
            .toWire();
    // The last record's TTL with its highest bit set.
    wire[wire.length - 4 - 2 - 4] = (byte) 0xB2;
    cache.store(NAME, wire, CacheFixture.EPOCH, T0, 20_000, 1_000_000);
    assertThat(cache.find(NAME)).isTrue();
    assertThat(ttls(cache.read(NAME, T0 + after, 0), Section.ANSWER))
        .containsExactly(first, second, third);
  }

  @Test
  void theSoaCountsDown() throws IOException {
    Message m = answer(NAME);
    m.getHeader().setRcode(Rcode.NXDOMAIN);
    m.addRecord(Records.soa("mn.internal", 15, 1, 15), Section.AUTHORITY);
    cache.store(NAME, m, T0, 15_000, 0);
    assertThat(cache.find(NAME)).isTrue();
    Message read = cache.read(NAME, T0 + 4_000, 0);
    assertThat(rcode(read)).isEqualTo("NXDOMAIN");
    assertThat(ttls(read, Section.AUTHORITY)).containsExactly(11L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 100})
  void addressesRotateAndTheAliasStays(int count) throws IOException {
    List<Record> records = new ArrayList<>();
    records.add(Records.cname(NAME, 20, "web.mn.internal"));
    for (int i = 0; i < count; i++) {
      records.add(Records.a("web.mn.internal", 20, "10.52.0." + i));
    }
    cache.store(NAME, answer(NAME, records.toArray(Record[]::new)), T0, 20_000, 0);
    for (int turn : new int[] {0, 1, count - 1, count, 12_345, -1}) {
      assertThat(cache.find(NAME)).isTrue();
      Message read = cache.read(NAME, T0, turn);
      List<Record> expected = new ArrayList<>(records);
      Collections.rotate(expected.subList(1, count + 1), -Integer.remainderUnsigned(turn, count));
      assertThat(read.getSection(Section.ANSWER)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 10, 11, 12, 40, 500, 4_000})
  void entriesOfAnyLengthUpToAFullMessageComeBackWhole(int addresses) throws IOException {
    ResponseCache large = new ResponseCache(100_000);
    CacheFixture fixture = new CacheFixture(large);
    Record[] records =
        IntStream.range(0, addresses)
            .mapToObj(i -> Records.a(NAME, 20, "10." + i / 62_500 + "." + i / 250 + "." + i % 250))
            .toArray(Record[]::new);
    fixture.store(NAME, answer(NAME, records), T0, 20_000, 0);
    assertThat(fixture.find(NAME)).isTrue();
    assertThat(fixture.read(NAME, T0, 0).getSection(Section.ANSWER)).containsExactly(records);
  }

  @Test
  void aLargeEntryInASmallCacheIsNotKeptAndHarmsNothing() {
    CacheFixture small = new CacheFixture(new ResponseCache(100));
    small.store("a.mn.internal", answer("a.mn.internal"), T0, 20_000, 0);
    Record[] many =
        IntStream.range(0, 4_000)
            .mapToObj(i -> Records.a(NAME, 20, "10.0." + i / 250 + "." + i % 250))
            .toArray(Record[]::new);
    small.store(NAME, answer(NAME, many), T0, 20_000, 0);
    assertThat(small.cached.is(Records.name(NAME).toWire(), NAME.length() + 2, Type.A, 1))
        .as("who stored it has it at hand all the same")
        .isTrue();
    assertThat(small.find(NAME)).isFalse();
    assertThat(small.find("a.mn.internal")).isTrue();
  }

  @Test
  void aCacheOfNoEntriesKeepsNothing() {
    CacheFixture none = new CacheFixture(new ResponseCache(0));
    none.store(NAME, answer(NAME, Records.a(NAME, 20, "10.52.0.1")), T0, 20_000, 0);
    assertThat(none.find(NAME)).isFalse();
    assertThat(none.cache.size()).isZero();
    assertThatThrownBy(() -> new ResponseCache(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxEntries -1 is negative");
  }

  @Test
  void aReplyThatIsNotToBeKeptIsNot() {
    cache.store(NAME, answer(NAME, Records.a(NAME, 0, "10.52.0.1")), T0, 0, 60_000);
    assertThat(cache.find(NAME)).isFalse();
  }

  @Test
  void aPrefetchIsDueOnceForANameInDemandWhenNineTenthsAreOver() {
    cache.store(NAME, answer(NAME, Records.a(NAME, 20, "10.52.0.1")), T0, 20_000, 0);
    cache.find(NAME);
    assertThat(cache.cached.claimPrefetch(T0 + 19_000)).as("nobody asked yet").isFalse();
    cache.cached.noteUse();
    assertThat(cache.cached.claimPrefetch(T0 + 19_000)).as("one did").isFalse();
    cache.cached.noteUse();
    assertThat(cache.cached.claimPrefetch(T0 + 17_999)).as("too early").isFalse();
    assertThat(cache.cached.claimPrefetch(T0 + 18_000)).isTrue();
    assertThat(cache.cached.claimPrefetch(T0 + 18_001)).as("claimed already").isFalse();
    cache.store(NAME, answer(NAME, Records.a(NAME, 20, "10.52.0.1")), T0 + 18_500, 20_000, 0);
    cache.find(NAME);
    assertThat(cache.cached.claimPrefetch(T0 + 18_500 + 18_000))
        .as("renewed: its demand is remembered")
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 100, 1_000, 1_024, 5_000, 20_000})
  void neverMoreEntriesThanAllowed(int most) {
    CacheFixture bounded = new CacheFixture(new ResponseCache(most));
    Message m = answer("n0.mn.internal");
    for (int i = 0; i < most + most / 2 + 50; i++) {
      String name = "n" + i + ".mn.internal";
      m = answer(name);
      bounded.store(name, m, T0 + i, 20_000, 0);
    }
    assertThat(bounded.cache.size()).isBetween(Math.max(1, most / 2), most);
  }
}
