package io.regionbridge.dns.relay;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.xbill.DNS.Rcode;

/**
 * What one event loop counted. Written by the loop alone, with plain additions and opaque stores,
 * so that counting costs no more than the addition; read by anyone, a moment late.
 */
public final class LoopCounters {
  /** Upper bounds of the latency buckets, in nanoseconds; one more bucket is open. */
  private static final long[] BOUNDS = {
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000L
  };

  /** Rcodes that are counted apart; the last stands for all others. */
  private static final int[] RCODES = {
    Rcode.NOERROR,
    Rcode.FORMERR,
    Rcode.SERVFAIL,
    Rcode.NXDOMAIN,
    Rcode.NOTIMP,
    Rcode.REFUSED,
    Rcode.BADVERS,
    -1
  };

  private static final int SOURCES = Source.values().length;
  private static final int PER_ZONE = 2 * 8 * SOURCES;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[] queries = new long[8 * PER_ZONE];
  private final long[] latencies = new long[SOURCES * (BOUNDS.length + 2)];
  private final long[] inTurn = new long[SOURCES];
  private final long[] events = new long[Event.values().length];

  /** Events that are counted. */
  public enum Event {
    /** A query was answered SERVFAIL because too many were under way. */
    SHED,
    /** A refusal was not sent, to spare a client that may be forged. */
    UNSENT_REFUSAL,
    /** A packet that no reply is due to: too short, or itself a response. */
    IGNORED,
    /** A name in demand was asked for before it expired. */
    PREFETCH,
    /** An answer pointed outside its region's ranges. */
    CONTAINED,
    /** A health probe of another bridge was answered: no query of anybody. */
    PROBE,
    /** A reply that the kernel did not take: no route, or no room in the send buffer. */
    UNSENT_REPLY
  }

  private static void add(long[] counters, int i, long n) {
    LONGS.setOpaque(counters, i, counters[i] + n);
  }

  private static int rcodeIndex(int rcode) {
    return rcode <= Rcode.REFUSED ? rcode : rcode == Rcode.BADVERS ? 6 : 7;
  }

  /** Counts a reply. {@code zone} is the route's id plus one, 0 for none. */
  @SuppressWarnings("EnumOrdinal") // an index into an array of counters
  void countReply(int zone, boolean tcp, int rcode, Source source) {
    int i = zone * PER_ZONE + ((tcp ? 8 : 0) + rcodeIndex(rcode)) * SOURCES + source.ordinal();
    long[] counters = queries;
    if (i >= counters.length) {
      counters = Arrays.copyOf(counters, (zone + 8) * PER_ZONE);
      queries = counters;
    }
    add(counters, i, 1);
  }

  /** Counts a reply within the turn: its latency is known when the turn ends. */
  @SuppressWarnings("EnumOrdinal")
  void countInline(Source source) {
    inTurn[source.ordinal()]++;
  }

  /** Records the nanoseconds from the turn's first packet to its last reply. */
  void recordTurn(long nanos) {
    for (int s = 0; s < SOURCES; s++) {
      if (inTurn[s] > 0) {
        addLatency(s, nanos, inTurn[s]);
        inTurn[s] = 0;
      }
    }
  }

  /** Records the latency of a reply. */
  @SuppressWarnings("EnumOrdinal")
  void recordLatency(Source source, long nanos) {
    addLatency(source.ordinal(), nanos, 1);
  }

  private void addLatency(int source, long nanos, long n) {
    int bucket = 0;
    while (bucket < BOUNDS.length && nanos > BOUNDS[bucket]) {
      bucket++;
    }
    int base = source * (BOUNDS.length + 2);
    add(latencies, base + bucket, n);
    add(latencies, base + BOUNDS.length + 1, n * nanos);
  }

  @SuppressWarnings("EnumOrdinal")
  void countEvent(Event event) {
    add(events, event.ordinal(), 1);
  }

  /** Counts replies that could not be sent. On the loop. */
  @SuppressWarnings("EnumOrdinal")
  public void countUnsent(long replies) {
    add(events, Event.UNSENT_REPLY.ordinal(), replies);
  }

  // Reading, from any thread.

  private static long read(long[] counters, int i) {
    return i < counters.length ? (long) LONGS.getOpaque(counters, i) : 0;
  }

  /** Upper bounds of the latency buckets in nanoseconds, without the open one. */
  public static long[] latencyBounds() {
    return BOUNDS.clone();
  }

  /** Rcodes that are counted apart, -1 standing for all others. */
  public static int[] rcodes() {
    return RCODES.clone();
  }

  /** Replies counted; {@code zone} is the route's id plus one, 0 for none. */
  @SuppressWarnings("EnumOrdinal")
  public long replies(int zone, boolean tcp, int rcodeIndex, Source source) {
    return read(
        queries, zone * PER_ZONE + ((tcp ? 8 : 0) + rcodeIndex) * SOURCES + source.ordinal());
  }

  /** Replies of the source in latency bucket {@code i}, not cumulative. */
  @SuppressWarnings("EnumOrdinal")
  public long latencies(Source source, int i) {
    return read(latencies, source.ordinal() * (BOUNDS.length + 2) + i);
  }

  /** Sum of the source's latencies in nanoseconds. */
  @SuppressWarnings("EnumOrdinal")
  public long latencySum(Source source) {
    return read(latencies, source.ordinal() * (BOUNDS.length + 2) + BOUNDS.length + 1);
  }

  /** The number of events of a kind. */
  @SuppressWarnings("EnumOrdinal")
  public long events(Event event) {
    return read(events, event.ordinal());
  }
}
