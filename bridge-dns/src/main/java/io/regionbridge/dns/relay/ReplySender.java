package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.upstream.Exchange;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.ReplyWriter;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends replies (padding, cookie, size), counts them, shows them to the tap and hands them to their
 * paths. On one loop; allocates nothing.
 *
 * <p>Counts first: over TCP the client may have the reply before the call ends, and who then looks
 * finds it counted.
 */
final class ReplySender {
  private static final byte[] NO_COOKIE = new byte[0];
  private static final int LARGEST_RCODE = 0xF; // in the header; above, RFC 6891, section 6.1.3

  private final ServerCookies cookies = new ServerCookies();
  private final ReplyWriter reply;
  private final LoopCounters counters;
  private final LongSupplier clock;
  private long now;
  private int wallSeconds;
  private @Nullable QuerySampler tap;

  /** Sends what is written to {@code reply}. */
  ReplySender(ReplyWriter reply, LoopCounters counters, LongSupplier clock) {
    this.reply = reply;
    this.counters = counters;
    this.clock = clock;
  }

  /** What holds for the replies that follow. */
  void beginTurn(long nanos, @Nullable QuerySampler listening) {
    now = nanos;
    wallSeconds = (int) (System.currentTimeMillis() / 1000);
    tap = listening;
  }

  /** The largest reply that the client takes. */
  static int limit(Query query, ReplyPath path) {
    return path.tcp() ? ReplyWriter.MAX_MESSAGE : query.udpSize();
  }

  /** Answers a query within the turn that took it. */
  void send(Query query, PeerAddress client, ReplyPath path, int zone, int rcode, Source source) {
    if (query.padded()) {
      reply.pad();
    }
    boolean cookied = query.cookieLength() > 0;
    byte[] cookie =
        cookied
            ? cookies.forReply(query.packet(), query.cookieAt(), client, wallSeconds)
            : NO_COOKIE;
    int length =
        reply.finish(
            limit(query, path),
            query.edns(),
            query.dnssecOk(),
            rcode > LARGEST_RCODE ? rcode : 0,
            cookie,
            cookied ? cookie.length : 0);
    if (query.probe()) {
      counters.countEvent(LoopCounters.Event.PROBE);
      path.reply(reply.out(), length, client);
      return;
    }
    counters.countReply(zone, path.tcp(), rcode, source);
    counters.countInline(source);
    if (path instanceof TracePath trace) {
      trace.answeredFrom(source);
    }
    path.reply(reply.out(), length, client);
    QuerySampler listening = tap;
    if (listening != null && !(path instanceof TracePath)) {
      long took = clock.getAsLong() - now;
      byte[] name = query.name();
      listening.onReply(
          client, path.tcp(), name, query.nameLength(), query.type(), rcode, source, took);
    }
  }

  /** Answers a query that has waited for an exchange. */
  void send(Waiter waiter, ReplyPath path, Exchange exchange, int rcode, Source source) {
    int zone = exchange.route().id() + 1;
    byte[] name = exchange.question();
    send(waiter, path, zone, name, exchange.nameLength(), exchange.type(), rcode, source);
  }

  /**
   * Answers a query that has waited.
   *
   * @param zone the counters' index
   * @param name folded
   */
  void send(
      Waiter waiter,
      ReplyPath path,
      int zone,
      byte[] name,
      int nameLength,
      int type,
      int rcode,
      Source source) {
    if (waiter.padded) {
      reply.pad();
    }
    byte[] cookie =
        waiter.cookied ? cookies.forReply(waiter.cookie, 0, waiter.client, wallSeconds) : NO_COOKIE;
    int length =
        reply.finish(
            waiter.limit,
            waiter.edns,
            waiter.dnssecOk,
            0,
            cookie,
            waiter.cookied ? cookie.length : 0);
    if (waiter.probe) {
      counters.countEvent(LoopCounters.Event.PROBE);
      path.reply(reply.out(), length, waiter.client);
      return;
    }
    long waited = now - waiter.since;
    counters.countReply(zone, path.tcp(), rcode, source);
    counters.recordLatency(source, waited);
    if (path instanceof TracePath trace) {
      trace.answeredFrom(source);
    }
    path.reply(reply.out(), length, waiter.client);
    QuerySampler listening = tap;
    if (listening != null && !(path instanceof TracePath)) {
      listening.onReply(waiter.client, path.tcp(), name, nameLength, type, rcode, source, waited);
    }
  }
}
