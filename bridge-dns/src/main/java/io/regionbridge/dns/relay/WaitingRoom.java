package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.upstream.Exchange;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.zone.View;
import org.jspecify.annotations.Nullable;

/**
 * The queries of one loop that wait for gateways: so many at most, and so many of one client. On
 * the loop; nothing is allocated once as many have waited before.
 */
final class WaitingRoom {
  private static final int CLIENT_BUCKETS = 4096; // a power of two: see bucket
  private static final int MOST_IDLE = 4096;

  private final int[] byClient = new int[CLIENT_BUCKETS];
  private @Nullable Waiter idle;
  private int idleCount;
  private int size;

  /** A moment late when read from elsewhere. */
  int size() {
    return size;
  }

  /** Whether no query of this client may wait, where {@code loops} loops share the places. */
  boolean full(PeerAddress client, PipelineSettings settings, int loops) {
    return size >= settings.maxInflight() / loops
        || byClient[bucket(client)] >= settings.maxInflightPerClient();
  }

  /** Whether an eighth of the places is taken, and the others are for questions with prospects. */
  boolean crowded(PipelineSettings settings, int loops) {
    return size >= settings.maxInflight() / loops / 8;
  }

  /** Lets a query wait for an exchange. */
  void enter(
      Exchange exchange,
      Query query,
      PeerAddress client,
      ReplyPath path,
      int limit,
      @Nullable View followAs,
      long now) {
    Waiter waiter = idle;
    if (waiter == null) {
      waiter = new Waiter();
    } else {
      idle = waiter.next;
      idleCount--;
    }
    waiter.take(query, client, path, limit, followAs, now);
    waiter.next = (Waiter) exchange.waiters();
    exchange.setWaiters(waiter);
    size++;
    byClient[bucket(client)]++;
  }

  /** Ends a query's wait; returns who waits behind it. */
  @Nullable Waiter leave(Waiter waiter) {
    size--;
    byClient[bucket(waiter.client)]--;
    Waiter following = waiter.next;
    waiter.path = null;
    waiter.next = null;
    if (idleCount < MOST_IDLE) {
      waiter.next = idle;
      idle = waiter;
      idleCount++;
    }
    return following;
  }

  /** Clients that share one share its places: there are too few such pairs to tell them apart. */
  private static int bucket(PeerAddress client) {
    return (int) ((client.high() ^ client.low()) * 0x9E3779B97F4A7C15L >>> 52);
  }
}
