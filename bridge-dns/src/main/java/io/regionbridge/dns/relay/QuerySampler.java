package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.wire.Names;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DNSInput;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;

/**
 * Picks some of the replies: those to some clients, of some zone, and of these so many in a second
 * and no more. What is not picked costs no object. Thread-safe.
 */
public final class QuerySampler {
  private static final long SECOND = 1_000_000_000L;

  /** Below this bit: how many were picked in the second that is above. */
  private static final int COUNT_BITS = 20;

  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  /** The most that can be picked in a second. */
  public static final int MOST_PER_SECOND = 1000;

  private final AddressSet clients;
  private final byte @Nullable [] apex;
  private final boolean failed;
  private final int perSecond;
  private final LongSupplier clock;
  private final Consumer<QuerySample> sink;
  private final long started;
  private final AtomicLong window = new AtomicLong();
  private final LongAdder matched = new LongAdder();

  /**
   * Creates a sampler.
   *
   * @param clients empty: all
   * @param zone names at or below it; null: all
   * @param failed whether to pick only failures, neither data nor negative answers
   * @param perSecond 1 to {@link #MOST_PER_SECOND}
   * @param clock nanoseconds that never go back
   * @param sink must not wait; called on an event loop
   */
  public QuerySampler(
      AddressSet clients,
      @Nullable Name zone,
      boolean failed,
      int perSecond,
      LongSupplier clock,
      Consumer<QuerySample> sink) {
    if (perSecond < 1 || perSecond > MOST_PER_SECOND) {
      throw new IllegalArgumentException(perSecond + " a second is not 1 to " + MOST_PER_SECOND);
    }
    this.clients = clients;
    this.apex = zone == null ? null : zone.toWireCanonical();
    this.failed = failed;
    this.perSecond = perSecond;
    this.clock = clock;
    this.sink = sink;
    this.started = clock.getAsLong();
  }

  /**
   * Called for each reply, on an event loop: keeps none of these objects.
   *
   * @param name folded, in wire form at the start of the array
   * @param nameLength 0 if the question could not be read
   * @param nanos from the query to the reply
   */
  public void onReply(
      PeerAddress client,
      boolean tcp,
      byte[] name,
      int nameLength,
      int type,
      int rcode,
      Source source,
      long nanos) {
    if (!clients.isEmpty() && !clients.contains(client.high(), client.low())
        || apex != null && !Names.within(name, nameLength, apex)
        || failed && (rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN)) {
      return;
    }
    matched.increment();
    if (permit()) {
      sink.accept(
          new QuerySample(
              client.toSocketAddress(), tcp, text(name, nameLength), type, rcode, source, nanos));
    }
  }

  private boolean permit() {
    long second = (clock.getAsLong() - started) / SECOND;
    while (true) {
      long seen = window.get();
      long count = seen >>> COUNT_BITS == second ? seen & COUNT_MASK : 0;
      if (count >= perSecond) {
        return false;
      }
      if (window.compareAndSet(seen, second << COUNT_BITS | count + 1)) {
        return true;
      }
    }
  }

  private static String text(byte[] name, int length) {
    if (length == 0) {
      return "";
    }
    try {
      return new Name(new DNSInput(Arrays.copyOf(name, length))).toString(true);
    } catch (IOException e) {
      throw new IllegalStateException("the pipeline has parsed this name", e);
    }
  }

  /** Replies that match the filter, sampled or not. */
  public long matched() {
    return matched.sum();
  }
}
