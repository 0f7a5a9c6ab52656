package io.regionbridge.dns.relay;

import io.regionbridge.dns.cache.CachedReply;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.upstream.TryReport;
import io.regionbridge.dns.zone.View;
import io.regionbridge.dns.zone.ZoneRoute;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;

/** The reply path of a traced query, which records the steps. */
final class TracePath implements ReplyPath {
  private final View view;
  private final LongSupplier clock;
  private final CompletableFuture<Trace> result;
  private final long started;
  private @Nullable ZoneRoute route;
  private long routed;
  private long looked = -1;
  private long cacheAge = -1;
  private long cacheLeft;
  private long exchangeAfter;
  private List<TryReport> tries = List.of();
  private Source source = Source.REFUSED;

  /** Creates the path of a question that came at {@code started}. */
  TracePath(View view, LongSupplier clock, long started, CompletableFuture<Trace> result) {
    this.view = view;
    this.clock = clock;
    this.result = result;
    this.started = started;
  }

  /** The zone of the question is known; null if there is none. */
  void routed(@Nullable ZoneRoute to) {
    route = to;
    routed = clock.getAsLong() - started;
  }

  /** Notes what the cache had at {@code millis}; null: nothing. */
  void looked(@Nullable CachedReply found, long millis) {
    looked = clock.getAsLong() - started;
    if (found != null) {
      cacheAge = found.age(millis);
      cacheLeft = found.remaining(millis);
    }
  }

  void answeredFrom(Source origin) {
    source = origin;
  }

  void tried(long exchangeStarted, List<TryReport> reports) {
    if (tries.isEmpty()) {
      exchangeAfter = exchangeStarted - started;
    }
    // Of an alias that is followed there are several exchanges.
    tries = Stream.concat(tries.stream(), reports.stream()).toList();
  }

  @Override
  public void reply(byte[] message, int length, PeerAddress client) {
    String zone =
        switch (route) {
          case null -> null;
          case ZoneRoute.Local local -> local.zone().apex().toString(true);
          case ZoneRoute.Forward forward -> forward.zone().apex().toString(true);
          case ZoneRoute.Replica replica -> replica.zone().apex().toString(true);
        };
    String region =
        switch (route) {
          case ZoneRoute.Forward forward -> forward.zone().region();
          case ZoneRoute.Replica replica -> replica.forward().zone().region();
          case ZoneRoute.Local _ -> null;
          case null -> null;
        };
    try {
      Message answer = new Message(Arrays.copyOf(message, length));
      long took = clock.getAsLong() - started;
      result.complete(
          new Trace(
              zone,
              region,
              view,
              routed,
              looked,
              cacheAge,
              cacheLeft,
              exchangeAfter,
              tries,
              source,
              took,
              answer));
    } catch (IOException e) {
      result.completeExceptionally(e);
    }
  }

  @Override
  public boolean tcp() {
    return true;
  }

  @Override
  public ReplyPath onLoop(int loop) {
    return this;
  }
}
