package io.regionbridge.dns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Records;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Record;

/** A cache whose memory is bounded by what others take. */
class CacheLimitTest {
  private static final int ENTRIES = 50_000;

  @Test
  void aBoundIsKeptWhileTheCacheFillsAndWhenItComesLater() {
    CacheFixture fixture = new CacheFixture(new ResponseCache(ENTRIES));
    long half = ResponseCache.octetsWhenFull(ENTRIES) / 2;
    fixture.cache.limit(half);
    fill(fixture);
    assertThat(fixture.cache.octets()).isLessThanOrEqualTo(half).isGreaterThan(half * 8 / 10);
    int held = fixture.cache.size();
    assertThat(held).isGreaterThan(ENTRIES / 3);

    fixture.cache.limit(half); // the same again
    assertThat(fixture.cache.size()).as("what fits is not forgotten").isEqualTo(held);

    fixture.cache.limit(half / 2);
    assertThat(fixture.cache.octets()).isLessThanOrEqualTo(half / 2);
    fill(fixture);
    assertThat(fixture.cache.octets()).isLessThanOrEqualTo(half / 2);
    assertThat(fixture.cache.size()).isPositive();

    fixture.cache.limit(Long.MAX_VALUE);
    fill(fixture);
    assertThat(fixture.cache.octets()).as("grows again").isGreaterThan(half);
  }

  @Test
  void aCacheThatMayTakeNothingStillWorks() {
    CacheFixture fixture = new CacheFixture(new ResponseCache(ENTRIES));
    fixture.cache.limit(0);
    fill(fixture);
    assertThat(fixture.cache.size()).isPositive();
  }

  /** With replies of one cell each. */
  private static void fill(CacheFixture fixture) {
    Record[] address = {Records.a("n1000000.mn.internal", 60, "10.52.0.1")};
    byte[] wire = CacheFixture.answer("n1000000.mn.internal", address).toWire();
    for (int i = 0; i < 3 * ENTRIES; i++) {
      String name = "n%07d.mn.internal".formatted(i);
      System.arraycopy(Records.name(name).toWire(), 0, wire, 12, 21);
      fixture.store(name, wire, CacheFixture.EPOCH, i, 60_000, 3_600_000);
    }
  }
}
