package io.regionbridge.dns.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.net.PeerAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Rcode;

/** The small tables that a loop keeps: refusals given, questions claimed, replies counted. */
class LoopBookkeepingTest {
  private static final long SECOND = 1_000_000_000L;

  private static PeerAddress peer(String address) {
    PeerAddress peer = new PeerAddress();
    peer.set(new InetSocketAddress(InetAddress.ofLiteral(address), 4711));
    return peer;
  }

  private static int permitted(RefusalLimiter limiter, String client, int tries, long nanos) {
    int permitted = 0;
    for (int i = 0; i < tries; i++) {
      permitted += limiter.permit(peer(client), 5, nanos) ? 1 : 0;
    }
    return permitted;
  }

  @Test
  void aNetworkGetsSoManyRefusalsInASecond() {
    RefusalLimiter limiter = new RefusalLimiter();
    long now = 1_000 * SECOND;
    assertThat(permitted(limiter, "192.0.2.1", 100, now)).isEqualTo(5);
    assertThat(permitted(limiter, "192.0.2.200", 100, now + SECOND / 2)).as("same /24").isZero();
    assertThat(permitted(limiter, "192.0.3.1", 100, now)).as("another /24").isEqualTo(5);
    assertThat(permitted(limiter, "2001:db8:0:1::1", 100, now)).isEqualTo(5);
    assertThat(permitted(limiter, "2001:db8:0:2::1", 100, now)).as("same /56").isZero();
    assertThat(permitted(limiter, "2001:db8:0:100::1", 100, now)).as("another /56").isEqualTo(5);
    assertThat(permitted(limiter, "192.0.2.1", 100, now + SECOND)).as("next second").isEqualTo(5);
    assertThat(permitted(limiter, "192.0.2.1", 100, now + 2 * SECOND)).isEqualTo(5);
  }

  @Test
  void aFloodFromEverywhereIsBoundedInTotal() {
    RefusalLimiter limiter = new RefusalLimiter();
    Random random = new Random(1);
    PeerAddress client = new PeerAddress();
    int permitted = 0;
    for (int i = 0; i < 1_000_000; i++) {
      client.setIpv4(random.nextInt(), 1);
      permitted += limiter.permit(client, 5, SECOND) ? 1 : 0;
    }
    assertThat(permitted).isEqualTo(1024 * 5);
  }

  // Claims.

  @Test
  void theFirstLoopThatClaimsAQuestionAsksIt() {
    InflightClaims claims = new InflightClaims(3);
    long question = 0x1234_5678_9ABC_DEF0L;
    assertThat(claims.claim(question, 1)).isEqualTo(1);
    assertThat(claims.claim(question, 2)).isEqualTo(1);
    assertThat(claims.claim(question, 1)).isEqualTo(1);
    claims.release(question, 2);
    assertThat(claims.claim(question, 0)).as("not theirs to give up").isEqualTo(1);
    claims.release(question, 1);
    assertThat(claims.claim(question, 2)).isEqualTo(2);
  }

  @Test
  void anotherQuestionOnTheSamePlaceIsAskedWithoutAClaim() {
    InflightClaims claims = new InflightClaims(2);
    long one = 0x0000_0100_0000_1100L;
    long other = 0x0000_0100_0000_2200L;
    assertThat(claims.claim(one, 0)).isZero();
    assertThat(claims.claim(other, 1)).isEqualTo(-1);
    claims.release(other, 1);
    assertThat(claims.claim(one, 1)).isZero();
    claims.release(one, 0);
    assertThat(claims.claim(other, 1)).isOne();
  }

  @Test
  void aLoopAloneClaimsWhatItWants() {
    InflightClaims claims = new InflightClaims(1);
    assertThat(claims.claim(5, 0)).isZero();
    claims.release(5, 0);
    assertThat(claims.claim(5, 0)).isZero();
  }

  @Test
  void ofManyLoopsAtOnceOneGetsTheClaim() throws Exception {
    InflightClaims claims = new InflightClaims(4);
    int questions = 2_000;
    AtomicIntegerArray winners = new AtomicIntegerArray(questions);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> loops = new ArrayList<>();
      for (int loop = 0; loop < 4; loop++) {
        int me = loop;
        loops.add(
            threads.submit(() -> {
              for (int q = 0; q < questions; q++) {
                if (claims.claim((long) q << 40 | 0x100, me) == me) {
                  winners.incrementAndGet(q);
                }
              }
            }));
      }
      for (Future<?> loop : loops) {
        loop.get();
      }
    }
    for (int q = 0; q < questions; q++) {
      assertThat(winners.get(q)).as("question %d", q).isOne();
    }
  }

  // Counters.

  @ParameterizedTest
  @CsvSource({
    "NOERROR, 0",
    "FORMERR, 1",
    "SERVFAIL, 2",
    "NXDOMAIN, 3",
    "NOTIMP, 4",
    "REFUSED, 5",
    "BADVERS, 6",
    "NOTAUTH, 7",
    "BADCOOKIE, 7"
  })
  void repliesAreCountedByZoneTransportRcodeAndSource(String rcode, int index) {
    LoopCounters counters = new LoopCounters();
    for (int zone : new int[] {0, 1, 7, 8, 300}) {
      counters.countReply(zone, true, Rcode.value(rcode), Source.RELAY);
      counters.countReply(zone, true, Rcode.value(rcode), Source.RELAY);
      counters.countReply(zone, false, Rcode.value(rcode), Source.RELAY);
    }
    long sum = 0;
    for (int zone = 0; zone < 400; zone++) {
      for (int i = 0; i < LoopCounters.rcodes().length; i++) {
        for (Source source : Source.values()) {
          sum += counters.replies(zone, true, i, source) + counters.replies(zone, false, i, source);
        }
      }
    }
    assertThat(sum).isEqualTo(15);
    for (int zone : new int[] {0, 1, 7, 8, 300}) {
      assertThat(counters.replies(zone, true, index, Source.RELAY)).isEqualTo(2);
      assertThat(counters.replies(zone, false, index, Source.RELAY)).isOne();
    }
    assertThat(counters.replies(100_000, true, 0, Source.LOCAL)).as("never seen").isZero();
  }

  @Test
  void latenciesFallIntoTheBucketThatHoldsThem() {
    LoopCounters counters = new LoopCounters();
    long[] bounds = LoopCounters.latencyBounds();
    for (int i = 0; i < bounds.length; i++) {
      counters.recordLatency(Source.RELAY, bounds[i]);
      counters.recordLatency(Source.RELAY, bounds[i] + 1);
    }
    assertThat(counters.latencies(Source.RELAY, 0)).isOne();
    for (int i = 1; i < bounds.length; i++) {
      assertThat(counters.latencies(Source.RELAY, i)).as("bucket %d", i).isEqualTo(2);
    }
    assertThat(counters.latencies(Source.RELAY, bounds.length)).as("the open one").isOne();
    long sum = 0;
    for (long bound : bounds) {
      sum += 2 * bound + 1;
    }
    assertThat(counters.latencySum(Source.RELAY)).isEqualTo(sum);
    assertThat(counters.latencySum(Source.CACHE)).isZero();
  }

  @Test
  void repliesWithinATurnTakeAsLongAsTheTurn() {
    LoopCounters counters = new LoopCounters();
    counters.countInline(Source.CACHE);
    counters.countInline(Source.CACHE);
    counters.countInline(Source.LOCAL);
    counters.recordTurn(60_000);
    counters.recordTurn(9_000_000);
    assertThat(counters.latencies(Source.CACHE, 1)).isEqualTo(2);
    assertThat(counters.latencySum(Source.CACHE)).isEqualTo(120_000);
    assertThat(counters.latencySum(Source.LOCAL)).isEqualTo(60_000);
  }

  @Test
  void eventsAreCountedEachByItself() {
    LoopCounters counters = new LoopCounters();
    counters.countEvent(LoopCounters.Event.SHED);
    counters.countEvent(LoopCounters.Event.SHED);
    counters.countEvent(LoopCounters.Event.PREFETCH);
    for (LoopCounters.Event event : LoopCounters.Event.values()) {
      assertThat(counters.events(event))
          .isEqualTo(
              event == LoopCounters.Event.SHED ? 2 : event == LoopCounters.Event.PREFETCH ? 1 : 0);
    }
  }
}
