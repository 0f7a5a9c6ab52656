package io.regionbridge.dns.upstream;

import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.zone.ZoneRoute;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges of one loop that are under way, by question: a hash table whose chains are links in
 * the exchanges themselves, which are used again. On the loop; nothing is allocated once as many
 * have been under way before.
 */
final class ExchangeTable {
  private static final int MOST_IDLE = 1024;

  private final ArrayDeque<Exchange> idle = new ArrayDeque<>();
  private @Nullable Exchange[] buckets = new @Nullable Exchange[256]; // a power of two: see bucket
  private int size;

  /** A moment late when read from elsewhere. */
  int size() {
    return size;
  }

  /** The exchange that already asks this, or null. */
  @Nullable Exchange find(Query query, ZoneRoute.Forward route) {
    for (Exchange e = buckets[bucket(query.nameHash(), query.type())]; e != null; ) {
      if (e.asks(query, route)) {
        return e;
      }
      e = e.nextInBucket;
    }
    return null;
  }

  /** The exchange under way that asks the same as one that is over, or null. */
  @Nullable Exchange find(Exchange over) {
    Exchange e = buckets[bucket(over.nameHash(), over.type())];
    while (e != null && !e.sameQuestion(over)) {
      e = e.nextInBucket;
    }
    return e;
  }

  /** Begins an exchange. Times are nanoseconds. */
  Exchange begin(Query query, ZoneRoute.Forward route, Prospect prospect, long now, long deadline) {
    Exchange e = idle.isEmpty() ? new Exchange() : idle.pop();
    e.begin(query, route, prospect, now, deadline);
    int i = bucket(e.nameHash(), e.type());
    e.nextInBucket = buckets[i];
    buckets[i] = e;
    if (++size > buckets.length) {
      grow();
    }
    return e;
  }

  /** Takes an exchange out; it keeps its contents until {@link #recycle}. */
  void remove(Exchange e) {
    int i = bucket(e.nameHash(), e.type());
    Exchange before = null;
    for (Exchange at = buckets[i]; at != null; before = at, at = at.nextInBucket) {
      if (at == e) {
        if (before == null) {
          buckets[i] = e.nextInBucket;
        } else {
          before.nextInBucket = e.nextInBucket;
        }
        e.nextInBucket = null;
        size--;
        return;
      }
    }
  }

  /** An exchange that was taken out, and that nobody looks at any more. */
  void recycle(Exchange e) {
    e.clear();
    if (idle.size() < MOST_IDLE) {
      idle.push(e);
    }
  }

  /** Each of those that are under way now, which it may remove. */
  void forEach(Consumer<Exchange> visitor) {
    for (Exchange head : buckets.clone()) {
      for (Exchange e = head; e != null; ) {
        Exchange following = e.nextInBucket;
        visitor.accept(e);
        e = following;
      }
    }
  }

  private int bucket(long nameHash, int type) {
    return (int) (nameHash + type * 31L) & buckets.length - 1;
  }

  private void grow() {
    @Nullable Exchange[] old = buckets;
    buckets = new @Nullable Exchange[old.length * 4];
    for (Exchange head : old) {
      for (Exchange e = head; e != null; ) {
        Exchange following = e.nextInBucket;
        int i = bucket(e.nameHash(), e.type());
        e.nextInBucket = buckets[i];
        buckets[i] = e;
        e = following;
      }
    }
  }
}
