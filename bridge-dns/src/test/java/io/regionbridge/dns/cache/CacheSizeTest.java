package io.regionbridge.dns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Records;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Record;

/** What a cache is said to take when it is full, against what it takes. */
class CacheSizeTest {
  private static final int ENTRIES = 50_000;

  /** The median, since what other tests have left may be freed during one of the readings. */
  @Test
  void aFullCacheTakesWhatIsSaid() {
    long[] readings = LongStream.generate(CacheSizeTest::taken).limit(5).sorted().toArray();
    long said = ResponseCache.octetsWhenFull(ENTRIES);
    assertThat(readings[2]).isBetween(said * 8 / 10, said * 12 / 10);
  }

  private static long taken() {
    @Nullable CacheFixture[] held = {full()};
    long with = used();
    assertThat(held[0]).as("in use until here").isNotNull();
    held[0] = null;
    return with - used();
  }

  private static CacheFixture full() {
    Record[] addresses =
        IntStream.range(0, 15)
            .mapToObj(i -> Records.a("n1000000.mn.internal", 60, "10.52.0." + i))
            .toArray(Record[]::new);
    CacheFixture fixture = new CacheFixture(new ResponseCache(ENTRIES));
    byte[] wire = CacheFixture.answer("n1000000.mn.internal", addresses).toWire();
    for (int i = 0; i < 3 * ENTRIES; i++) {
      String name = "n%07d.mn.internal".formatted(i);
      System.arraycopy(Records.name(name).toWire(), 0, wire, 12, 21);
      fixture.store(name, wire, CacheFixture.EPOCH, i, 60_000, 3_600_000);
    }
    assertThat(fixture.cache.size()).isGreaterThan(ENTRIES * 9 / 10);
    return fixture;
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
